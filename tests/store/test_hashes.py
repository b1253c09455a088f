"""The hashes of the store."""

import os

import numpy as np
import pytest

from nbmodelver.store.hashes import ID_BYTES, checksum, id_of, id_of_pieces, print_of, sum_of


def test_ids_are_stable_for_ever():
    assert id_of(b"") == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9"
    assert id_of(b"abc") == "6437b3ac38465133ffb63b75273a8db548c55846"
    assert sum_of(b"abc") == 0x78AF5F94892F3950
    assert checksum([b"abc"]).hex().startswith(id_of(b"abc"))


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1])
def test_an_id_depends_on_the_bytes_only(size):
    raw = os.urandom(size)
    expected = id_of(raw)
    assert len(expected) == 2 * ID_BYTES
    assert id_of(bytearray(raw), threads=False) == expected
    assert id_of(memoryview(np.frombuffer(raw, "u1"))) == expected
    assert id_of_pieces([raw[:10], memoryview(raw)[10:], b""]) == expected


def test_a_fingerprint_contains_the_length():
    assert print_of(b"abc") == print_of(memoryview(b"abc"))
    assert print_of(b"abc")[1] == 3
    assert len({print_of(bytes(n)) for n in range(20)}) == 20


def test_a_checksum_is_over_all_pieces_in_order():
    assert checksum([b"ab", b"", b"c"]) == checksum([b"abc"])
    assert checksum([b"ab", b"c"]) != checksum([b"c", b"ab"])
    assert len(checksum([])) == 32
