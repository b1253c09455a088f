"""A comparison summarized in one line: "rows 442 → 441, + log_bmi, age"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbmodelver.model import Json, Row

MOST_WORDS = 3
MOST_LETTERS = 24
UNSAID = ("type", "columns", "size (MB)", "memory (MB)")
"""Rows that follow from others or are shown elsewhere."""
SIGNS = {"added": "+ ", "removed": "- "}


def summarize(rows: Iterable[Row]) -> str:
    """The first few differences as text; "" if there are none."""
    phrases = list(dict.fromkeys(_phrases(rows)))
    more = [f"{len(phrases) - MOST_WORDS} more"] if len(phrases) > MOST_WORDS else []
    return ", ".join([*phrases[:MOST_WORDS], *more])


def _phrases(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        what, before, after = str(row.cells[0]), row.cells[1], row.cells[2]
        whose, dot, which = what.partition(" · ")
        if row.status == "same" or what in UNSAID:
            continue
        if row.status != "changed":
            yield SIGNS[row.status] + _cut(what)
        elif repr(before) == repr(after):  # NaN, which is not equal to itself.
            continue
        elif dot and whose != "values":
            yield f"column {whose}" if whose.isdecimal() else _cut(whose)
        else:
            sides = [_short(side) for side in (before, after)]
            yield f"{_cut(which or what)} {' → '.join(sides)}" if all(sides) else _cut(which or what)


def _short(value: Json) -> str:
    """A value as text if it fits into a line, otherwise ""."""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value) if isinstance(value, (str, int)) or value is None else ""
    return text if len(text) <= MOST_LETTERS else ""


def _cut(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
