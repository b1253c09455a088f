"""Conditions of --fail-on, for scripts."""

from __future__ import annotations

import pytest

from nbmodelver.actions.conditions import CheckFailed, conditions_met, drift_met
from nbmodelver.errors import UsageError
from nbmodelver.model import Diff, Row, Section, Version, VersionId

NAN = float("nan")


def diff(*rows: tuple[str, ...], before: float = 0.9, after: float = 0.8) -> Diff:
    """A comparison with these rows of alarms, and the metric acc."""
    moved = Section("drift.df", "df · drift", (), (Row(("age", "moved", 0.25)), Row(("x2", "extreme values", 0.9))))
    sections = (Section("alarms", "Alarms", (), tuple(Row(row) for row in rows)), moved)
    sides = (Version(VersionId(""), n, metrics={"acc": value}) for n, value in ((1, before), (2, after)))
    return Diff(*sides, sections)


LEAK = ("alarm", "3 rows leak", "v2", "leak:train,test")
NOTE = ("note", "scored", "v2", "scored:X")
ACCEPTED = ("accepted: known", "9 rows leak", "v1", "leak:a,b")


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("", ()), ("leak", ("3 rows leak",)), ("leak:train,test", ("3 rows leak",)), ("leak:a,b", ()),
        ("leak:x,y", ()), ("alarm", ("3 rows leak",)), ("scored", ("scored",)),
        ("leak:train,test,scored", ("3 rows leak", "scored")), ("drift", ("df: age moved (0.25)",)),
        ("drift:0.3", ()), ("drift:0.2", ("df: age moved (0.25)",)),
        ("drift:age", ("df: age moved (0.25)",)), ("drift:x", ()),
        ("metric:acc<-0.01", ("acc 0.9 → 0.8 (-0.1)",)), ("metric:acc<-0.2", ()), ("metric:acc>0", ()),
        ("metric:f1<0", ("v1 has no metric 'f1'",)), (" leak , metric:acc<0 ", ("3 rows leak", "acc 0.9 → 0.8 (-0.1)")),
    ],
)  # fmt: skip
def test_conditions(conditions, expected):
    assert conditions_met(diff(LEAK, NOTE, ACCEPTED), conditions) == expected


def test_a_metric_that_is_no_number_any_more_fails():
    assert conditions_met(diff(after=NAN), "metric:acc<-1") == ("acc 0.9 → nan (+nan)",)


@pytest.mark.parametrize("conditions", ["lek", "metric:acc<", "metric:acc<1.2.3", "foo:bar"])
def test_anything_else_is_refused(conditions):
    with pytest.raises(UsageError) as caught:
        conditions_met(diff(), conditions)
    assert "--fail-on leak" in caught.value.hint


def test_conditions_on_fresh_data_are_about_columns():
    section = Section("drift.df", "", (), (Row(("age", "moved", 0.25)), Row(("x2", "extreme values", 0.9))))
    assert drift_met(section, "drift") == drift_met(section, "drift:age,drift:0.2") == ("df: age moved (0.25)",)
    assert drift_met(section, "drift:0.3") == drift_met(None, "drift") == ()
    with pytest.raises(UsageError, match="'leak' is no condition on fresh data"):
        drift_met(section, "leak")
    assert CheckFailed(("a", "b"), None, "do that").hint == "do that"
