"""The origin of a value: the version since which a variable has it, the cells that made it, and what these read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.cell_names import cell_names
from nbmodelver.errors import UnknownName
from nbmodelver.model import Blame, CellInput, MakingCell
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.comparison.code.cell_names import CellNames
    from nbmodelver.model import Cell, Version
    from nbmodelver.repo.core.open_store import OpenStore

LOOK_BACK = 50
"""Versions that left a name out whose cells are searched for the assignment of the name."""
MOST_VERSIONS = 500
"""The newest versions, among which one with an equal value is searched if no cell is known."""


@dataclass(frozen=True)
class _Ran:
    version: Version
    cell: Cell
    names: CellNames
    assigned: bool
    """The kernel saw that the cell assigned the name."""


def blame(store: OpenStore, version: Version, name: str) -> Blame:
    """Return the origin of a value. Raises UnknownName, Damaged."""
    version = holder(store, version, name)
    since = origin(store, version, name)
    cells = making_cells(store, since, name)
    equal = None if cells else _equal_before(store, since, name)
    if equal is not None:
        cells = making_cells(store, equal, name)
    return Blame(name, version, since, cells, equal if cells else None)


def holder(store: OpenStore, version: Version, name: str) -> Version:
    """Return the version, or if it left the name out, its nearest ancestor that has it. Raises UnknownName, Damaged."""
    at = version
    while name not in at.kept:
        if not at.parents or not at.left_out(name):
            hint = nearest(name, version.kept) or f"it has: {', '.join(version.names[:10])}"
            raise UnknownName(f"{version.name} does not have '{name}'", hint)
        at = store.history.version(at.parents[0])
    return at


def _equal_before(store: OpenStore, since: Version, name: str) -> Version | None:
    """Return an older version that brought in the same value, as after a rollback or a cherry. Raises Damaged."""
    digest = since.kept[name].digest
    for version_id in islice(store.history.records.newest(), MOST_VERSIONS):
        version = store.history.version(version_id)
        if version.number < since.number and name in version.kept and version.kept[name].digest == digest:
            return origin(store, version, name)
    return None


def origin(store: OpenStore, version: Version, name: str) -> Version:
    """Return the first version of the unbroken run with the same value, along parents that have it or left it out."""
    digest = version.kept[name].digest
    found = at = version
    while True:
        parents = [store.history.version(parent) for parent in at.parents]
        same = next((p for p in parents if name in p.kept and p.kept[name].digest == digest), None)
        if same is not None:
            found = at = same
            continue
        left_out = next((p for p in parents if name not in p.kept and p.left_out(name)), None)
        if left_out is None:
            return found
        at = left_out


def making_cells(store: OpenStore, since: Version, name: str) -> tuple[MakingCell, ...]:
    """Return the cells that made the value that a version brought in.

    They are the last cell that assigned the name without reading it, and the later ones that assigned or can have
    changed it.
    """
    ran = list(_ran(store, since, name))
    assigned = (i for i, r in enumerate(ran) if name in r.names.binds and name not in r.names.reads)
    first = max(assigned, default=0)
    making = [
        i
        for i, r in enumerate(ran)
        if i >= first and (r.assigned or name in r.names.binds | r.names.changes | r.names.touches)
    ]
    return tuple(
        MakingCell(
            ran[i].cell,
            ran[i].version,
            ran[i].assigned or name in ran[i].names.binds | ran[i].names.changes,
            tuple(_inputs(store, since, name, ran[i:], is_first=i == making[0])),
        )
        for i in making
    )


def _ran(store: OpenStore, since: Version, name: str) -> Iterator[_Ran]:
    """Yield the cells that ran until the version, from the last ancestor on that has the name, oldest first."""
    versions = [since]
    while versions[-1].parents and len(versions) < LOOK_BACK:
        parent = store.history.version(versions[-1].parents[0])
        if name in parent.kept or not parent.left_out(name):
            break
        versions.append(parent)
    for version in reversed(versions):
        for i, cell in enumerate(store.cells(version)):
            if not cell.only_looks:
                names = cell_names(cell.source)
                yield _Ran(version, cell, names, version is since and since.kept[name].cell == i)


def _inputs(store: OpenStore, since: Version, name: str, ran: Sequence[_Ran], *, is_first: bool) -> Iterator[CellInput]:
    """Yield the variables that the first of these cells read.

    ran: the cell and those after it. is_first: no earlier cell of the version made the value.
    """
    for read in ran[0].names.reads:
        if read == name:
            parent = store.history.version(since.parents[0]) if since.parents and is_first else None
            if parent is not None and name in parent.kept:
                yield CellInput(name, origin(store, parent, name))
        elif read in since.kept:
            is_later = any(read in r.names.binds for r in ran[1:])
            yield CellInput(read, None if is_later else origin(store, since, read), "assigned again later" * is_later)
        elif since.left_out(read):
            yield CellInput(read, None, "not saved")
