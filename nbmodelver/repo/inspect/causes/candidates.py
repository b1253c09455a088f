"""The changes between two versions that a metric depends on, and how each of them can be taken back for a test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from nbmodelver.comparison.code.literal_changes import literal_changes

if TYPE_CHECKING:
    from nbmodelver.comparison.code.literal_changes import LiteralChange
    from nbmodelver.repo.inspect.causes.worlds import Worlds

How = Literal["value", "code"]
MOST_LITERALS = 8
"""More changed literals of a candidate are only tested together."""


@dataclass(frozen=True)
class CandidateChange:
    """A change that may have moved the metric.

    names: that it concerns. how: it is taken back with the value of the other version, or with its code. former,
    latter: the statements that made the names in the earlier and the later version. literals: if they differ in nothing
    else. part: the only literal that a part of a candidate changes. is_unexplained: code and inputs are the same, the
    value is not.
    """

    names: tuple[str, ...]
    how: How
    former: tuple[str, ...] = ()
    latter: tuple[str, ...] = ()
    literals: tuple[LiteralChange, ...] = ()
    part: LiteralChange | None = None
    is_unexplained: bool = False

    def statements(self, *, of_later: bool) -> tuple[str, ...]:
        """The statements to run in the world of one version in place of its own.

        of_later: the world of the later version, in which the change is taken back; else it is made in the earlier one.
        """
        if self.part is not None:
            return self.part.former if of_later else self.part.latter
        return self.former if of_later else self.latter

    @property
    def parts(self) -> tuple[CandidateChange, ...]:
        """The changed literals as candidates of their own, if there are several."""
        if not 1 < len(self.literals) <= MOST_LITERALS:
            return ()
        return tuple(replace(self, how="code", literals=(one,), part=one) for one in self.literals)


def candidates(found: Worlds) -> list[CandidateChange]:
    """Return the changes, in the order in which the names were made."""
    grouped: dict[object, list[str]] = {}
    for name in found.names:
        if _is_own(found, name):
            grouped.setdefault(_key(found, name), []).append(name)
    return [_of(found, tuple(names)) for names in grouped.values()]


def _is_own(found: Worlds, name: str) -> bool:
    """True if a name changed by itself: other code made it, or nothing that made it changed."""
    if name in found.before.slice.reused & found.after.slice.reused:
        return found.has_other_code(name)
    return found.has_other_code(name) or (found.differs(name) and not found.changed_inputs(name))


def _key(found: Worlds, name: str) -> object:
    """Names with the same key were made by the same statements, and are exchanged together."""
    worlds = (found.before, found.after)
    made = tuple(tuple(w.slice.statements[i].source for i in w.slice.making.get(name, ())) for w in worlds)
    return made if any(made) else name


def _is_complete(found: Worlds, name: str) -> bool:
    """True if the value of a name contains no other change: all that made it is unchanged or was reused."""
    reused = found.before.slice.reused | found.after.slice.reused
    return reused.issuperset(found.changed_inputs(name))


def _of(found: Worlds, names: tuple[str, ...]) -> CandidateChange:
    former, latter = found.before.slice.sources(names[0]), found.after.slice.sources(names[0])
    by_value = all(found.differs(n) and _is_complete(found, n) for n in names)
    literals = literal_changes(former, latter) if former != latter else ()
    is_unexplained = by_value and bool(former) and former == latter
    return CandidateChange(
        names, "value" if by_value else "code", former, latter, literals, is_unexplained=is_unexplained
    )
