"""The literals in which two pieces of code differ."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.code.literal_changes import literal_changes


@pytest.mark.parametrize(
    ("before", "after", "whats"),
    [
        ("m = SVC(C=1).fit(X)", "m = SVC(C=2).fit(X)", ["C 1 → 2"]),
        ("m = SVC(C=1)", "m = SVC(C=2, tol=0.1)", ["C 1 → 2", "tol 0.1 added"]),
        ("m = SVC(C=1)", "m = SVC()", ["C 1 removed"]),
        ("p = {'lr': 0.1, 'depth': 3}", "p = {'lr': 0.2, 'depth': 4}", ["lr 0.1 → 0.2", "depth 3 → 4"]),
        ("seed = 0", "seed = 1", ["seed 0 → 1"]),
        ("f = ['a', 'b']", "f = ['a']", ["f ['a', 'b'] → ['a']"]),
        ("a = split(df, 0)", "a = split(df, 1)", ["split 0 → 1"]),
        ("def f(x):\n    return x > 0.5", "def f(x):\n    return x > 0.9", ["0.5 → 0.9"]),
        ("a = x * 2", "a = x + 2", []),
        ("a = f(x)", "a = g(x)", []),
        ("a = f(x)", "a = f(y)", []),
        ("a = x", "a = 3", []),
        ("a = f(**kw)", "a = f(b=1, **kw)", []),
    ],
)
def test_changed_literals_are_found(before: str, after: str, whats: list[str]) -> None:
    assert [change.what for change in literal_changes([before], [after])] == whats


def test_each_change_can_be_taken_back_alone() -> None:
    first, second = literal_changes(["m = SVC(C=1, tol=0.1)"], ["m = SVC(C=2, tol=0.2)"])
    assert (first.former, first.latter) == (("m = SVC(C=1, tol=0.2)",), ("m = SVC(C=2, tol=0.1)",))
    assert (second.former, second.latter) == (("m = SVC(C=2, tol=0.1)",), ("m = SVC(C=1, tol=0.2)",))


def test_a_keyword_of_one_side_is_left_out_of_the_other() -> None:
    (change,) = literal_changes(["m = SVC()"], ["m = SVC(C=2)"])
    assert (change.former, change.latter) == (("m = SVC()",), ("m = SVC(C=2)",))


def test_a_different_number_of_statements_is_not_a_change_of_literals() -> None:
    assert literal_changes(["a = 1"], ["a = 1", "a = 2"]) == ()
