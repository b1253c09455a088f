"""The card of a registered version: what is known about it by sections, and what nobody stated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.versions import Json

NOT_STATED = "not stated"

CardRow = tuple[str, str]
"""(label, text)."""


@dataclass(frozen=True)
class Figure:
    """A figure that a check measured. value, low, high: numbers as texts; low and high are "" without an interval.

    part: the slice of the rows, "" for all. rows: their number, "" if it was not given.
    """

    metric: str
    part: str
    value: str
    low: str = ""
    high: str = ""
    rows: str = ""
    check: str = ""

    @property
    def shown(self) -> str:
        """The figure as a phrase, such as "0.81 (0.78 to 0.84), 500 rows"."""
        interval = f" ({_short(self.low)} to {_short(self.high)})" if self.low else ""
        return _short(self.value) + interval + (f", {int(self.rows):,} rows" if self.rows else "")


def _short(number: str) -> str:
    return f"{float(number):.6g}"


@dataclass(frozen=True)
class CardSection:
    """A section. rows: (label, text) in order. by_hand: people state these rows; else the version does."""

    title: str
    rows: tuple[CardRow, ...]
    by_hand: bool = False


@dataclass(frozen=True)
class Card:
    """A model card. front_matter: the keys that the Hugging Face Hub reads, and those of nbmodelver."""

    title: str
    sections: tuple[CardSection, ...]
    front_matter: Mapping[str, Json]

    @property
    def not_stated(self) -> int:
        """The number of rows that nobody stated."""
        return sum(NOT_STATED in text for section in self.sections for _, text in section.rows)

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return {
            "title": self.title,
            "not_stated": self.not_stated,
            "front_matter": dict(self.front_matter),
            "sections": [
                {"title": s.title, "by_hand": s.by_hand, "rows": [[label, text] for label, text in s.rows]}
                for s in self.sections
            ],
        }


@dataclass(frozen=True)
class CardColumn:
    """A column of a dataset. nulls: rows without a value, None if they were not counted. facts: its range and so on."""

    name: str
    dtype: str
    nulls: int | None = None
    facts: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The column as a phrase, such as "float64, 2 missing, 0.0 to 9.5"."""
        return ", ".join([self.dtype, *([f"{self.nulls:,} missing"] if self.nulls else []), *self.facts])


@dataclass(frozen=True)
class DataCard(Card):
    """A data card. stated: what people stated, by key. saved_at_utc: of its version, ISO 8601."""

    name: str = ""
    digest: str = ""
    saved_at_utc: str = ""
    columns: tuple[CardColumn, ...] = ()
    stated: Mapping[str, str] = field(default_factory=dict)
