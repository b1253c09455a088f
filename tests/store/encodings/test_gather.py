"""Encoding 10: elements gathered from a base."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.store.encodings import gather
from nbmodelver.store.encodings.gather import Gather
from tests.store.round_trip import there_and_back


@given(st.lists(st.integers(0, 1 << 60), max_size=200), st.data())
def test_elements_are_gathered_from_the_base(values, data):
    old = np.array(values, "i8")
    places = data.draw(st.lists(st.integers(0, max(len(old) - 1, 0)), max_size=300 if len(old) else 0))
    index = np.array(places, "<u4")
    raw = old[index].tobytes()
    assert there_and_back(Gather(8), raw, old.tobytes() + index.tobytes())[0] == raw
    assert Gather(8).encode(memoryview(raw), b"?" + old.tobytes() + index.tobytes()) is None


def test_a_block_takes_one_byte_and_the_index_is_in_the_base():
    old, index = np.array([10, 20, 30], "i8"), np.array([2, 0], "<u4")
    raw = old[index].tobytes()
    decoded, size = there_and_back(Gather(8), raw, old.tobytes() + index.tobytes())
    assert (decoded, size) == (raw, 1)


@pytest.mark.parametrize("length", [1, 12, 20])
def test_a_length_that_does_not_match_does_not_fit(length):
    base = np.arange(3).tobytes() + np.array([0, 1], "<u4").tobytes()
    assert there_and_back(Gather(8), bytes(length), base) is None


def test_an_unknown_width_another_length_and_an_index_outside_of_the_base_are_refused():
    base = np.arange(3).tobytes() + np.array([0, 3], "<u4").tobytes()
    for stored, size, match in (
        (b"\x03", 16, "unknown width"),
        (b"\x08", 17, "another length"),
        (b"\x08", 16, "outside"),
    ):
        with pytest.raises(ValueError, match=match):
            gather.decode(memoryview(stored), memoryview(bytearray(size)), base)
