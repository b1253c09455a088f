"""Merges of two values that both differ from a common one: what only one side changed comes from that side.

Values are dicts, arrays, and tables of pandas and polars. The merge of a kind is a file of this folder, which is
imported when a value of the kind turns up. Nothing here changes its arguments, and the result shares no mutable object
with the base.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.errors import NotMergeable
from nbmodelver.kinds.names import class_name
from nbmodelver.kinds.static import module_of, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import CellConflict, Json

Prefer = Literal["", "ours", "theirs", "other"]
MOST_SHOWN = 8
"""Conflicts that are shown of one name; more are counted."""
MOST_NAMED = 5
MOST_TEXT = 40


class Absent:
    """The class of ABSENT, which stands for a value that a side does not have."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


@dataclass(frozen=True)
class MergeSides:
    """The value in the common ancestor, in the current version and in the merged one. other: a further one, for cells.

    The merge reads all of them and changes none.
    """

    base: Any
    ours: Any
    theirs: Any
    other: Any = ABSENT


def never_same(_a: Any, _b: Any) -> bool:
    """Return False: without a store, objects of unknown classes count as different."""
    return False


@dataclass(frozen=True)
class MergeOptions:
    """How to merge. key: columns that identify a row; () to find them. prefer: the side that decides conflicts.

    same: returns True if two objects of a class that this room does not know have the same content.
    """

    key: Sequence[str] = ()
    prefer: Prefer = ""
    same: Callable[[Any, Any], bool] = never_same


@dataclass(frozen=True)
class MergedInside:
    """A merged value. from_ours, from_theirs: what came from one side: "lr", "3 cells", "2 new rows".

    conflicts: the first ones of `conflict_count`. unresolved: the conflicts that `prefer` did not decide; the value
    has the content of ours there.
    """

    value: Any
    from_ours: tuple[str, ...] = ()
    from_theirs: tuple[str, ...] = ()
    conflicts: tuple[CellConflict, ...] = ()
    conflict_count: int = 0
    unresolved: int = 0

    def summary(self) -> str:
        """Return what came from where: "lr from theirs, depth from ours"."""
        sides = ((self.from_theirs, "theirs"), (self.from_ours, "ours"))
        found = [f"{listed(items)} from {side}" for items, side in sides if items]
        return ", ".join(found) or "both sides made the same changes"


def merge_inside(sides: MergeSides, options: MergeOptions) -> MergedInside:
    """Merge two values. Raises NotMergeable with the reason if they can only be taken as a whole."""
    cls = type(sides.ours)
    if type(sides.base) is not cls or type(sides.theirs) is not cls:
        types = [class_name(type(v)) for v in (sides.base, sides.ours, sides.theirs)]
        raise NotMergeable(f"its type differs: {types[0]} → {types[1]} (ours), {types[2]} (theirs)")
    file = _file_of(cls)
    if not file:
        raise NotMergeable(f"a value of the class {class_name(cls)} is taken only as a whole")
    merge: Callable[[MergeSides, MergeOptions], MergedInside]
    merge = import_module(f"nbmodelver.comparison.merging.{file}").merge
    try:
        return merge(sides, options)
    except RecursionError:
        raise NotMergeable("it is nested too deeply") from None


HANDLERS: dict[tuple[str, str], str] = {
    ("builtins", "dict"): "dicts",
    ("numpy", "ndarray"): "arrays",
    ("pandas", "DataFrame"): "tables",
    ("pandas", "Series"): "tables",
    ("polars", "DataFrame"): "tables",
    ("polars", "Series"): "tables",
}
"""Top-level package and name of a class -> the file with its `merge(sides, options) -> MergedInside`."""


def _file_of(cls: type) -> str:
    """The file that merges values of exactly this class, "" if there is none."""
    if module_of(cls) in ("__main__", ""):
        return ""
    return HANDLERS.get((root_of(cls), qualname_of(cls)), "")


def listed(items: Sequence[str]) -> str:
    """Some items as text; more than MOST_NAMED are counted.

    >>> listed(["lr"]), listed(["lr", "depth"]), listed(["a", "b", "c", "d", "e", "f", "g"])
    ('lr', 'lr and depth', 'a, b, c, d, e and 2 more')
    """
    more = len(items) - MOST_NAMED
    if more > 0 or len(items) == 1:
        return ", ".join(items[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: "1 row", "2 rows".

    >>> counted(1, "row"), counted(2_000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def text_of(value: Json) -> str:
    """A cell as text of at most MOST_TEXT characters; a null is "null"."""
    text = "null" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 1]}…"
