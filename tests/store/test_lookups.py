"""Codes of few distinct values, and row indices of moved rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.store import lookups

WIDTHS = {1: "u1", 2: "<u2", 4: "<u4", 8: "<u8"}


@pytest.mark.parametrize("width", WIDTHS)
@given(data=st.data())
def test_codes_give_back_the_elements(width, data):
    values = data.draw(st.lists(st.integers(0, 256**width - 1), min_size=1, max_size=200, unique=True))
    elements = np.array(data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=400)), WIDTHS[width])
    raw = elements.tobytes()
    known = lookups.distinct(raw, width)
    assert known == np.unique(elements).tobytes()
    found = lookups.codes(raw, known, width, 256)
    assert found is not None
    out = memoryview(bytearray(len(raw)))
    lookups.look_up(found[0].data, found[1], width, out)
    assert bytes(out) == raw


def test_a_few_values_that_were_not_expected_are_added():
    elements = np.repeat(np.arange(4, dtype="<u8"), 100)
    elements[[5, 250]] = [77, 99]
    found = lookups.codes(elements.tobytes(), np.arange(4, dtype="<u8").tobytes(), 8, 256)
    assert found is not None
    assert np.frombuffer(found[1], "<u8").tolist() == [0, 1, 2, 3, 77, 99]


def test_too_many_values_have_no_codes():
    few = np.arange(4, dtype="<u8")
    assert lookups.codes(np.arange(400, dtype="<u8").tobytes(), few.tobytes(), 8, 256) is None, "most are unexpected"
    one_more = np.concatenate([np.zeros(4000, "<u8"), [5]]).astype("<u8")
    assert lookups.codes(one_more.tobytes(), few.tobytes(), 8, 4) is None, "a fifth value"
    assert lookups.codes(one_more.tobytes(), few.tobytes(), 8, 5) is not None


def test_of_many_values_only_the_first_are_looked_at():
    elements = np.arange(100_000, dtype="<u8")
    assert len(lookups.distinct(elements.tobytes(), 8)) == 8 * 1024


def test_a_gather_takes_elements_by_position():
    base, index = np.array([10, 20, 30], "<u4"), np.array([2, 2, 0], "<u4")
    out = memoryview(bytearray(12))
    lookups.gather(base.tobytes(), index.tobytes(), 4, out)
    assert np.frombuffer(out, "<u4").tolist() == [30, 30, 10]
    assert lookups.is_gathered(bytes(out), base.tobytes(), index.tobytes(), 4)
    assert not lookups.is_gathered(bytes(out), base.tobytes(), index[::-1].tobytes(), 4)
    outside = np.array([3], "<u4").tobytes()
    assert not lookups.is_gathered(base[:1].tobytes(), base.tobytes(), outside, 4)
    with pytest.raises(ValueError, match="outside of the base"):
        lookups.gather(base.tobytes(), outside, 4, memoryview(bytearray(4)))


@given(st.permutations(range(40)), st.data())
def test_the_positions_of_moved_elements_are_found(order, data):
    base = np.array(order, "<u8") * 1_000_003
    at = data.draw(st.lists(st.integers(0, 39), min_size=1, max_size=60))
    places = lookups.places_in(base[at].tobytes(), base.tobytes(), 8)
    assert places is not None
    assert np.frombuffer(places, "<u4").tolist() == at


def test_elements_that_are_missing_or_repeated_in_the_base_have_no_positions():
    base = np.array([1, 2, 2, 3], "<u8")

    def found(*values):
        return lookups.places_in(np.array(values, "<u8").tobytes(), base.tobytes(), 8)

    assert found(3, 1) is not None
    assert found(1, 2) is None
    assert found(1, 4) is None
    assert found() is None
    assert lookups.places_in(base.tobytes(), b"", 8) is None


def test_moved_rows_are_told_from_edited_and_other_ones():
    rng = np.random.default_rng(0)
    base = rng.permutation(10_000).astype("<u8")

    def moved(new):
        return lookups.may_be_moved(new.tobytes(), base.tobytes(), 8)

    assert moved(base[rng.permutation(10_000)])
    assert moved(base[base > 5000])
    assert not moved(base)
    assert not moved(np.concatenate([base, base[:10]])), "rows were appended"
    edited = base.copy()
    edited[::3] += 20_000
    assert not moved(edited)
    assert not moved(rng.permutation(10_000).astype("<u8") + 20_000)


def test_values_that_repeat_do_not_tell_rows_apart():
    assert lookups.may_tell_rows_apart(np.arange(5000, dtype="<u8").tobytes(), 8)
    assert not lookups.may_tell_rows_apart((np.arange(5000, dtype="<u8") % 9).tobytes(), 8)
