"""Which checks of a commit are due, what they cost, and what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from nbmodelver.comparison.leaks.checks import (
    BYTES_PER_S,
    ComparedPair,
    Dataset,
    Model,
    cost_s,
    fitted_checks,
    is_tested,
    leak_checks,
    pairs_of,
    rows_in,
    with_target,
)
from nbmodelver.comparison.tables.tables import table_of
from nbmodelver.errors import NotComparable

RNG = np.random.default_rng(0)
TRAIN, TEST = (pd.DataFrame(RNG.standard_normal((n, 4)), columns=list("abcd")) for n in (400, 100))


def dataset(
    name: str, role: str, value: object, *, changed: bool = True, earlier: object = None, size=1_000
) -> Dataset:
    def read(what: object):
        return lambda: None if what is None else table_of(what)

    return Dataset(name, (role,) if role else (), size, changed, read(value), read(earlier))


def leak(train: Dataset, test: Dataset, parent: str = ""):
    (check,) = leak_checks(pairs_of([train, test]), parent)
    return check.run()


def test_each_training_set_is_compared_with_each_validation_and_test_set():
    sets = [dataset(n, r, None) for n, r in (("t1", "train"), ("t2", "train"), ("v", "validation"), ("x", "test"))]
    assert [p.names for p in pairs_of([*sets, dataset("other", "", None)])] == [
        ("t1", "v"), ("t1", "x"), ("t2", "v"), ("t2", "x"),
    ]  # fmt: skip
    assert [is_tested(s) for s in sets] == [False, False, True, True]


def test_only_pairs_with_a_changed_set_are_due_and_cost_what_is_read():
    same = dataset("a", "train", TRAIN, changed=False), dataset("b", "test", TEST, changed=False)
    assert list(leak_checks(pairs_of(same), "")) == []
    big = dataset("b", "test", TEST, size=BYTES_PER_S)
    (check,) = leak_checks(pairs_of([same[0], big]), "")
    assert (check.id, round(check.cost_s, 3)) == ("leak:a,b", 1.0)
    assert cost_s(big, big) == 2.0


def test_equal_rows_are_an_alarm_with_their_count():
    assert leak(dataset("a", "train", TRAIN), dataset("b", "test", TEST)) is None
    found = leak(dataset("a", "train", pd.concat([TRAIN, TEST.head(9)])), dataset("b", "test", TEST))
    assert (found.id, found.level, found.text) == ("leak:a,b", "alarm", "9 of the 100 rows of b also stand in a")


def test_gained_rows_are_told_against_the_version_before():
    more = pd.concat([TRAIN, TEST.head(9)])
    found = leak(dataset("a", "train", more, earlier=TRAIN), dataset("b", "test", TEST), "v6")
    assert (found.text, found.is_new) == ("9 of the 9 rows that a gained since v6 stand in b", True)
    edited = TRAIN.copy()
    edited.iloc[:5] = TEST.iloc[:5].to_numpy()
    found = leak(dataset("a", "train", edited, earlier=TRAIN), dataset("b", "test", TEST), "v6")
    assert found.text == "5 of the 5 rows that are new or changed in a since v6 stand in b"


def test_the_label_of_the_copied_rows_is_compared_apart():
    rows, answers = pd.concat([TRAIN, TEST.head(9)]), np.arange(409)
    sets = [
        dataset("X_train", "train", rows), dataset("X_test", "test", TEST),
        dataset("y_train", "", answers), dataset("y_test", "", np.r_[answers[400:404], np.zeros(96, int) - 1]),
    ]  # fmt: skip
    assert with_target(sets[0], sets).columns[-1].name == "y"
    assert [c.name for c in with_target(sets[0], sets[:2]).columns] == list("abcd")
    (check,) = leak_checks(pairs_of(sets), "")
    assert check.run().text == "9 of the 100 rows of X_test also stand in X_train (4 with the same target)"


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [(None, TEST, "a or b is no table"), (TRAIN[["a"]], TEST[["a"]], "fewer than two columns")],
)
def test_what_cannot_be_compared_is_said(train, test, message):
    with pytest.raises(NotComparable, match=message):
        leak(dataset("a", "train", train), dataset("b", "test", test))


def test_one_row_stands_and_two_rows_stand():
    pair = ComparedPair(dataset("a", "train", TRAIN), dataset("b", "test", TEST), ())
    assert rows_in(pair, 1) == "1 of the 100 rows of b also stands in a"
    assert rows_in(pair, 2) == "2 of the 100 rows of b also stand in a"


def fitted(value: object, **more):
    sets = dataset("X_train", "train", TRAIN), dataset("X_test", "test", TEST)
    model = Model("scaler", 10, more.get("changed", True), more.get("is_scored", True), lambda: value)
    return [c.run() for c in fitted_checks([model], sets)]


def test_a_scaler_of_both_sets_is_an_alarm_and_one_of_the_training_set_is_not():
    (found,) = fitted(StandardScaler().fit(pd.concat([TRAIN, TEST])))
    assert (found.id, found.level) == ("fitted:scaler,X_test", "alarm")
    assert found.text == "scaler was fitted on X_train and X_test together (500 rows)"
    assert fitted(StandardScaler().fit(TRAIN)) == [None]
    assert fitted({"a": 1}) == ["not applicable"]
    with pytest.raises(NotComparable, match="scaler cannot be loaded"):
        fitted(None)


def test_a_model_is_checked_if_it_or_a_set_changed():
    sets = [dataset("X_train", "train", TRAIN, changed=False), dataset("X_test", "test", TEST, changed=False)]
    for changed, count in ((False, 0), (True, 1)):
        model = Model("scaler", 10, changed, True, lambda: None)
        assert len(list(fitted_checks([model], sets))) == count
