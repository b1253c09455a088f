"""Data types of the standard library."""

from __future__ import annotations

from array import array
from collections import Counter, OrderedDict, deque
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from nbmodelver.testing.codecs import CodecContract, Sample


class Unit:
    """A class of the user: a value with it is pickled, and only its pickling hooks may run."""

    def __init__(self, amount: int) -> None:
        self.amount = amount

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unit) and self.amount == other.amount

    def __hash__(self) -> int:
        return hash(self.amount)

    def __repr__(self) -> str:
        return f"Unit({self.amount})"

    def __bool__(self) -> bool:
        return bool(self.amount)


class TestContract(CodecContract):
    samples = (
        Sample("a date and time", lambda: datetime(2026, 1, 2, 3, tzinfo=UTC), identity=False, links=False),
        Sample("a zone", lambda: ZoneInfo("Europe/Paris"), identity=False, links=False),
        Sample("a decimal", lambda: Decimal("1.50"), identity=False, links=False),
        Sample("a fraction", lambda: Fraction(1, 3), identity=False, links=False),
        Sample("a range", lambda: range(1, 9, 2), identity=False, links=False),
        Sample("a path", lambda: PurePosixPath("a/b"), identity=False, links=False),
        Sample("an ordered dict", lambda: OrderedDict(b=1, a=2)),
        Sample("a deque", lambda: deque([1, 2], maxlen=3)),
        Sample("a counter", lambda: Counter("abca")),
        Sample("an array", lambda: array("d", [1.5, 2.5])),
        Sample("a bytearray", lambda: bytearray(b"ab")),
        Sample("a deque of a class of the user", lambda: deque([Unit(1)]), plain=False),
    )
