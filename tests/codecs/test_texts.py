"""Arrays of objects that hold strings: exact, known again by their pointers, spliced where a few rows changed."""

from __future__ import annotations

import gc
import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbmodelver.codecs import graph, texts
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.texts import LEAST_ROWS, REMEMBERED, Remembered
from nbmodelver.errors import Damaged

ROWS = LEAST_ROWS + 100


def encoded(value: Any) -> tuple[bytes, list[bytes]]:
    """All bytes that a commit of this value would store."""
    (draft,) = graph.capture({"v": value}, {}).groups
    assert draft.format == graph.PLAIN
    return draft.skeleton, [bytes(b.raw) for b in draft.buffers]


def came_back(value: Any) -> Any:
    (draft,) = graph.capture({"v": value}, {}).groups
    arrays = Arrays(draft.table, [len(b.raw) for b in draft.buffers[draft.own :]])
    for at, target in arrays.targets.items():
        target[:] = draft.buffers[draft.own + at].raw
    own = [memoryview(bytes(b.raw)) for b in draft.buffers[: draft.own]]
    return graph.Loader({}, lambda key: None, trusted=False).load(draft, own, arrays)["v"]


def strings(count: int = ROWS) -> np.ndarray[Any, Any]:
    return np.array([f"name {i}" for i in range(count)], dtype=object)


def same(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    return a.shape == b.shape and all(
        type(x) is type(y) and (x is y or x == y) for x, y in zip(a.flat, b.flat, strict=True)
    )


@pytest.mark.parametrize(
    "value",
    [
        strings(),
        strings(ROWS * 3).reshape(3, ROWS).copy(),
        np.array([None, "a", "é", "\ud800", "", "日本", np.nan] * LEAST_ROWS, dtype=object),
        np.array(["x" * (i % 300) for i in range(ROWS)], dtype=object),
    ],
    ids=["strings", "block", "missing and not ascii", "lengths"],
)
def test_strings_come_back(value: np.ndarray[Any, Any]) -> None:
    got = came_back(value)
    assert same(got, value)
    assert got.flags.writeable
    assert got.flags.owndata
    value.flags.writeable = False
    assert not came_back(value).flags.writeable


def test_a_nan_of_another_kind_and_other_objects_are_kept_as_they_are() -> None:
    for other in (float("nan"), 1.5, b"bytes", [1], np.str_("numpy"), True):
        value = strings()
        value[7] = other
        got = came_back(value)
        assert type(got[7]) is type(other)
        assert repr(got[7]) == repr(other)


def test_the_same_pointers_cost_no_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    value = strings()
    before = encoded(value)
    monkeypatch.setattr(texts, "_encoded", lambda row: pytest.fail("encoded again"))
    assert encoded(value) == before
    value[5] = "another"
    spliced = encoded(value)
    monkeypatch.undo()
    assert spliced == encoded(value.copy())
    assert spliced != before


def test_bytes_do_not_depend_on_what_is_remembered() -> None:
    value = strings()
    encoded(value)
    equal = np.array(["".join(list(s)) for s in value], dtype=object)
    assert encoded(equal) == encoded(value)
    value[3] = value[4]
    value[9] = "é"
    assert encoded(value) == encoded(value.copy())
    value[10] = None
    assert encoded(value) == encoded(value.copy())
    value[11] = 7
    assert encoded(value) == encoded(value.copy())
    assert came_back(value)[11] == 7


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.integers(0, ROWS - 1), st.one_of(st.text(max_size=12), st.sampled_from(["", "abc"]), st.none())
            ),
            max_size=8,
        ),
        max_size=6,
    )
)
def test_rows_changed_in_any_order_give_the_bytes_of_a_fresh_array(steps: list[list[tuple[int, str | None]]]) -> None:
    value = strings()
    encoded(value)
    for changes in steps:
        for at, text in changes:
            value[at] = text
        assert encoded(value) == encoded(value.copy())


def test_a_new_array_at_the_place_of_an_old_one_is_not_taken_for_it() -> None:
    for round_ in range(20):
        value = np.array([f"{round_} {i}" for i in range(ROWS)], dtype=object)
        assert same(came_back(value), value)
        del value


def test_what_is_remembered_goes_with_its_array_and_stays_within_its_limit() -> None:
    gc.collect()
    before = len(REMEMBERED._rows)
    value = strings()
    encoded(value)
    assert len(REMEMBERED._rows) == before + 1
    del value
    gc.collect()
    assert len(REMEMBERED._rows) == before
    small = Remembered(most_bytes=40_000)
    kept = [strings() for _ in range(8)]
    for array in kept:
        assert small.row(array) is not None
    assert 0 < len(small._rows) < 8
    assert small._bytes <= 40_000


def test_several_threads_may_look_at_once() -> None:
    small = Remembered(most_bytes=60_000)
    wrong: list[Any] = []

    def look(seed: int) -> None:
        for at in range(40):
            array = strings() if at % 3 else shared
            found = small.row(array)
            if found is None or found.text.tobytes() != "".join(array).encode():
                wrong.append((seed, at))

    shared = strings()
    threads = [threading.Thread(target=look, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert small._bytes == sum(text.bytes for text in small._rows.values()) <= 60_000


def test_one_changed_column_of_a_frame_is_one_changed_part() -> None:
    df = pd.DataFrame({name: pd.Series([f"{name}{i}" for i in range(ROWS * 4)], dtype=object) for name in "abc"})
    before = encoded(df)[1]
    df.loc[5, "b"] = "changed"
    after = encoded(df)[1]
    assert sum(a != b for a, b in zip(before, after, strict=True)) <= 2
    pd.testing.assert_frame_equal(came_back(df), df)


def test_rows_that_do_not_fit_are_refused() -> None:
    lengths, text = np.array([1, 2], np.int32), np.frombuffer(b"abc", np.uint8)
    assert texts.build((2,), [(lengths, text, None)]).tolist() == ["a", "bc"]
    for shape, rows in [
        ((3,), [(lengths, text, None)]),
        ((2, 2), [(lengths, text, None)]),
        ((2,), [(np.array([1, 1], np.int32), text, None)]),
        ((2,), [(np.array([4, -1], np.int32), text, None)]),
        ((2,), [(lengths, np.frombuffer(b"\xff\xff\xff", np.uint8), None)]),
        ((2,), [(lengths, text, np.array([0, 9], np.uint8))]),
        ((2,), [(lengths, text, np.array([1], np.float64))]),
    ]:
        with pytest.raises((ValueError, TypeError, KeyError, Damaged)):
            texts.build(shape, rows)
