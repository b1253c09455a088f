"""Rules for the versions to keep."""

from datetime import UTC, datetime, timedelta

import pytest

from nbmodelver.model import Version, VersionId
from nbmodelver.repo import Retention

START = datetime(2026, 3, 1, tzinfo=UTC)


def versions(hours, **metrics):
    """One version an entry, that many hours after the start; newest first."""
    made = [
        Version(
            VersionId(f"{n:040x}"), n, saved_at_utc=(START + timedelta(hours=h)).isoformat(),
            metrics={k: m[n] for k, m in metrics.items() if m[n] is not None},
        )
        for n, h in enumerate(hours)
    ]  # fmt: skip
    return made[::-1]


def kept(rule, made, protected=(), costs=None):
    ids = rule.kept(made, {f"{n:040x}" for n in protected}, lambda v: (costs or {}).get(v.number, 1))
    return sorted(int(i, 16) for i in ids)


def test_last_n(repo):
    assert kept(Retention(last=2), versions(range(5))) == [3, 4]
    assert kept(Retention(last=2), versions(range(5)), protected=[0]) == [0, 3, 4]


@pytest.mark.parametrize(
    ("rule", "hours", "expected"),
    [
        (Retention(hourly=2), [0, 0.2, 0.5, 1.1, 1.2, 5], [4, 5]),
        (Retention(daily=3), [1, 2, 25, 26, 27, 90], [1, 4, 5]),
        (Retention(weekly=2), [0, 24 * 3, 24 * 9, 24 * 10], [1, 3]),
        (Retention(monthly=9), [0, 24 * 10, 24 * 40, 24 * 41, 24 * 70], [1, 3, 4]),
        (Retention(last=1, daily=2), [1, 2, 25, 26, 27], [1, 4]),
    ],
)
def test_the_newest_of_each_period_that_has_versions(rule, hours, expected):
    assert kept(rule, versions(hours)) == expected


def test_d13_a_version_without_a_time_is_not_forgotten_by_the_clock():
    made = versions(range(3))
    made[1] = Version(made[1].id, 1, saved_at_utc="yesterday")
    assert kept(Retention(daily=1), made) == [1, 2]


def test_the_best_by_a_metric_in_the_direction_of_its_name():
    made = versions(range(5), acc=[0.5, 0.9, None, 0.9, float("nan")], val_loss=[3, 1, 2, None, 5])
    assert kept(Retention(best={"acc": 1}), made) == [3]
    assert kept(Retention(best={"val_loss": 2}), made) == [1, 2]
    assert kept(Retention(best={"acc": 9, "val_loss": 1}), made) == [0, 1, 3]


def test_a_budget_keeps_the_newest_that_fit_and_always_what_is_protected():
    made = versions(range(5))
    costs = {0: 50, 1: 10, 2: 10, 3: 10, 4: 10}
    assert kept(Retention(within_bytes=35), made, [4], costs) == [2, 3, 4]
    assert kept(Retention(within_bytes=5), made, [4], costs) == [4]
    assert kept(Retention(within_bytes=75), made, [0], costs) == [0, 3, 4]
    assert kept(Retention(last=2, within_bytes=1000), made, [], costs) == [3, 4]
