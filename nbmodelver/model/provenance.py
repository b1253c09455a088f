"""The history of a name and the origin of a value: versions, the cells that made it, and what these cells read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbmodelver.model.results import Status
    from nbmodelver.model.versions import Cell, Json, Kept, Version


@dataclass(frozen=True)
class NameStep:
    """One version in which a name is new, changed or removed.

    kept: the entry of this version, or the last entry of a removed name. before: the entry of the parent. same_as: the
    oldest version with an equal value, or None.
    """

    version: Version
    status: Status
    kept: Kept
    before: Kept | None = None
    same_as: Version | None = None


@dataclass(frozen=True)
class NameHistory:
    """The versions in which a name is new, changed or removed, newest first.

    changes: for each step what changed, such as "rows 442 → 441, + log_bmi"; "" if it is unknown. more: the number of
    older steps that are left out.
    """

    name: str
    steps: tuple[NameStep, ...]
    changes: tuple[str, ...]
    more: int = 0


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

    cells: those that made it, in the order in which they ran; () if none is known. equal_to: an older version with the
    same value, whose cells they are, if no cell made it in `since`: a rollback or a cherry did.
    """

    name: str
    version: Version
    since: Version
    cells: tuple[MakingCell, ...]
    equal_to: Version | None = None


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
