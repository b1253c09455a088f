"""Times of a schedule: what they mean, when they come next and came last, and the same for systemd."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.actions.schedule import times
from nbmodelver.errors import UsageError

NOW = datetime(2026, 11, 30, 12, 0)  # A Monday.


@pytest.mark.parametrize(
    ("text", "cron", "last", "following"),
    [
        ("hourly", "17 * * * *", "2026-11-30 11:17", "2026-11-30 12:17"),
        ("daily", "17 3 * * *", "2026-11-30 03:17", "2026-12-01 03:17"),
        ("daily@12:00", "0 12 * * *", "2026-11-30 12:00", "2026-12-01 12:00"),
        ("weekly", "17 3 * * 0", "2026-11-29 03:17", "2026-12-06 03:17"),
        ("weekly@9:05", "5 9 * * 0", "2026-11-29 09:05", "2026-12-06 09:05"),
        ("30 3 * * mon-fri", "30 3 * * mon-fri", "2026-11-30 03:30", "2026-12-01 03:30"),
        ("0 0 29 feb *", "0 0 29 feb *", "2024-02-29 00:00", "2028-02-29 00:00"),
        ("*/20 9-17/4 * * *", "*/20 9-17/4 * * *", "2026-11-30 09:40", "2026-11-30 13:00"),
        ("0 6 * * 7", "0 6 * * 7", "2026-11-29 06:00", "2026-12-06 06:00"),
        ("0 6 13 * 5", "0 6 13 * 5", "2026-11-27 06:00", "2026-12-04 06:00"),  # The 13th or a Friday, as in cron.
    ],
)
def test_a_text_means_times(text: str, cron: str, last: str, following: str) -> None:
    found = times.parsed(text)
    assert (found.cron, found.last(NOW), found.next(NOW)) == (
        cron, datetime.fromisoformat(last), datetime.fromisoformat(following),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nightly", "is no time of a schedule"), ("daily@25:00", "'25:00' in 'daily@25:00' is no time of a day"),
        ("hourly@03:30", "is no time of a schedule"), ("", "five fields"), ("* * * *", "five fields"),
        ("60 * * * *", "'60' in '60 .* is no minute"), ("* 24 * * *", "is no hour"), ("* * 0 * *", "day of the month"),
        ("* * * 13 *", "is no month"), ("* * * * 8", "is no weekday"), ("*/0 * * * *", "is no minute"),
        ("5-1 * * * *", "ends before it begins"), ("a * * * *", "is no minute"), ("1,,2 * * * *", "is no minute"),
        ("0 0 30 2 *", "never comes"), ("@daily", "is no time"), ("-5 * * * *", "is no minute"),
    ],
)  # fmt: skip
def test_other_texts_are_refused_with_the_field(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        times.parsed(text)


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("hourly", ("*-*-* *:17:00",)), ("weekly", ("Sun *-*-* 03:17:00",)),
        ("30 3 1,15 * *", ("*-*-01,15 03:30:00",)), ("0 6 * 1 mon", ("Mon *-01-* 06:00:00",)),
        ("0 6 13 * 5", ("*-*-13 06:00:00", "Fri *-*-* 06:00:00")),
    ],
)  # fmt: skip
def test_systemd_gets_the_same_times(text: str, calendar: tuple[str, ...]) -> None:
    found = times.parsed(text).calendar
    assert found == calendar
    program = shutil.which("systemd-analyze")
    for one in found if program else ():
        assert subprocess.run([program, "calendar", one], capture_output=True, check=False).returncode == 0


FIELDS = st.sampled_from(["*", "*/7", "3", "1-5", "2,4", "1-6/2"])


@given(st.tuples(FIELDS, FIELDS, FIELDS, FIELDS, FIELDS), st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))
def test_the_last_and_the_next_time_enclose_every_moment(fields: tuple[str, ...], moment: datetime) -> None:
    found = times.parsed(" ".join(fields))
    last, following = found.last(moment), found.next(moment)
    assert last <= moment < following
    assert found.next(last) == following
    assert found.last(following - timedelta(minutes=1)) == last
