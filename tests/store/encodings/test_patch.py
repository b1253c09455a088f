"""Encoding 7: the elements that differ from a base."""

import struct

import numpy as np
import pytest

from nbmodelver.store.encodings import patch
from nbmodelver.store.encodings.patch import Patch
from tests.store.round_trip import there_and_back


def test_few_edits_take_few_bytes():
    old = np.random.default_rng(0).integers(0, 1 << 60, 50_000)
    new = old.copy()
    new[[0, 777, 49_999]] = -1
    decoded, size = there_and_back(Patch(8), new.tobytes(), old.tobytes())
    assert decoded == new.tobytes()
    assert size < 200


def test_no_edit_and_only_edits_come_back():
    old = np.arange(100, dtype="i4")
    for new in (old, old[::-1].copy()):
        assert there_and_back(Patch(4), new.tobytes(), old.tobytes())[0] == new.tobytes()
    assert there_and_back(Patch(4), b"", b"")[0] == b""


def test_bytes_behind_the_last_element_are_stored_as_they_are():
    assert there_and_back(Patch(4), b"123456789ab", b"123456780zz")[0] == b"123456789ab"


def test_another_length_than_that_of_the_base_does_not_fit():
    assert there_and_back(Patch(4), b"1234", b"12345678") is None


@pytest.mark.parametrize("head", [(3, 0), (4, 2), (4, 1 << 31)])
def test_an_unknown_width_or_too_many_edits_are_refused(head):
    with pytest.raises(ValueError, match="unknown changes"):
        patch.decode(memoryview(struct.pack("<BI", *head)), memoryview(bytearray(4)), b"1234")


def test_an_edit_behind_the_end_is_refused():
    encoded = Patch(4).encode(memoryview(b"aaaabbbb"), b"aaaacccc")
    with pytest.raises(ValueError):
        patch.decode(memoryview(b"".join(encoded)), memoryview(bytearray(4)), b"aaaa")
