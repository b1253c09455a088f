"""The origin of one cell of a table: the version since which it has its present value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError, UsageError
from nbmodelver.model import TableCellBlame
from nbmodelver.repo.inspect.blame import blame, holder, origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.comparison.tables.table_cells import CellPlace, CellValue
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import ObjectId, Version
    from nbmodelver.repo.core.open_store import LoadingStore

MOST_TABLES = 200
"""Different values of the variable that are loaded; a longer history ends there, and the answer says so."""


def cell_blame(store: LoadingStore, version: Version, name: str, row: str, column: str | None) -> TableCellBlame:
    """Return the origin of a cell. row: a label of the index, else a position. column: None for the only column.

    Raises UnknownName, UsageError if the value is no table or has no such cell, NeedsTrust, NotLoadable, Damaged.
    """
    version = holder(store, version, name)
    try:
        from nbmodelver.comparison.tables.table_cells import place_of
    except ImportError:
        raise UsageError("tables need NumPy", "install it: pip install numpy") from None
    table = _table(store, version, name)
    if table is None:
        raise UsageError(f"'{name}' is no table", f"see the history of the whole value: %mv_history {name}")
    place = place_of(table, row, column)
    cells = _Cells(store, name, place)
    now = cells.of(table, version)
    if now is None:
        raise UsageError(f"there is no row '{row}'", f"show the table: %mv_show {version.name} {name}")
    since, before, old, ended = _walk(cells, version, now)
    return TableCellBlame(
        name, place.label, place.position, place.column, now.value, version, since, before,
        old is not None, old.value if old is not None else None, ended, blame(store, since, name).cells,
    )  # fmt: skip


class _Cells:
    """One cell in the tables of several versions. Each distinct table is loaded once."""

    def __init__(self, store: LoadingStore, name: str, place: CellPlace) -> None:
        self._store, self._name, self._place = store, name, place
        self._known: dict[ObjectId, CellValue | None] = {}

    def of(self, table: TableData | None, version: Version) -> CellValue | None:
        """Return the cell of a table, and keep it for versions with the same table."""
        from nbmodelver.comparison.tables.table_cells import value_at

        cell = value_at(table, self._place) if table is not None else None
        self._known[version.kept[self._name].digest] = cell
        return cell

    def at(self, version: Version) -> CellValue | None:
        """Return the cell in a version; None if its table does not have it. Raises as `cell_blame`."""
        digest = version.kept[self._name].digest
        if digest in self._known:
            return self._known[digest]
        if len(self._known) >= MOST_TABLES:
            raise UsageError(f"{MOST_TABLES} tables were compared", "name an older version")
        return self.of(_table(self._store, version, self._name), version)

    def earlier(self, version: Version) -> Iterator[tuple[Version, Version]]:
        """Yield the run of versions with an equal table and the version before it, going back from a version.

        Each item is the first version of the run, and the version before it that has the name.
        """
        while True:
            first = origin(self._store, version, self._name)
            before = self._before(first)
            if before is None:
                return
            yield first, before
            version = before

    def first(self, version: Version) -> Version:
        """Return the first version of the run with an equal table."""
        return origin(self._store, version, self._name)

    def _before(self, version: Version) -> Version | None:
        """Return the nearest ancestor along first parents that has the name, past those that left it out."""
        while version.parents:
            version = self._store.history.version(version.parents[0])
            if self._name in version.kept:
                return version
            if not version.left_out(self._name):
                return None
        return None


def _walk(cells: _Cells, version: Version, now: CellValue) -> tuple[Version, Version | None, CellValue | None, str]:
    """Go back while the cell is equal. Returns the first such version, the one before it, its cell, and an error."""
    at = version
    for first, before in cells.earlier(version):
        try:
            cell = cells.at(before)
        except NbmodelverError as error:
            return first, before, None, error.message
        if cell != now:
            return first, before, cell, ""
        at = before
    return cells.first(at), None, None, ""


def _table(store: LoadingStore, version: Version, name: str) -> TableData | None:
    from nbmodelver.comparison.tables.tables import table_of

    return table_of(store.loaded(version, [name])[0][name])
