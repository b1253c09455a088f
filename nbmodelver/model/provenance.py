"""The origin of a value: the version that brought it in, the cells that made it, and what these cells read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbmodelver.model.versions import Cell, Json, Version


@dataclass(frozen=True)
class CellInput:
    """A variable that a cell read. since: the version since which it has the value that was read; None if unknown.

    reason: why it is unknown: "not saved" or "assigned again later".
    """

    name: str
    since: Version | None
    reason: str = ""


@dataclass(frozen=True)
class MakingCell:
    """A cell that made a value. version: the version that recorded the cell.

    is_sure: it assigned the name, wholly or in part. False: it called a method of the value or passed it to a function,
    which can have changed it.
    """

    cell: Cell
    version: Version
    is_sure: bool
    inputs: tuple[CellInput, ...]


@dataclass(frozen=True)
class Blame:
    """The origin of the value of a name in `version`. since: the version that brought the value in.

    cells: those that made it, in the order in which they ran; () if none is known.
    """

    name: str
    version: Version
    since: Version
    cells: tuple[MakingCell, ...]


@dataclass(frozen=True)
class TableCellBlame:
    """The origin of one cell of a table in `version`. since: the version since which it has its value.

    label: the row's label in the index, by which it is found in every version; None: it is found by its position.
    before: the version before `since` if it has the variable. had_cell: the table of `before` has this row and column;
    then `old` is its value. ended: why older versions could not be read, or "".
    cells: those that made the table of `since`.
    """

    name: str
    label: str | None
    position: int
    column: str
    value: Json
    version: Version
    since: Version
    before: Version | None = None
    had_cell: bool = False
    old: Json = None
    ended: str = ""
    cells: tuple[MakingCell, ...] = ()
