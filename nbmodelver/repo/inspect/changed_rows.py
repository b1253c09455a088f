"""Pages of the rows in which a table differs between two versions."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from nbmodelver.errors import UnknownName, UsageError
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.row_diff import RowDiff
    from nbmodelver.model import Json, Section, Version, VersionId
    from nbmodelver.repo.core.open_store import LoadingStore

What = Literal["changed", "added", "removed"]
WHAT: tuple[What, ...] = ("changed", "added", "removed")
MAX_CELLS = 12
"""Columns that are shown of an added or removed row."""
MAX_HELD_BYTES = 500_000_000
"""Both tables are held in memory for the next page if they are not larger than this."""


@dataclass(frozen=True)
class ChangedCell:
    """One cell. before, after: None where the row is added or removed."""

    column: str
    before: Json
    after: Json


@dataclass(frozen=True)
class RowChange:
    """One row. label: of its index, or its position. cells: those that differ; the first ones of an added row."""

    label: Json
    cells: tuple[ChangedCell, ...]


@dataclass(frozen=True)
class RowPage:
    """Some of the rows that changed, or were added or removed. total: how many there are. how: how rows were paired."""

    what: What
    total: int
    start: int
    rows: tuple[RowChange, ...]
    how: str = ""

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form for the front-end."""
        rows: list[Json] = [
            {
                "label": row.label,
                "cells": [{"column": c.column, "before": c.before, "after": c.after} for c in row.cells],
            }
            for row in self.rows
        ]
        return {"what": self.what, "total": self.total, "start": self.start, "rows": rows, "how": self.how}


class RowDiffs:
    """Makes row differences, and holds the last one for the next page."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[VersionId, VersionId, str, tuple[str, ...]], RowDiff] = OrderedDict()

    def of(self, store: LoadingStore, before: Version, after: Version, name: str, key: Sequence[str] = ()) -> RowDiff:
        """Return the row difference of a name. Raises UnknownName, UsageError if a value is no table."""
        asked = (before.id, after.id, name, tuple(key))
        held = self._held.get(asked)
        if held is not None:
            return held
        from nbmodelver.comparison.row_diff import row_diff  # NumPy is imported when rows are compared.
        from nbmodelver.comparison.tables import table_of

        tables = []
        for version in (before, after):
            if name not in version.kept:
                raise UnknownName(f"{version.name} has no '{name}'", nearest(name, version.kept))
            table = table_of(store.loaded(version, [name])[0][name])
            if table is None:
                raise UsageError(
                    f"'{name}' has no rows in {version.name}: it is a {version.kept[name].type}",
                    f"compare it as a whole: %mv_diff {before.name} {after.name} {name}",
                )
            tables.append(table)
        known = {c.name for c in tables[1].columns}
        for column in key:
            if column not in known:
                raise UsageError(f"'{name}' has no column '{column}'", nearest(column, known) or "name a column")
        found = row_diff(tables[0], tables[1], key)
        self._held.clear()
        if before.kept[name].size_bytes + after.kept[name].size_bytes <= MAX_HELD_BYTES:
            self._held[asked] = found
        return found


def rows_section(name: str, found: RowDiff, *, exact: bool = False) -> Section:
    """Return a row difference as the section "rows.NAME". exact: count cells that differ in the sign of zero, too."""
    from nbmodelver.comparison import rows

    section = rows.section(name, found)
    return replace(section, rows=(*section.rows, *rows.signed_zeros(found))) if exact else section


def page(found: RowDiff, what: str, start: int, count: int) -> RowPage:
    """Return some rows of a difference. Raises UsageError for another `what` than "changed", "added", "removed"."""
    kind = next((w for w in WHAT if w == what), None)
    if kind is None:
        raise UsageError(f"rows cannot be '{what}'", f"use one of: {', '.join(WHAT)}")
    if kind == "changed":
        return RowPage(kind, found.changed, start, _changed(found, start, start + count), " and ".join(found.how))
    table, rows = (found.after, found.added) if kind == "added" else (found.before, found.removed)
    some = rows[start : start + count]
    columns = [(c.name, c.take(some).cells()) for c in table.columns[:MAX_CELLS]]
    labels = table.labels(some)
    listed = tuple(
        RowChange(
            label,
            tuple(
                ChangedCell(name, None, values[i]) if kind == "added" else ChangedCell(name, values[i], None)
                for name, values in columns
            ),
        )
        for i, label in enumerate(labels)
    )
    return RowPage(kind, len(rows), start, listed)


def _changed(found: RowDiff, start: int, stop: int) -> tuple[RowChange, ...]:
    from nbmodelver.comparison.row_diff import cell_rows

    labels = found.after.labels(found.pairs[1][start:stop])
    cells: list[list[ChangedCell]] = [[] for _ in labels]
    for at, column, before, after in cell_rows(found, start, stop):
        cells[at].append(ChangedCell(column, before, after))
    return tuple(RowChange(label, tuple(row)) for label, row in zip(labels, cells, strict=True))
