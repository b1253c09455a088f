"""What a merge does to each name, for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MergeEffect = Literal["theirs", "ours", "removed", "inside", "average", "conflict"]


@dataclass(frozen=True)
class CellConflict:
    """One place in a value that both sides changed differently, with its three values as text.

    place: "row 17, age", "optimizer.lr", "[3, 4]". base is "absent" if the common ancestor does not have the place.
    """

    place: str
    base: str
    ours: str
    theirs: str

    def sentence(self) -> str:
        """Return the conflict in one line: "row 17, age: 30 → 31 (ours), 32 (theirs)"."""
        return f"{self.place}: {self.base} → {self.ours} (ours), {self.theirs} (theirs)"


@dataclass(frozen=True)
class NameMerge:
    """What a merge does to one name.

    sentence: in one line, such as "df: 3 cells from theirs". conflicts: the first ones of `conflict_count`.
    unresolved: conflicts that still need a decision. A conflict of the whole value counts as one.
    """

    name: str
    effect: MergeEffect
    sentence: str
    conflicts: tuple[CellConflict, ...] = ()
    conflict_count: int = 0
    unresolved: int = 0

    def lines(self) -> list[str]:
        """Return the sentence, and a line for each conflict that is shown."""
        more = self.conflict_count - len(self.conflicts)
        found = [self.sentence, *(f"    {conflict.sentence()}" for conflict in self.conflicts)]
        return [*found, f"    … and {more:,} more"] if self.conflicts and more > 0 else found


@dataclass(frozen=True)
class MergePreview:
    """The plan of a merge. base: the name of the common ancestor, "" without one. notes: further sentences."""

    base: str
    ours: str
    theirs: str
    names: tuple[NameMerge, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The names that need a decision."""
        return tuple(n.name for n in self.names if n.unresolved)

    def lines(self) -> list[str]:
        """Return one line for each name, and below it a line for each conflict that is shown."""
        return [*(line for name in self.names for line in name.lines()), *self.notes]
