"""Drift: told if it matters and is more than chance, and not otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.tables.drift import Drift, distance_of_distributions, drifts, psi, section
from nbmodelver.comparison.tables.tables import TableData, table_of

stats = pytest.importorskip("scipy.stats")
RNG = np.random.default_rng(0)


def table(value: object) -> TableData:
    found = table_of(value)
    assert found is not None
    return found


def found(before: object, after: object) -> list[Drift]:
    return drifts(table(before), table(after))


def normal(rows: int, columns: int = 50, shift: float = 0.0) -> np.ndarray:
    return RNG.standard_normal((rows, columns)) + shift


@pytest.mark.parametrize("rows", [100, 1_000, 20_000])
def test_no_drift_is_told_where_there_is_none(rows):
    told = [d for _ in range(4) for d in found(normal(rows), normal(rows)) if d.verdict != "extreme values"]
    assert len(told) <= 1


def test_a_shift_that_matters_is_told():
    assert len(found(normal(1_000), normal(1_000, shift=0.3))) >= 45
    assert {d.verdict for d in found(normal(1_000), normal(1_000, shift=0.8))} == {"moved strongly"}


def test_a_significant_shift_that_does_not_matter_is_not_told():
    before, after = normal(300_000, 1), normal(300_000, 1, shift=0.02)
    assert stats.ks_2samp(before[:, 0], after[:, 0]).pvalue < 1e-6
    assert found(before, after) == []


def test_one_extreme_value_is_said_as_such():
    before = normal(10_000, 1)
    after = np.append(before[:-1], [[1e6]], axis=0)
    (drift,) = found(before, after)
    assert (drift.verdict, drift.after) == ("extreme values", "1 value, up to 1e+06")


def test_the_distance_is_that_of_scipy():
    old, new = np.sort(RNG.standard_normal(30_000)), np.sort(RNG.exponential(size=20_000))
    exact = stats.ks_2samp(old, new).statistic
    assert distance_of_distributions(old, new) == pytest.approx(exact, abs=1e-3)
    old, new = np.sort(old[:50]), np.sort(new[:40])
    assert distance_of_distributions(old, new) == pytest.approx(stats.ks_2samp(old, new).statistic)


def test_few_values_and_categories_are_compared_by_their_shares():
    before = pd.DataFrame({"g": ["a", "b"] * 500, "n": [1, 2] * 500})
    after = pd.DataFrame({"g": ["a", "a", "a", "b"] * 250, "n": [1, 1, 1, 2] * 250})
    drift = {d.name: d for d in found(before, after)}
    assert drift["g"].effect == drift["n"].effect == pytest.approx(0.25)
    assert (drift["g"].before, drift["g"].after) in {("a 50.0%", "a 75.0%"), ("b 50.0%", "b 25.0%")}


def test_new_and_vanished_categories_are_named():
    before = pd.DataFrame({"g": ["a", "b", "b", "c"] * 50})
    after = pd.DataFrame({"g": pd.Categorical(["a", "b", "b", "d"] * 50)})
    drift = {d.verdict: d for d in found(before, after)}
    assert (drift["categories"].before, drift["categories"].after) == ("gone: c (25.0%)", "new: d (25.0%)")


def test_free_text_does_not_drift():
    assert found([f"text {i}" for i in range(1000)], [f"other {i}" for i in range(1000)]) == []


def test_nulls_are_told():
    before = pd.DataFrame({"x": normal(1_000, 1)[:, 0]})
    after = before.copy()
    after.iloc[:100] = np.nan
    (drift,) = found(before, after)
    assert (drift.verdict, drift.before, drift.after) == ("nulls", "0.0% null", "10.0% null")


def test_times_move():
    before = pd.DataFrame({"t": pd.date_range("2024-01-01", periods=500)})
    after = pd.DataFrame({"t": pd.date_range("2025-01-01", periods=500)})
    (drift,) = found(before, after)
    assert (drift.verdict, drift.before[:17]) == ("moved strongly", "median 2024-09-07")


def test_the_index_of_stability_is_zero_without_drift():
    old, new = np.sort(RNG.standard_normal(5_000)), np.sort(RNG.standard_normal(5_000))
    assert psi(old, new) < 0.01
    assert psi(old, np.sort(new + 0.5)) == pytest.approx(0.24, abs=0.05)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([1.0, 2.0], [1.0]), (np.zeros((0, 2)), np.ones((5, 2))), ([None, None], [1.0, 2.0]),
        ([np.inf, 1.0] * 50, [-np.inf, np.nan] * 50), (np.ones((50, 2)), np.ones((50, 2))), (["a"], [1]),
    ],
)  # fmt: skip
def test_odd_columns_have_an_answer(before, after):
    assert all(0 <= d.effect <= 1 for d in found(before, after))


def test_many_cells_are_compared_on_threads_with_the_same_answer(monkeypatch):
    before, after = normal(2_000, 5), normal(2_000, 5, shift=0.5)
    expected = found(before, after)
    monkeypatch.setattr("nbmodelver.comparison.tables.drift.WORTH_THREADS", 0)
    assert found(before, after) == expected


def test_the_section_has_a_picture_with_common_edges():
    shown = section("drift.df", "df · drift", table(normal(500, 2)), table(normal(500, 2, shift=1.0)))
    assert shown is not None
    assert [r.cells[1] for r in shown.rows] == ["moved strongly"] * 2
    before, after = shown.charts[0].series
    assert before.x == after.x
    assert sum(v or 0 for v in before.y) == pytest.approx(1.0, abs=0.03)
    assert section("drift.df", "df", table(normal(500, 2)), table(normal(500, 2))) is None
