"""The verbs of maintenance."""

from __future__ import annotations

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.verbs import parse

PERIODS = ("last", "hourly", "daily", "weekly", "monthly")


def test_each_period_of_forget_has_an_option() -> None:
    words = " ".join(f"--keep-{period} {n}" for n, period in enumerate(PERIODS))
    found = parse("forget", words)
    assert [found[f"keep_{period}"] for period in PERIODS] == [0, 1, 2, 3, 4]
    assert all(parse("forget", "")[f"keep_{period}"] is None for period in PERIODS)


def test_a_period_counts_in_whole_numbers() -> None:
    for wrong in ("-1", "1.5", "many", "1000001"):
        with pytest.raises(UsageError):
            parse("forget", ["--keep-last", wrong])
