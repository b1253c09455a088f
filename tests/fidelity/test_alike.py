"""`alike` notices every difference that is planted, and none where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.fidelity.alike import alike


def ns(source: str) -> dict[str, Any]:
    values: dict[str, Any] = {"__name__": "__main__", "np": np, "pd": pd}
    exec(source, values)
    return {name: value for name, value in values.items() if name in ("a", "b")}


SAME = [
    "a = [1, {'x': (2, {3})}]; b = a",
    "a = np.arange(6).reshape(2, 3); b = a[:, 1]",
    "a = pd.DataFrame({'x': [1, None]}, index=pd.date_range('2020', periods=2)); b = a",
    "class A:\n    k = [1]\n    def f(self): return 1\na = A(); b = [a, A]",
    "def make(n):\n    def f(): return n\n    return f\na = make([1]); b = lambda x=1: x",
    "a = []; a.append(a); b = {'a': a}",
    "a = float('nan'); b = [-0.0, np.float64('nan')]",
]
DIFFERENT = [
    ("a = [1]", "a = [True]"),
    ("a = [1.0]", "a = [1]"),
    ("a = 0.0", "a = -0.0"),
    ("a = (1, 2)", "a = [1, 2]"),
    ("a = {'x': 1, 'y': 2}", "a = {'y': 2, 'x': 1}"),
    ("a = {1, 2}", "a = {1, 3}"),
    ("a = [1]; b = a", "a = [1]; b = [1]"),
    ("a = [[], []]", "a = [[]] * 2"),
    ("a = {'x': []}; b = a['x']", "a = {'x': []}; b = []"),
    ("a = []; a.append(a)", "a = []; a.append([])"),
    ("a = np.zeros(3)", "a = np.zeros(3, 'f4')"),
    ("a = np.zeros(3)", "a = np.zeros(3, '>f8')"),
    ("a = np.zeros((2, 2))", "a = np.zeros((2, 2), order='F')"),
    ("a = np.zeros(2)", "a = np.zeros(2); a.flags.writeable = False"),
    ("a = np.zeros(2)", "a = np.zeros(4)[:2]"),
    ("a = np.zeros(2)", "a = np.array([0.0, -0.0])"),
    ("a = np.zeros(4); b = a[1:]", "a = np.zeros(4); b = a[1:].copy()"),
    ("a = np.zeros(4); b = a[1:3]", "a = np.zeros(4); b = a[2:4]"),
    ("a = np.ma.array([1], mask=[0])", "a = np.ma.array([1], mask=[0], hard_mask=True)"),
    ("a = np.float32(1)", "a = np.float64(1)"),
    ("a = pd.Series([1])", "a = pd.Series([1], name='x')"),
    ("a = pd.Series([1, None])", "a = pd.Series([1, None], dtype='Int64')"),
    ("a = pd.date_range('2020', periods=2)", "a = pd.date_range('2020', periods=2)._with_freq(None)"),
    ("a = pd.DataFrame({'x': [1]})", "a = pd.DataFrame({'x': [1]}); a.attrs['k'] = 1"),
    ("a = pd.DataFrame({'x': [1]})", "a = pd.DataFrame({'x': [1]}).set_flags(allows_duplicate_labels=False)"),
    ("a = pd.Categorical(['x'], ['x', 'y'])", "a = pd.Categorical(['x'])"),
    ("a = pd.Index([1], name='x')", "a = pd.Index([1])"),
    ("def a(): return 1", "def a(): return 2"),
    ("def a(x=1): return x", "def a(x=2): return x"),
    ("def a(): pass\na.k = 1", "def a(): pass"),
    (
        "def m(n):\n    def f(): return n\n    return f\na = m(1)",
        "def m(n):\n    def f(): return n\n    return f\na = m(2)",
    ),
    ("class A:\n    k = 1\na = A()", "class A:\n    k = 2\na = A()"),
    ("class A:\n    __slots__ = ('x',)\na = A(); a.x = 1", "class A:\n    __slots__ = ('x',)\na = A(); a.x = 2"),
    ("class A: pass\na = A(); b = A", "class A: pass\na = A()\nclass A: pass\nb = A"),
    ("class A: pass\na = A(); a.x = 1", "class A: pass\na = A()"),
    ("class B: pass\nclass A(B): pass\na = A()", "class B: pass\nclass A: pass\na = A()"),
    ("a = ValueError(1)", "a = ValueError(2)"),
    ("import functools\na = functools.partial(int, base=2)", "import functools\na = functools.partial(int, base=3)"),
    ("a = np.random.default_rng(1)", "a = np.random.default_rng(2)"),
    ("import random\na = random.Random(1)", "import random\na = random.Random(2)"),
    ("a = iter([1, 2])", "a = iter([1, 2]); next(a)"),
]


@pytest.mark.parametrize("source", SAME)
def test_nothing_is_said_of_equal_worlds(source: str) -> None:
    assert alike(ns(source), ns(source)) == []


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_difference_is_noticed_both_ways(one: str, other: str) -> None:
    assert alike(ns(one), ns(other))
    assert alike(ns(other), ns(one))


def test_a_name_that_is_missing_is_noticed() -> None:
    assert alike({}, {"a": 1}) == ["a: is missing"]


def test_differences_of_tensors_are_noticed() -> None:
    torch = pytest.importorskip("torch")
    one, two = torch.zeros(4), torch.zeros(4, requires_grad=True)
    assert alike({"a": one}, {"a": two})
    assert alike({"a": torch.zeros(2, 3).t()}, {"a": torch.zeros(3, 2)})
    graded = torch.zeros(4, requires_grad=True)
    graded.grad = torch.ones(4)
    assert alike({"a": two}, {"a": graded})
    assert alike({"a": one, "b": one[1:]}, {"a": torch.zeros(4), "b": torch.zeros(3)})
    assert alike({"a": torch.nn.ReLU().eval()}, {"a": torch.nn.ReLU().train()})
    assert alike({"a": one}, {"a": torch.zeros(4)}) == []
