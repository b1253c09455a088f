"""Figures as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nbmodelver.views.figures import ago, change, duration, new_of, number, plural, size


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9_949, "9.9 kB"), (9_950, "10 kB"), (999_499, "999 kB"),
        (999_500, "1.0 MB"), (1_234_567, "1.2 MB"), (540_000_000, "540 MB"), (2.5e12, "2.5 TB"), (-1500, "-1.5 kB"),
    ],
)  # fmt: skip
def test_sizes_are_decimal(count, said):
    assert size(count) == said


def test_what_is_new_is_no_part_of_less():
    """Cells and packages lie beside the values: "8.5 kB new of 444 B" said the commit of two numbers."""
    assert [new_of(0, 0), new_of(342, 6300), new_of(8500, 444)] == [
        "0 B new of 0 B",
        "342 B new of 6.3 kB",
        "8.5 kB new",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "0 ms"), (0.0042, "4 ms"), (0.0812, "0.08 s"), (0.999, "1.0 s"), (2.34, "2.3 s"), (45.2, "45 s"),
        (59.7, "1 min 0 s"), (185, "3 min 5 s"), (7_440, "2 h 4 min"),
    ],
)  # fmt: skip
def test_durations_keep_two_figures(seconds, said):
    assert duration(seconds) == said


def test_numbers_have_four_significant_digits():
    assert [number(x) for x in (0.91, 0.123456, 12345.678, 2_000_000, 1.0, float("nan"), 1e-9)] == [
        "0.91", "0.1235", "12,346", "2,000,000", "1", "nan", "1e-09",
    ]  # fmt: skip


def test_a_change_has_a_sign_and_no_float_noise():
    assert change(0.89, 0.91) == "+0.02"
    assert change(0.91, 0.91) == ""
    assert change(3, 1) == "-2"
    assert change(0.9, float("nan")) == ""


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("2026-11-21T08:59:30Z", "just now"), ("2026-11-21T08:40:00Z", "20 min ago"),
        ("2026-11-21T03:00:00Z", "6 h ago"),
        ("2026-11-20T08:00:00Z", "yesterday"), ("2026-11-17T08:00:00Z", "4 days ago"),
        ("2026-10-01T08:00:00", "2026-10-01"),
        ("2027-01-01T00:00:00Z", "2027-01-01 00:00"), ("", ""), ("soon", ""),
    ],
)  # fmt: skip
def test_times_are_told_from_now(then, said):
    assert ago(then, datetime(2026, 11, 21, 9, 0, tzinfo=UTC)) == said


def test_counts_have_their_noun():
    assert [plural(1, "name"), plural(0, "name"), plural(12_000, "row")] == ["1 name", "0 names", "12,000 rows"]
