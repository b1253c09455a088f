"""The places inside two values where they differ, each with what stands there before and after."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.inside import MOST_PLACES, around, rows_of


def places(before: Any, after: Any) -> list[tuple[str, Any, Any, str]]:
    return [(str(r.cells[0]), r.cells[1], r.cells[2], r.status) for r in rows_of(before, after)[0]]


class Own:
    def __init__(self, **held: Any) -> None:
        self.__dict__.update(held)

    def __eq__(self, other: object) -> bool:
        raise AssertionError

    __hash__ = None  # type: ignore[assignment]


TEXTS = [f"text {i}" for i in range(5000)]
WORDS = {f"w{i}": i for i in range(2000)}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (TEXTS, [*TEXTS[:4000], "other", *TEXTS[4001:]], [("[4000]", "text 4000", "other", "changed")]),
        (TEXTS, [*TEXTS[:7], "new", *TEXTS[7:]], [("[7]", None, "new", "added")]),
        (TEXTS, TEXTS[:-1], [("[4999]", "text 4999", None, "removed")]),
        (
            [1, 2, 3, 4],
            [2, 3, 9, 4, 5],
            [("[0]", 1, None, "removed"), ("[2]", None, 9, "added"), ("[4]", None, 5, "added")],
        ),
        (WORDS, {**WORDS, "unk": 1}, [("'unk'", None, 1, "added")]),
        ({**WORDS, "unk": 1}, {**WORDS, "w3": 7}, [("'w3'", 3, 7, "changed"), ("'unk'", 1, None, "removed")]),
        ({"opt": {"lr": 1}}, {"opt": {"lr": 2}}, [("opt.lr", 1, 2, "changed")]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, [("order", "a, b", "b, a", "changed")]),
        ({1, "x"}, {1, "y"}, [("'x'", None, None, "removed"), ("'y'", None, None, "added")]),
        ((1, (2, [3])), (1, (2, [4])), [("[1][1][0]", 3, 4, "changed")]),
        ([1], [1.0], [("[0]", "1 (int)", "1.0 (float)", "changed")]),
        ([True], [1], [("[0]", "True (bool)", "1 (int)", "changed")]),
        (b"\0" * 50 + b"a", b"\0" * 50 + b"b", [("[50]", str(b"\0" * 8 + b"a"), str(b"\0" * 8 + b"b"), "changed")]),
        (Counter("aab"), Counter("abb"), [("a", 2, 1, "changed"), ("b", 1, 2, "changed")]),
        (deque([1, 2]), deque([1, 3]), [("[1]", 2, 3, "changed")]),
        (OrderedDict(a=1), OrderedDict(a=2), [("a", 1, 2, "changed")]),
        ([np.zeros(3)], [np.array([0.0, np.nan, 0])], [("[0][1]", 0.0, "nan", "changed")]),
        ({"w": np.zeros(3)}, {"w": np.zeros(4)}, [("w shape", "[3] float64", "[4] float64", "changed")]),
        (Own(x=[1]), Own(x=[2]), [("x[0]", 1, 2, "changed")]),
        ([Own(a=1)], [Own(a=2, b=3)], [("[0].a", 1, 2, "changed"), ("[0].b", None, 3, "added")]),
        (
            pd.DataFrame({"a": [1, 2]}),
            pd.DataFrame({"a": [2, 1]}),
            [("a[0]", 1, 2, "changed"), ("a[1]", 2, 1, "changed")],
        ),
        (pd.Series(["x", "y"]), pd.Series(["x", "z"]), [("[1]", "y", "z", "changed")]),
        ([1, float("nan")], [1, float("nan")], []),
        ("same", "same", []),
    ],
)
def test_a_place_is_pointed_at(before, after, expected):
    assert places(before, after) == expected


def test_a_value_of_torch_is_compared_by_its_numbers():
    torch = pytest.importorskip("torch")
    net = torch.nn.Linear(1, 1)
    other = torch.nn.Linear(1, 1)
    other.load_state_dict({"weight": net.weight + 1, "bias": net.bias})
    assert [p[0] for p in places(net, other)] == ["weight[0, 0]"]
    assert places([torch.ones(2)], [torch.tensor([1.0, 2.0])]) == [("[0][1]", 1.0, 2.0, "changed")]


def test_a_configuration_of_omegaconf_is_compared_by_path():
    create = pytest.importorskip("omegaconf").OmegaConf.create
    assert places(create({"a": {"b": [1, 2]}}), create({"a": {"b": [1, 3]}})) == [("a.b[1]", 2, 3, "changed")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a" * 500 + "b" + "c" * 500, "a" * 500 + "x" + "c" * 500),
        ("a" * 500, "a" * 501),
        ("x" + "a" * 500, "a" * 500),
        ("a" * 300 + "long insertion " * 10 + "b" * 300, "a" * 300 + "b" * 300),
        ("ab" * 200, "ba" * 200),
    ],
)
def test_long_texts_are_shortened_so_that_they_differ(before, after):
    old, new = around(before, after)
    assert old != new
    assert max(len(old), len(new)) <= 64


def test_what_refers_to_itself_ends():
    a, b = Own(x=1), Own(x=2)
    a.me, b.me = a, b  # type: ignore[attr-defined]
    loop: list[Any] = [1]
    loop.append(loop)
    again: list[Any] = [2]
    again.append(again)
    assert places(a, b) == [("x", 1, 2, "changed")]
    assert places(loop, again) == [("[0]", 1, 2, "changed")]


def test_of_many_places_the_first_are_named_and_the_rest_counted():
    rows, note = rows_of(list(range(100)), list(range(1, 101)))
    assert len(rows) == MOST_PLACES
    assert note == "it differs in 80 more places"
    assert rows_of([0] * 5000, [1] * 5000)[1] == "it differs in more than 181 more places"
