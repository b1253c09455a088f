"""Pages of the rows in which a table differs between two versions.

Which rows and cells differ is kept with the comparison. A page then reads only the columns that it shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from nbmodelver.errors import UnknownName, UsageError
from nbmodelver.repo.core import kept_comparisons
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.inspect.stored_columns import stored_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.rows.row_diff import RowDiff
    from nbmodelver.comparison.rows.row_index import RowIndex
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Json, Section, Version
    from nbmodelver.repo.core.open_store import LoadingStore

What = Literal["changed", "added", "removed"]
WHAT: tuple[What, ...] = ("changed", "added", "removed")
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


@dataclass(frozen=True)
class RowRequest:
    """Which rows are compared. key: names of the columns that identify a row; () to search one.

    is_remembered: the key was given before. It is not used if a table lacks a column of it.
    """

    before: Version
    after: Version
    name: str
    key: tuple[str, ...] = ()
    is_remembered: bool = False

    @property
    def kept_as(self) -> tuple[str, ...]:
        """What tells this difference from others of the two versions."""
        return (self.name, *self.key, "(remembered)") if self.is_remembered else (self.name, *self.key)

    @property
    def size_bytes(self) -> int:
        """The size of both tables."""
        return self.before.kept[self.name].size_bytes + self.after.kept[self.name].size_bytes

    def require_kept(self) -> None:
        """Raise UnknownName if one of the versions does not have the name."""
        for version in (self.before, self.after):
            if self.name not in version.kept:
                raise UnknownName(f"{version.name} has no '{self.name}'", nearest(self.name, version.kept))


class RowDiffs:
    """Makes row differences and pages of them. Holds what the last request has read for the next page."""

    def __init__(self, store: LoadingStore) -> None:
        self._store = store
        self._request: RowRequest | None = None
        self._diff: RowDiff | None = None
        self._index: RowIndex | None = None
        self._tables: dict[str, TableData] = {}

    def of(self, request: RowRequest) -> RowDiff:
        """Return the row difference of a name. Raises UnknownName, UsageError if a value is no table."""
        self._turn_to(request)
        if self._diff is None:
            found = self._made(request)
            keep_index(self._store, request, found)
            if request.size_bytes > MAX_HELD_BYTES:
                return found
            self._diff = found
        return self._diff

    def page(self, request: RowRequest, what: str, start: int, count: int) -> RowPage:
        """Return some rows of a difference.

        Raises UsageError for another `what` than "changed", "added", "removed", and as `of`.
        """
        kind = next((w for w in WHAT if w == what), None)
        if kind is None:
            raise UsageError(f"rows cannot be '{what}'", f"use one of: {', '.join(WHAT)}")
        self._turn_to(request)
        if self._index is None:
            self._index = _kept_index(self._store, request) or _row_index(self.of(request))
        try:
            return self._page(request, self._index, kind, start, count)
        except ValueError:  # What was kept does not fit, or a part of the table cannot be told from others.
            self._index, self._tables = _row_index(self.of(request)), {}
            return self._page(request, self._index, kind, start, count)

    def _turn_to(self, request: RowRequest) -> None:
        request.require_kept()
        if request != self._request:
            self._request, self._diff, self._index, self._tables = request, None, None, {}

    def _made(self, request: RowRequest) -> RowDiff:
        from nbmodelver.comparison.rows.in_place import in_place_diff  # NumPy is imported when rows are compared.
        from nbmodelver.comparison.rows.remembered_key import keyed_diff, missing_columns
        from nbmodelver.comparison.rows.row_diff import row_diff

        stored = [stored_columns(self._store, version, request.name) for version in (request.before, request.after)]
        if not request.key and stored[0] is not None and stored[1] is not None:
            found = in_place_diff(stored[0], stored[1])
            if found is not None:
                return found
        tables = [self._whole(request, version) for version in (request.before, request.after)]
        if request.is_remembered:
            return keyed_diff(tables[0], tables[1], request.key)
        for column in missing_columns(tables[0], tables[1], request.key):
            known = {c.name for c in tables[1].columns}
            where = f" to compare in {request.before.name} and {request.after.name}" if column in known else ""
            hint = nearest(column, known - {column}) or "name a column"
            raise UsageError(f"'{request.name}' has no column '{column}'{where}", hint)
        return row_diff(tables[0], tables[1], request.key)

    def _whole(self, request: RowRequest, version: Version) -> TableData:
        from nbmodelver.comparison.tables.tables import table_of

        name = request.name
        table = table_of(self._store.loaded(version, [name])[0][name])
        if table is None:
            raise UsageError(
                f"'{name}' has no rows in {version.name}: it is a {version.kept[name].type}",
                f"compare it as a whole: %mv_diff {request.before.name} {request.after.name} {name}",
            )
        return table

    def _page(self, request: RowRequest, index: RowIndex, what: What, start: int, count: int) -> RowPage:
        from nbmodelver.comparison.rows import row_index

        def load(side: Literal["before", "after"], columns: Sequence[str]) -> TableData:
            return self._with_columns(request, side, columns)

        if what == "changed":
            total = len(index.before)
            found = row_index.changed_rows(index, start, start + count, load)
        else:
            total = len(index.added if what == "added" else index.removed)
            found = row_index.other_rows(index, what, start, start + count, load)
        rows = tuple(RowChange(label, tuple(ChangedCell(*cell) for cell in cells)) for label, cells in found)
        return RowPage(what, total, start, rows, index.how if what == "changed" else "")

    def _with_columns(self, request: RowRequest, side: Literal["before", "after"], columns: Sequence[str]) -> TableData:
        """A table with at least these columns: one that is held, else those columns, else the whole table."""
        from nbmodelver.comparison.tables.tables import table_of

        diff = self._diff
        held = [self._tables.get(side), None if diff is None else getattr(diff, side)]
        for table in held:
            if table is not None and {c.name for c in table.columns}.issuperset(columns):
                return table
        version = request.before if side == "before" else request.after
        value = self._store.loaded_columns(version, request.name, columns)
        found = None if value is None else table_of(value)
        if found is None or not {c.name for c in found.columns}.issuperset(columns):
            found = self._whole(request, version)
        if request.size_bytes <= MAX_HELD_BYTES:
            self._tables[side] = found
        return found


def keep_index(store: LoadingStore, request: RowRequest, found: RowDiff) -> None:
    """Keep which rows differ, so that a later page reads only the columns that it shows."""
    data = _row_index(found).to_bytes()
    if data is not None:
        kept_comparisons.put_rows(store, request.before, request.after, request.kept_as, data)


def _kept_index(store: LoadingStore, request: RowRequest) -> RowIndex | None:
    from nbmodelver.comparison.rows.row_index import from_bytes

    data = kept_comparisons.rows(store, request.before, request.after, request.kept_as)
    try:
        return None if data is None else from_bytes(data)
    except ValueError:
        return None


def _row_index(found: RowDiff) -> RowIndex:
    from nbmodelver.comparison.rows.row_index import row_index

    return row_index(found)


def rows_section(name: str, found: RowDiff, *, exact: bool = False) -> Section:
    """Return a row difference as the section "rows.NAME". exact: count cells that differ in the sign of zero, too."""
    from nbmodelver.comparison.rows import row_section

    section = row_section.section(name, found)
    return replace(section, rows=(*section.rows, *row_section.signed_zeros(found))) if exact else section
