"""Encoding 9: a frame that refers to any earlier byte of the base."""

import os

import pytest

from nbmodelver.store.encodings import frames, prefix
from nbmodelver.store.encodings.prefix import Prefix
from tests.store.round_trip import there_and_back

BASE = os.urandom(60_000)
needs_writer = pytest.mark.skipif(not frames.can_write_prefix(), reason="no library here writes frames with a prefix")


@needs_writer
def test_bytes_that_moved_take_little():
    raw = BASE[30_000:] + b"new" + BASE[:30_000]
    decoded, size = there_and_back(Prefix(), raw, BASE)
    assert decoded == raw
    assert size < 300


@needs_writer
@pytest.mark.parametrize("base", [b"", b"1234567"])
def test_a_base_that_is_too_short_for_a_dictionary_does_not_fit(base):
    assert there_and_back(Prefix(), b"abc", base) is None


def test_without_a_library_that_writes_it_nothing_fits(monkeypatch):
    monkeypatch.setattr(frames, "_prefix_zstd", None)
    assert there_and_back(Prefix(), BASE, BASE) is None


@needs_writer
def test_another_base_is_not_decoded_to_the_same_bytes():
    stored = memoryview(b"".join(Prefix().encode(memoryview(BASE[:5000]), BASE)))
    out = memoryview(bytearray(5000))
    try:
        prefix.decode(stored, out, BASE[::-1])
    except ValueError:
        return
    assert bytes(out) != BASE[:5000]
