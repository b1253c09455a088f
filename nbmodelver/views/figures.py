"""Formats sizes, durations, times and numbers for people. Sizes are decimal: 1 MB is 1,000,000 bytes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def size(count_bytes: float) -> str:
    """A number of bytes as text: "0 B", "1.2 MB", "540 MB"."""
    amount = float(count_bytes)
    for unit in UNITS[:-1]:
        if abs(amount) < 999.5:
            return f"{amount:.0f} {unit}" if unit == "B" or abs(amount) >= 9.95 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} {UNITS[-1]}"


def new_of(new_bytes: int, raw_bytes: int) -> str:
    """The bytes that a commit added: "1.2 MB new of 540 MB".

    "8.5 kB new" if cells and packages are larger than the values.
    """
    return f"{size(new_bytes)} new" + (f" of {size(raw_bytes)}" if new_bytes <= raw_bytes else "")


def duration(seconds: float) -> str:
    """A duration as text: "4 ms", "0.08 s", "2.3 s", "3 min 5 s"."""
    if seconds < 0.01:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 0.995:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def number(value: float) -> str:
    """A metric or statistic with four significant digits. Whole and large numbers are written in full: 12,346."""
    if isinstance(value, int) or (abs(value) < 1e12 and (abs(value) >= 10_000 or value == int(value))):
        return f"{round(value):,}"
    return f"{value:.4g}"


def signed(step: float) -> str:
    """A difference with its sign: "+0.02", "-150"."""
    return f"{'+' if step > 0 else ''}{number(step)}"


def change(before: float, after: float) -> str:
    """The difference between two numbers: "+0.02"; "" if there is none."""
    step = after - before
    if math.isnan(step) or step == 0:
        return ""
    return f"{step:+,}" if isinstance(step, int) else f"{step:+.3g}"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """A count with its noun: "1 name", "3 names"."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def parsed(saved_at_utc: str) -> datetime | None:
    """The UTC time of an ISO 8601 text; None if the text is invalid."""
    try:
        found = datetime.fromisoformat(saved_at_utc)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def ago(saved_at_utc: str, now: datetime | None = None) -> str:
    """The time since then: "just now", "5 min ago", "yesterday"; beyond a week the date."""
    then = parsed(saved_at_utc)
    if then is None:
        return ""
    now = now or datetime.now(UTC)
    passed = now - then
    if passed < timedelta(0):
        return f"{then:%Y-%m-%d %H:%M}"
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{int(passed.total_seconds() // 60)} min ago"
    if passed < timedelta(hours=24):
        return f"{int(passed.total_seconds() // 3600)} h ago"
    days = (now.date() - then.date()).days
    if days <= 7:
        return "yesterday" if days == 1 else f"{days} days ago"
    return f"{then:%Y-%m-%d}"


def some(names: Sequence[str], most: int = 8) -> str:
    """The first names, and the number of further ones.

    >>> some(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
