"""Times of a schedule: hourly, daily, weekly, daily@03:30, or a cron expression of five fields.

All times are local times of the machine, as cron and systemd count them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from nbmodelver.errors import UsageError

EXAMPLES = 'write hourly, daily, weekly, daily@03:30, weekly@03:30 or a cron expression such as "30 3 * * 1-5"'
USUAL = {"hourly": "17 * * * *", "daily": "17 3 * * *", "weekly": "17 3 * * 0"}
"""Not at midnight or a full hour, when many other jobs start. 3:17 is outside the hour that summer time skips."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST_GAP_DAYS = 8 * 366 + 1
"""29 February is at most eight years after the one before."""


@dataclass(frozen=True)
class CronField:
    """One field of a cron expression: its name, the smallest and the largest value, and names from the smallest on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


FIELDS = (
    CronField("minute", 0, 59), CronField("hour", 0, 23), CronField("day of the month", 1, 31),
    CronField("month", 1, 12, MONTHS), CronField("weekday", 0, 7, WEEKDAYS),
)  # fmt: skip


@dataclass(frozen=True)
class Times:
    """When a task is due. text: as the user wrote it. cron: five fields, separated by spaces.

    weekdays: 0 for Sunday to 6. either: days of the month and weekdays are both restricted, and one of them is enough,
    as in cron.
    """

    text: str
    cron: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either: bool = False

    def last(self, now: datetime) -> datetime:
        """Return the newest due time at or before `now`, a local time without a zone."""
        moment = now.replace(second=0, microsecond=0)
        for back in range(LONGEST_GAP_DAYS):
            day = moment - timedelta(days=back)
            if self._is_due_on(day):
                times = [(h, m) for h in self.hours for m in self.minutes]
                fitting = [t for t in times if back or t <= (moment.hour, moment.minute)]
                if fitting:
                    hour, minute = max(fitting)
                    return day.replace(hour=hour, minute=minute)
        raise _never(self.text)

    def next(self, now: datetime) -> datetime:
        """Return the first due time after `now`, a local time without a zone."""
        moment = now.replace(second=0, microsecond=0)
        for ahead in range(LONGEST_GAP_DAYS):
            day = moment + timedelta(days=ahead)
            if self._is_due_on(day):
                times = [(h, m) for h in self.hours for m in self.minutes]
                fitting = [t for t in times if ahead or t > (moment.hour, moment.minute)]
                if fitting:
                    hour, minute = min(fitting)
                    return day.replace(hour=hour, minute=minute)
        raise _never(self.text)

    def _is_due_on(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        fits = day.day in self.days, (day.weekday() + 1) % 7 in self.weekdays
        return any(fits) if self.either else all(fits)

    @property
    def calendar(self) -> tuple[str, ...]:
        """The same for systemd: values of OnCalendar=. One is not enough where days and weekdays are alternatives."""
        clock = f"{_listed(self.hours, 24)}:{_listed(self.minutes, 60)}:00"
        weekdays = ",".join(WEEKDAYS[d].capitalize() for d in self.weekdays)
        days = f"*-{_listed(self.months, 12)}-{_listed(self.days, 31)}"
        every_day = f"*-{_listed(self.months, 12)}-*"
        if self.either:
            return f"{days} {clock}", f"{weekdays} {every_day} {clock}"
        return (f"{weekdays} {days} {clock}" if len(self.weekdays) < 7 else f"{days} {clock}",)


def parsed(text: str) -> Times:
    """Return the times that a text means. Raises UsageError for anything else, and for times that never come."""
    word = text.strip()
    fields = word.split()
    if len(fields) == 1:
        fields = _usual(word).split()
    if len(fields) != len(FIELDS):
        raise UsageError(f"'{text}' is no time of a schedule: a cron expression has five fields", EXAMPLES)
    minutes, hours, days, months, weekdays = (_values(text, f, k) for f, k in zip(fields, FIELDS, strict=True))
    weekdays = tuple(sorted({d % 7 for d in weekdays}))
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    found = Times(word, " ".join(fields), minutes, hours, days, months, weekdays, either)
    found.next(datetime(2026, 1, 1))  # noqa: DTZ001  # any day: it raises for 30 February
    return found


def _usual(word: str) -> str:
    """Return the cron expression of a word such as "daily@03:30". Raises UsageError."""
    period, at, clock = word.partition("@")
    if period not in USUAL or (at and period == "hourly"):
        raise UsageError(f"'{word}' is no time of a schedule", EXAMPLES)
    if not at:
        return USUAL[period]
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", clock)
    if found is None:
        raise UsageError(f"'{clock}' in '{word}' is no time of a day", "write hours and minutes, such as daily@03:30")
    return f"{int(found[2])} {int(found[1])} {USUAL[period].split(' ', 2)[2]}"


def _values(text: str, written: str, known: CronField) -> tuple[int, ...]:
    """Return the values of one field, in ascending order. Raises UsageError."""
    found: set[int] = set()
    for part in written.split(","):
        span, slash, step = part.partition("/")
        every = _number(text, step, CronField(known.name, 1, known.high)) if slash else 1
        low, dash, high = span.partition("-")
        if span == "*":
            first, last = known.low, min(known.high, 6) if known.names == WEEKDAYS else known.high
        elif dash:
            first, last = _number(text, low, known), _number(text, high, known)
        else:
            first = _number(text, low, known)
            last = known.high if slash else first
        if first > last:
            raise UsageError(f"'{part}' in '{text}' ends before it begins", f"write the smaller {known.name} first")
        found |= set(range(first, last + 1, every))
    return tuple(sorted(found))


def _number(text: str, word: str, known: CronField) -> int:
    folded = word.casefold()
    if folded in known.names:
        return known.names.index(folded) + known.low
    if not re.fullmatch(r"\d{1,2}", word) or not known.low <= int(word) <= known.high:
        hint = f"a {known.name} is a number from {known.low} to {known.high} · {EXAMPLES}"
        raise UsageError(f"'{word}' in '{text}' is no {known.name}", hint)
    return int(word)


def _listed(values: tuple[int, ...], every: int) -> str:
    return "*" if len(values) == every else ",".join(f"{v:02}" for v in values)


def _never(text: str) -> UsageError:
    return UsageError(f"'{text}' never comes: no month has such a day", EXAMPLES)
