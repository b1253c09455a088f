"""zstd frames, and lanes that are packed one after the other."""

import random
import threading

import numpy as np
import pytest
import zstandard

from nbmodelver.store.encodings import frames
from nbmodelver.store.encodings.frames import (
    ENTROPY,
    RAW,
    ZSTD,
    can_write_prefix,
    compress,
    compress_after,
    decompress,
    entropy_code,
    last_lanes,
    pack_lanes,
    unpack_lanes,
)

TEXT = b"some text that repeats " * 400


@pytest.mark.parametrize("code", [compress, entropy_code])
@pytest.mark.parametrize("raw", [b"", b"x", TEXT, random.Random(0).randbytes(5000)])
def test_a_frame_states_its_length_and_comes_back(code, raw):
    frame = code(raw)
    assert zstandard.get_frame_parameters(frame).content_size == len(raw)
    assert decompress(frame, len(raw)) == raw


def test_entropy_coding_shortens_skewed_bytes():
    skewed = np.random.default_rng(0).choice(4, 50_000, p=[0.97, 0.01, 0.01, 0.01]).astype("u1").tobytes()
    assert len(entropy_code(skewed)) < len(skewed) / 3


@pytest.mark.parametrize("size", [0, len(TEXT) - 1, len(TEXT) + 1])
def test_a_frame_of_another_length_is_refused(size):
    with pytest.raises(ValueError, match="another length"):
        decompress(compress(TEXT), size)


@pytest.mark.parametrize("change", [lambda f: f[:-1], lambda f: f + b"x", lambda f: b"\0" + f[1:], lambda f: b""])
def test_a_damaged_frame_is_refused(change):
    with pytest.raises(ValueError):
        decompress(change(compress(TEXT)), len(TEXT))


def test_a_declared_length_is_checked_before_memory_is_allocated():
    import tracemalloc

    frame = zstandard.ZstdCompressor().compress(bytes(64 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="another length"):
            decompress(frame, 100)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_lanes_come_back_in_order_with_the_bytes_behind_them():
    lanes = np.stack(
        [np.zeros(3000, "u1"), np.frombuffer(random.Random(0).randbytes(3000), "u1"), np.arange(3000).astype("u1")]
    )
    stored = memoryview(b"".join(pack_lanes(lanes, [ZSTD, RAW, ENTROPY])) + b"behind")
    found, rest = unpack_lanes(stored, 3, 3000)
    assert [bytes(lane) for lane in found] == [lane.tobytes() for lane in lanes]
    assert bytes(rest) == b"behind"
    with pytest.raises(ValueError, match="bytes after the last lane"):
        last_lanes(stored, 3, 3000)


def test_a_lane_that_does_not_shrink_is_raw():
    noise = np.frombuffer(random.Random(0).randbytes(3000), "u1").reshape(1, -1)
    for mode in (ZSTD, ENTROPY):
        assert b"".join(pack_lanes(noise, [mode]))[0] == RAW
    assert sum(map(len, pack_lanes(np.zeros((1, 3000), "u1"), [ZSTD]))) < 50


def test_a_lane_of_another_mode_or_length_is_refused():
    stored = b"".join(pack_lanes(np.frombuffer(random.Random(0).randbytes(30), "u1").reshape(1, -1), [RAW]))
    for wrong in (b"\x07" + stored[1:], stored[:-1], stored[:3]):
        with pytest.raises((ValueError, frames.struct.error)):
            unpack_lanes(memoryview(wrong), 1, 30)
    with pytest.raises(ValueError, match="cannot be read"):
        unpack_lanes(memoryview(stored), 1, 29)


def test_each_thread_has_a_compressor_of_its_own():
    here, there = frames._compressor(("level", 1)), []
    thread = threading.Thread(target=lambda: there.append(frames._compressor(("level", 1))))
    thread.start()
    thread.join()
    assert here is frames._compressor(("level", 1))
    assert there[0] is not here


@pytest.mark.skipif(not can_write_prefix(), reason="no library here writes frames with a prefix")
def test_a_frame_with_a_prefix_needs_the_prefix():
    base = random.Random(0).randbytes(100_000)
    frame = compress_after(base[50_000:] + base[:50_000], base)
    assert len(frame) < 200
    assert decompress(frame, len(base), prefix=base) == base[50_000:] + base[:50_000]
    with pytest.raises(ValueError):
        decompress(frame, len(base))
