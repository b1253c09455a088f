"""How two values agree, component by component."""

from __future__ import annotations

import datetime
import pickle
from collections import OrderedDict
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from nbmodelver.comparison.agreement import agreement

X = np.random.default_rng(0).normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)


class Transform:
    """As those of matplotlib: its parents are kept by their addresses."""

    def __init__(self, parents: dict[int, str]) -> None:
        self._parents = parents


class SimpleKey:
    """A class without an `__eq__` of its own."""

    def __init__(self, number: int) -> None:
        self.number = number


FRAME = pd.DataFrame({"a": X[:, 0], "b": list("xyz") * 20})


def close(value: float) -> float:
    return value * (1 + 1e-9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1),
        (1.5, 1.5),
        (float("nan"), float("nan")),
        ("a", "a"),
        (None, None),
        ([1, {"k": (2,)}], [1, {"k": (2,)}]),
        (X, X.copy()),
        (np.array(["a"], object), np.array(["a"], object)),
        (FRAME, FRAME.copy()),
        (FRAME["b"], FRAME["b"].copy()),
        ({1, 2}, {2, 1}),
        (datetime.date(2026, 1, 1), datetime.date(2026, 1, 1)),
        (range(3), range(3)),
        (len, len),
        (
            np.array([(1, 2.0)], dtype=[("i", int), ("f", float)]),
            np.array([(1, 2.0)], dtype=[("i", int), ("f", float)]),
        ),
    ],
)
def test_equal_values_are_bit_identical(one: object, other: object) -> None:
    assert agreement(one, other) == ("bit-identical", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.5, close(1.5)),
        ([1.5], [close(1.5)]),
        (X, close(X)),
        (X.astype("float32"), X.astype("float32") * np.float32(1.00001)),
        (FRAME, FRAME.assign(a=close(FRAME["a"]))),
        ({"k": 2.0}, {"k": close(2.0)}),
        (1 + 2j, close(1 + 2j)),
        (SimpleNamespace(w=1.0), SimpleNamespace(w=close(1.0))),
    ],
)
def test_numbers_within_the_tolerance_are_numerically_equal(one: object, other: object) -> None:
    agreed, detail = agreement(one, other)
    assert agreed == "numerically equal"
    assert detail.startswith("largest relative difference ")


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (1, 2, "1 became 2"),
        (1, 1.0, "builtins.int became builtins.float"),
        (1.5, 1.6, "1.5 became 1.6"),
        ([1, 2], [1], "2 items became 1"),
        ({"a": 1}, {"b": 1}, "other keys: 'a', 'b'"),
        ({"a": [1]}, {"a": [3]}, "['a'][0]: 1 became 3"),
        (X, X[:50], "float64[60, 3] became float64[50, 3]"),
        (X, X + 1, "180 of 180 numbers, largest relative difference"),
        (np.arange(3), np.array([0, 5, 2]), "1 of 3 elements"),
        (FRAME, FRAME.head(3), "60 x 2 became 3 x 2"),
        (FRAME, FRAME.rename(columns={"a": "c"}), "other columns"),
        (FRAME, FRAME.assign(b="q"), "['b'][0]: 'x' became 'q'"),
        (FRAME, FRAME.set_axis(range(1, 61)), "index"),
        ({1}, {2}, "{1} became {2}"),
        (float("nan"), 1.0, "nan became 1"),
        (0.0, 1e-300, "0 became 1e-300"),
        (len, max, "len became max"),
        (int, float, "int became float"),
        (OrderedDict(a=1), OrderedDict(a=2), "1 became 2"),
    ],
)
def test_other_values_are_different_and_the_place_is_named(one: object, other: object, said: str) -> None:
    agreed, detail = agreement(one, other)
    assert agreed == "different"
    assert said in detail


