"""The outcome of a comparison with fresh data as text."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model import Row, Section, Version, VersionId
from nbmodelver.model.monitoring import Drifted, LastMonitored, Monitored

V1 = Version(VersionId("a" * 40), 1)


def outcome(*drifts: Drifted, notes: tuple[str, ...] = (), section: Section | None = None) -> str:
    failed = tuple(d.column for d in drifts)
    found = Monitored(V1, "churn/1.0.0", "df_train", "f.csv", (48210, 1200), 12, drifts, notes, failed, section)
    return str(views.monitored(found))


def test_no_drift_is_one_line_with_the_notes():
    assert outcome(notes=("other dtypes: a int64 → float64",)).splitlines() == [
        "churn/1.0.0: no drift · 1,200 rows, trained on 48,210 (df_train)", "other dtypes: a int64 → float64",
    ]  # fmt: skip


def test_drift_is_counted_by_column_and_shown_as_a_table():
    section = Section("drift.df", "df · drift", ("column", "drift", "effect"), (Row(("a", "moved", 0.3), "changed"),))
    text = outcome(Drifted("a", "moved", 0.3), Drifted("a", "nulls", 0.1), section=section)
    assert text.startswith("churn/1.0.0: 1 of 12 columns drifted since training")
    assert "~ a       moved     0.3" in text


def test_extreme_values_alone_are_no_drift():
    assert ": no drift" in outcome(Drifted("a", "extreme values", 0.01))


def test_the_latest_outcomes_are_a_table():
    last = [LastMonitored("churn/1.0.0", False, "fresh data drifted", "f.csv", "2026-11-30T08:00:00Z", "Ada")]
    assert "churn/1.0.0  fresh data drifted  f.csv" in str(views.last_monitored(last))
    assert "nothing was compared yet" in str(views.last_monitored([]))
