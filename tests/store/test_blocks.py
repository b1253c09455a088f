"""Encoding of one block: chosen by size, verified before it counts."""

import os

import numpy as np
import pytest

from nbmodelver.errors import StoreError
from nbmodelver.model import ObjectId
from nbmodelver.store import encodings
from nbmodelver.store.blocks import copied, encoded, encoded_solid, finished
from nbmodelver.store.encodings.bits import Bits
from nbmodelver.store.encodings.frames import can_write_prefix
from nbmodelver.store.encodings.patch import Patch
from nbmodelver.store.encodings.plain import Raw, Zstd
from nbmodelver.store.hashes import sum_of
from nbmodelver.store.packs import COPY, Use

BASE = ObjectId("ab" * 20)
TEXT = b" ".join(b"street number %d" % n for n in range(3000))


def uses(length):
    return (Use(BASE, 0, length),)


def decoded(done, base=b""):
    out = memoryview(bytearray(done.block.raw))
    encodings.decode(done.block.encoding, memoryview(done.stored), out, base)
    return bytes(out)


def test_a_block_states_lengths_checksum_and_encoding():
    done = encoded(memoryview(TEXT), Zstd(), b"", (), 1)
    assert (done.block.raw, done.block.stored, done.block.encoding) == (len(TEXT), len(done.stored), Zstd.number)
    assert done.block.sum == sum_of(done.stored)
    assert decoded(done) == TEXT


def test_noise_is_stored_raw():
    noise = os.urandom(5000)
    done = encoded(memoryview(noise), Zstd(), b"", (), 1)
    assert (done.block.encoding, done.stored) == (Raw.number, noise)


def test_a_block_that_does_not_fit_is_stored_without_its_base():
    done = encoded(memoryview(TEXT), Bits(), b"", (), 1)
    assert done.block.encoding == Zstd.number
    other_length = encoded(memoryview(TEXT), Patch(1), b"short", uses(5), 1)
    assert (other_length.block.encoding, other_length.block.uses) == (Zstd.number, ())
    assert decoded(other_length) == TEXT


def test_a_delta_keeps_its_base():
    raw = bytearray(TEXT)
    raw[7] ^= 1
    done = encoded(memoryview(raw), Patch(1), TEXT, uses(len(TEXT)), 1)
    assert (done.block.encoding, done.block.uses) == (Patch.number, uses(len(TEXT)))
    assert len(done.stored) < 100
    assert decoded(done, TEXT) == raw


def test_a_base_may_be_decoded_on_demand():
    from nbmodelver.store.ranges import Stretch

    def fill(out, start, _wide):
        out[:] = TEXT[start : start + len(out)]

    raw = bytearray(TEXT)
    raw[7] ^= 1
    done = encoded(memoryview(raw), Patch(1), Stretch(fill, 0, len(TEXT)), uses(len(TEXT)), 1)
    assert decoded(done, TEXT) == raw


def test_memory_that_changes_meanwhile_and_a_wrong_encoder_are_errors():
    live = bytearray(TEXT)

    class Changing(Zstd):
        def encode(self, raw, base):
            pieces = super().encode(raw, base)
            live[0] ^= 1
            return pieces

    class Wrong(Zstd):
        def encode(self, raw, base):
            return super().encode(memoryview(bytes(len(raw))), base)

    class Malformed(Zstd):
        def encode(self, raw, base):
            return [b"no frame"]

    encoded(memoryview(live), Changing(), b"", (), 1)  # The bytes of the first look were stored, which is consistent.
    for wrong in (Wrong(), Malformed()):
        with pytest.raises(StoreError, match="changed while"):
            encoded(memoryview(TEXT), wrong, b"", (), 1)


def test_a_copy_has_no_bytes():
    done = copied(100, uses(100))
    assert (done.stored, done.block) == (b"", done.block)
    assert (done.block.encoding, done.block.stored, done.block.sum) == (COPY, 0, sum_of(b""))


def test_verified_bytes_are_taken_as_they_are():
    done = finished(len(TEXT), Zstd(), b"stored", uses(3))
    assert (done.stored, done.block.sum, done.block.uses) == (b"stored", sum_of(b"stored"), uses(3))


def test_small_parts_use_their_bases_only_if_that_saves_enough():
    numbers = np.random.default_rng(0).integers(0, 1 << 60, 4000)
    edited = numbers.copy()
    edited[5] += 1
    raw, base = memoryview(edited.tobytes()), numbers.tobytes()
    delta = encoded_solid(raw, "i8", base, uses(len(base)), 1)
    assert delta.block.uses
    assert len(delta.stored) < 500
    assert decoded(delta, base) == edited.tobytes()
    other = encoded_solid(raw, "i8", os.urandom(len(base)), uses(len(base)), 1)
    assert other.block.uses == ()
    assert decoded(other) == edited.tobytes()


@pytest.mark.skipif(not can_write_prefix(), reason="no library here writes frames with a prefix")
def test_small_parts_of_another_length_can_refer_to_any_byte_of_their_bases():
    base = os.urandom(20_000)
    raw = base[10_000:] + b"new" + base[:10_000]
    done = encoded_solid(memoryview(raw), "", base, uses(len(base)), 1)
    assert len(done.stored) < 500
    assert decoded(done, base) == raw
