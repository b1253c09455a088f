"""Fresh data against the training set of a model: the rules of `drift`, and columns that are missing or changed kind.

Unlike two versions of one dataset, the two sides share no rows, and fresh data has no answers yet: a missing column
that is no input of the model is no alarm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nbmodelver.comparison.tables import drift
from nbmodelver.comparison.tables.schema import common_columns
from nbmodelver.errors import NotComparable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbmodelver.comparison.tables.drift import Drift
    from nbmodelver.comparison.tables.schema import ColumnPair
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Section

MISSING, OTHER_KIND = "missing", "another kind"
KINDS = {"number": "numbers", "time": "times", "span": "durations", "text": "texts"}
"""Kinds of columns that cannot be compared with each other. Categories can stand for any of them."""
MOST_NAMED = 8


@dataclass(frozen=True)
class FreshDrift:
    """What differs. drifts: the strongest first, columns that are missing or of another kind before them.

    notes: sentences about what is no drift: other dtypes, more columns. compared: the number of columns, with those
    that are missing.
    """

    drifts: tuple[Drift, ...]
    notes: tuple[str, ...]
    compared: int
    section: Section | None


def fresh_drift(
    names: tuple[str, str],
    train: TableData,
    fresh: TableData,
    inputs: Collection[str] | None = None,
    without: Collection[str] = (),
) -> FreshDrift:
    """Compare fresh data with a training set. names: of the training set and of the fresh data, for messages.

    inputs: the columns that the model needs, None if they are unknown. without: columns to leave out.
    Raises NotComparable for fresh data without rows or without a common column.
    """
    if not fresh.rows or not train.rows:
        raise NotComparable(f"{names[1] if not fresh.rows else names[0]} has no rows", "check its source")
    train, fresh = _without(train, without), _without(fresh, without)
    fresh, notes = _by_position(train, fresh)
    pairs = common_columns(train, fresh)
    if not pairs:
        raise NotComparable(
            f"{names[1]} has no column of {names[0]}",
            f"{names[0]} has: {_some([c.name for c in train.columns])}; "
            f"{names[1]} has: {_some([c.name for c in fresh.columns])}",
        )
    known = {c.name for c in fresh.columns}
    gone = [c for c in train.columns if c.name not in known]
    needed = [c for c in gone if inputs is None or c.name in inputs]
    others = [p for p in pairs if _is_another_kind(p)]
    found = [drift.Drift(c.name, MISSING, 1.0, c.dtype, "") for c in needed]
    found += [drift.Drift(p.name, OTHER_KIND, 1.0, p.before.dtype, p.after.dtype) for p in others]
    same = [p.name for p in pairs if p not in others]
    sides = _only(train, same), _only(fresh, same)
    found += drift.drifts(*sides)
    notes += _notes(train, fresh, [c.name for c in gone if c not in needed], [p for p in pairs if p not in others])
    renamed = _renamed([c.name for c in needed], [c.name for c in fresh.columns if c.name not in _names(train)])
    ids = f"drift.{names[0]}", f"{names[0]} against {names[1]} · drift"
    labels = names[0], names[1] if names[1] != names[0] else "fresh"
    section = drift.section_of(ids, found, sides, "; ".join([*renamed, *notes]), labels)
    return FreshDrift(tuple(found), (*renamed, *notes), len(pairs) + len(needed), section)


def _without(table: TableData, names: Collection[str]) -> TableData:
    return replace(table, columns=tuple(c for c in table.columns if c.name not in names))


def _only(table: TableData, names: Collection[str]) -> TableData:
    return replace(table, columns=tuple(c for c in table.columns if c.name in names))


def _names(table: TableData) -> set[str]:
    return {c.name for c in table.columns}


def _by_position(train: TableData, fresh: TableData) -> tuple[TableData, list[str]]:
    """Return the fresh data with the numbers of its columns as names, if the training set is an array as wide."""
    numbers = [str(at) for at in range(len(train.columns))]
    arrays = [c.name for c in train.columns] in (numbers, [""])
    if not arrays or len(fresh.columns) != len(train.columns) or _names(fresh) == _names(train):
        return fresh, []
    named = tuple(replace(c, name=t.name) for c, t in zip(fresh.columns, train.columns, strict=True))
    return replace(fresh, columns=named), ["columns are compared by their position, as the training set has no names"]


def _is_another_kind(pair: ColumnPair) -> bool:
    kinds = pair.before.kind, pair.after.kind
    return all(k in KINDS for k in kinds) and kinds[0] != kinds[1]


def _notes(train: TableData, fresh: TableData, gone: Sequence[str], pairs: Sequence[ColumnPair]) -> list[str]:
    found = [f"not in the fresh data and no input of the model: {_some(gone)}"] if gone else []
    more = [c.name for c in fresh.columns if c.name not in _names(train)]
    found += [f"not in the training set: {_some(more)}"] if more else []
    retyped = [f"{p.name} {p.before.dtype} → {p.after.dtype}" for p in pairs if p.before.dtype != p.after.dtype]
    found += [f"other dtypes: {_some(retyped)}"] if retyped else []
    opaque = [p.name for p in pairs if not p.comparable or "block" in (p.before.kind, p.after.kind)]
    return found + ([f"not comparable: {_some(opaque)}"] if opaque else [])


def _renamed(gone: Sequence[str], come: Sequence[str]) -> list[str]:
    """Return a sentence for each missing column with a new one of a similar name."""
    near = {name: get_close_matches(name.casefold(), [c.casefold() for c in come], 1, 0.7) for name in gone}
    return [
        f"{name} may be {next(c for c in come if c.casefold() == close[0])} now"
        for name, close in near.items()
        if close
    ]


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