def test_models_are_compared_by_their_state() -> None:
    forest = RandomForestClassifier(3, random_state=0).fit(X, Y)
    assert agreement(forest, RandomForestClassifier(3, random_state=0).fit(X, Y)) == ("bit-identical", "")
    assert agreement(forest, RandomForestClassifier(3, random_state=1).fit(X, Y))[0] == "different"
    model, other = LogisticRegression().fit(X, Y), LogisticRegression().fit(X, Y)
    other.coef_ = close(other.coef_)
    assert agreement(model, other)[0] == "numerically equal"


def test_generators_are_compared_by_what_decides_the_next_draw() -> None:
    for make in (np.random.RandomState, np.random.default_rng, np.random.PCG64):
        assert agreement(make(1), pickle.loads(pickle.dumps(make(1)))) == ("bit-identical", "")
        assert agreement(make(1), make(2))[0] == "different"
    drawn = np.random.default_rng(1)
    drawn.random()
    assert agreement(np.random.default_rng(1), drawn)[0] == "different"


def test_functions_are_compared_by_their_code() -> None:
    def made(source: str) -> object:
        namespace: dict[str, object] = {}
        exec(source, namespace)
        return namespace["f"]

    assert agreement(made("def f(x): return x + 1"), made("def f(x): return x + 1")) == ("bit-identical", "")
    assert agreement(made("def f(x): return x + 1"), made("def f(x): return x * 2")) == ("different", "the code of f")


def test_values_that_cannot_be_taken_apart_cannot_be_compared() -> None:
    agreed, detail = agreement((i for i in range(3)), (i for i in range(3)))
    assert agreed == "cannot tell"
    assert "generator" in detail


def test_cycles_end_and_deep_values_are_named() -> None:
    one: list[object] = [1.0]
    one.append(one)
    other: list[object] = [1.0]
    other.append(other)
    assert agreement(one, other) == ("bit-identical", "")
    deep, deeper = [], []
    for _ in range(500):
        deep, deeper = [deep], [deeper]
    assert agreement(deep, deeper)[0] == "cannot tell"


def test_no_method_of_a_value_decides() -> None:
    class Odd:
        def __init__(self, w: float) -> None:
            self.w = w

        def __eq__(self, other: object) -> bool:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment]

    assert agreement(Odd(1.0), Odd(1.0)) == ("bit-identical", "")
    assert agreement(Odd(1.0), Odd(2.0))[0] == "different"


def test_dates_are_shown_as_dates_and_a_timestamp_is_no_column() -> None:
    assert agreement(datetime.date(2026, 1, 5), datetime.date(2026, 1, 6)) == (
        "different",
        "2026-01-05 became 2026-01-06",
    )
    assert agreement(datetime.timedelta(1), datetime.timedelta(days=1)) == ("bit-identical", "")
    one, other = pd.Timestamp("2026-01-05 10:00"), pd.Timestamp("2026-01-05 10:01")
    assert agreement(one, pd.Timestamp("2026-01-05 10:00"))[0] == "bit-identical"
    assert agreement(one, other)[0] == "different"


def test_addresses_as_keys_are_no_difference_but_the_values_are() -> None:
    assert agreement(Transform({1 << 40: "a", 1 << 41: "b"}), Transform({1 << 42: "a", 1 << 43: "b"}))[0] == (
        "bit-identical"
    )
    assert agreement(Transform({1 << 40: "a"}), Transform({1 << 42: "c"}))[0] == "different"


@pytest.mark.parametrize(("key", "other"), [(1, 2), (1 << 40, 1 << 42), (10**18, 10**18 + 1)])
def test_numbers_as_keys_are_data(key: int, other: int) -> None:
    assert agreement({key: "a"}, {other: "a"})[0] == "different"
    assert agreement({"_parents": {key: "a"}}, {"_parents": {other: "a"}})[0] == "different"


def test_keys_that_are_equal_to_themselves_only_are_compared_by_their_content() -> None:
    assert agreement({SimpleKey(1): "a"}, {SimpleKey(1): "a"})[0] == "bit-identical"
    assert agreement({SimpleKey(1): "a"}, {SimpleKey(2): "a"})[0] == "different"
