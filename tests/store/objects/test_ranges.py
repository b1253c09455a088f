"""Near ranges are read by one request, and each range gets its own bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.errors import Truncated
from nbmodelver.store.objects import ranges
from nbmodelver.store.objects.ranges import read_joined, together

DATA = bytes(range(256)) * 40


def test_near_ranges_are_joined_and_far_ones_are_not():
    assert together([(0, 10), (15, 5), (100, 1)], gap_bytes=10) == [(0, 20), (100, 1)]


def test_ranges_that_overlap_or_are_inside_of_others_are_joined():
    assert together([(5, 10), (0, 100), (90, 20), (50, 0)], gap_bytes=1) == [(0, 110)]


def test_a_joined_range_is_not_longer_than_the_limit(monkeypatch):
    monkeypatch.setattr(ranges, "LONGEST_BYTES", 30)
    assert together([(0, 20), (20, 20), (30, 5)], gap_bytes=10) == [(0, 20), (20, 20)]
    assert together([(0, 50), (10, 5)], gap_bytes=10) == [(0, 50), (10, 5)]


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 1000)), max_size=20), st.integers(0, 400))
def test_each_range_gets_its_own_bytes(asked, gap):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "LONGEST_BYTES", 700)
        patch.setattr(ranges.together, "__defaults__", (gap,))
        found = read_joined(asked, lambda start, length: DATA[start : start + length], "x")
    assert found == [DATA[start : start + length] for start, length in asked]


def test_an_answer_that_is_too_short_is_truncated():
    with pytest.raises(Truncated, match=r"memory://a/x ends at byte 10240, but 10250 bytes were expected"):
        read_joined([(10_000, 250)], lambda start, length: DATA[start : start + length], "memory://a/x")
