"""The checks of a comparison: which are due, and what each says."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.leaks.checks import Dataset, pairs_of
from nbmodelver.comparison.leaks.thorough_checks import thorough_checks
from nbmodelver.comparison.tables.tables import table_of
from nbmodelver.errors import NotComparable, UsageError
from nbmodelver.model import LeakRequest

RNG = np.random.default_rng(0)
TRAIN, TEST = (pd.DataFrame(RNG.standard_normal((n, 4)), columns=list("abcd")) for n in (400, 100))


def dataset(name: str, role: str, value: object, earlier: object = None, *, changed: bool = True) -> Dataset:
    was = (lambda: None) if earlier is None else partial(table_of, earlier)
    return Dataset(name, (role,), 1_000, changed, partial(table_of, value), was)


def checks(train: object, test: object, parent: str = "", request: LeakRequest | None = None, **more):
    changed = more.get("changed", True)
    sets = [
        dataset("tr", "train", train, more.get("earlier"), changed=changed),
        dataset("te", "test", test, more.get("earlier_test"), changed=changed),
    ]
    return {c.id.partition(":")[0]: c for c in thorough_checks(pairs_of(sets), sets, parent, request or LeakRequest())}


@pytest.mark.parametrize(
    ("parent", "request_", "changed", "expected"),
    [
        ("", LeakRequest(), True, {"rounded", "column", "group"}),
        ("v1", LeakRequest(), True, {"rounded", "column", "group", "time", "target"}),
        ("v1", LeakRequest(), False, set()),
        ("", LeakRequest(("a",), "b", 0.8), False, {"group", "time", "text"}),
    ],
)
def test_unchanged_pairs_are_checked_only_if_asked(parent, request_, changed, expected):
    assert set(checks(TRAIN, TEST, parent, request_, changed=changed)) == expected


def test_a_column_that_no_pair_has_is_refused():
    with pytest.raises(UsageError, match="no training set and test set both have a column 'z'") as caught:
        checks(TRAIN, TEST, request=LeakRequest(("z",)))
    assert caught.value.hint == "columns of both: a, b, c, d"


def test_rounded_rows_and_rows_with_another_value_in_one_column():
    rounded = checks(pd.concat([TRAIN, TEST.head(30) + 1e-9]), TEST)["rounded"].run()
    assert rounded.text == "30 of the 100 rows of te also stand in tr up to rounding (IQR/10,000)"
    other = checks(pd.concat([TRAIN, TEST.head(20).assign(b=9.5)]), TEST)["column"].run()
    assert other.text == "20 of the 100 rows of te also stand in tr with another b only"
    honest = checks(TRAIN, TEST)
    assert [honest[kind].run() for kind in ("rounded", "column")] == [None, None]


def test_entities_of_both_sets_are_a_note_unless_they_were_asked_for():
    patients = [s.assign(patient=RNG.integers(0, 60, len(s))) for s in (TRAIN, TEST)]
    count = len(set(patients[0]["patient"]) & set(patients[1]["patient"]))
    found = checks(*patients)["group"].run()
    assert found.level == "note"
    assert found.text.startswith(f"{count} of the {patients[1]['patient'].nunique()} values of patient in te (")
    assert found.text.endswith("also occur in tr; if their rows belong together: --group patient")
    assert checks(*patients, request=LeakRequest(("patient",)))["group"].run().level == "alarm"
    assert checks(TRAIN, TEST)["group"].run() == "not applicable"


def test_times_are_an_alarm_if_asked_and_a_note_if_there_were_none_before():
    day = pd.Timestamp("2024-01-01")
    train, test = (
        s.assign(t=day + pd.to_timedelta(np.arange(len(s)) + at, "D")) for s, at in ((TRAIN, 0), (TEST, 390))
    )
    later = test.assign(t=test["t"] + pd.Timedelta(days=100))
    asked = LeakRequest((), "t")
    found = checks(train, test, request=asked)["time"].run()
    assert found.level == "alarm"
    assert found.text.startswith("9 of the 100 rows of te (9%) are older than the newest row of tr by t")
    assert checks(train, later, request=asked)["time"].run() is None
    new = checks(train, test, "v1", earlier=train, earlier_test=later)["time"].run()
    assert new.level == "note"
    assert new.text.endswith("; in v1 none was")
    assert checks(train, test, "v1", earlier=train, earlier_test=test)["time"].run() is None
    words = checks(*(s.assign(w="word") for s in (TRAIN, TEST)), request=LeakRequest((), "w"))["time"]
    with pytest.raises(NotComparable, match="w has no times"):
        words.run()


def test_near_texts_are_counted_with_their_threshold():
    texts = [f"this is the long sentence number {i} about {i * i} different things" for i in range(60)]
    train, test = (
        pd.DataFrame({"t": texts[:50]}),
        pd.DataFrame({"t": [f"{t}!" for t in texts[:5]] + ["another one"] * 2}),
    )
    found = checks(train, test, request=LeakRequest(near_text=0.9))["text"].run()
    assert found.text.startswith("5 of the 7 texts of t of te have a near duplicate in tr")
    assert checks(TRAIN, TEST, request=LeakRequest(near_text=0.9))["text"].run() == "not applicable"


def test_a_new_column_that_determines_the_target_is_an_alarm():
    before = TRAIN.assign(target=(TRAIN["a"] + RNG.standard_normal(400) > 0).astype(int))
    found = checks(before.assign(z=before["target"] * 3.5), TEST, "v1", earlier=before)["target"].run()
    assert found.text.startswith("one column of tr determines the target, unlike in v1: z")
    assert checks(before, TEST, "v1", earlier=before)["target"].run() is None
    assert checks(TRAIN, TEST, "v1")["target"].run() == "not applicable"
