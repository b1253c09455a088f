"""Encodings 0, 1 and 6: raw bytes, one frame, and a copy of the base."""

import pytest

from nbmodelver.store.encodings import plain
from nbmodelver.store.encodings.plain import Raw, Zstd
from tests.store.round_trip import there_and_back


def test_raw_bytes_are_a_copy_of_live_memory():
    live = bytearray(b"abc")
    (stored,) = Raw().encode(memoryview(live), b"")
    live[0] = 0
    assert bytes(stored) == b"abc"


def test_a_higher_level_compresses_more():
    raw = b" ".join(b"street number %d" % (n * n % 9973) for n in range(20_000))
    sizes = [there_and_back(Zstd(level), raw)[1] for level in (1, 9)]
    assert sizes[1] < sizes[0] < len(raw) / 2


def test_a_copy_is_the_base_and_stores_nothing():
    out = memoryview(bytearray(3))
    plain.decode_copy(memoryview(b""), out, b"abc")
    assert bytes(out) == b"abc"
    with pytest.raises(ValueError, match="has stored bytes"):
        plain.decode_copy(memoryview(b"x"), out, b"abc")
    with pytest.raises(ValueError):
        plain.decode_copy(memoryview(b""), out, b"ab")


@pytest.mark.parametrize("stored", [b"", b"ab", b"abcd"])
def test_raw_bytes_of_another_length_are_refused(stored):
    with pytest.raises(ValueError):
        plain.decode_raw(memoryview(stored), memoryview(bytearray(3)), b"")
