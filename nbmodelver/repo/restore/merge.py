"""A merge of whole variables: each name is taken from the side that changed it since the common ancestor.

A commit of some names leaves the other live names unchanged on its side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import MergeConflict, UsageError
from nbmodelver.repo.core.lineage import common_ancestor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbmodelver.model import Version, VersionId


@dataclass(frozen=True)
class MergePlan:
    """A planned merge. take: names to take from `theirs`. remove: names to remove. conflicts: changed on both sides."""

    base: Version | None
    ours: Version
    theirs: Version
    take: tuple[str, ...]
    remove: tuple[str, ...]
    conflicts: tuple[str, ...]


def plan_merge(
    ours: Version, theirs: Version, read: Callable[[VersionId], Version], choices: Mapping[str, str]
) -> MergePlan:
    """Plan the merge of `theirs` into `ours`.

    read: returns the version of an id. choices: name -> "ours" or "theirs", for conflicts.
    Raises UsageError if `choices` has a name that is in neither version.
    """
    base = common_ancestor(ours, theirs, read)
    names = dict.fromkeys([*ours.kept, *theirs.kept])
    unknown = [n for n in choices if n not in names]
    if unknown:
        raise UsageError(
            f"'{unknown[0]}' is in neither {ours.name} nor {theirs.name}", "choose one of the listed conflicts"
        )
    take: list[str] = []
    remove: list[str] = []
    conflicts: list[str] = []
    for name in names:
        side = choices.get(name) or _side(name, base, ours, theirs, read)
        if side == "both":
            conflicts.append(name)
        elif side == "theirs" and name in theirs.kept:
            take.append(name)
        elif side == "theirs" and not theirs.left_out(name):
            remove.append(name)
    return MergePlan(base, ours, theirs, tuple(take), tuple(remove), tuple(conflicts))


def require_settled(plan: MergePlan) -> None:
    """Raise MergeConflict if both sides changed a name."""
    if plan.conflicts:
        names = ", ".join(plan.conflicts)
        raise MergeConflict(
            f"{plan.ours.name} and {plan.theirs.name} both changed: {names}",
            f"choose for each: %mv_merge {plan.theirs.name} --take {plan.conflicts[0]}=ours (or theirs);"
            " nothing was changed",
        )


def _side(name: str, base: Version | None, ours: Version, theirs: Version, read: Callable[[VersionId], Version]) -> str:
    """Return the side that changed the name: "ours" (also if neither did), "theirs" or "both"."""
    old = _digest(base, name, read) if base else None
    mine, other = _digest(ours, name, read), _digest(theirs, name, read)
    if other in (mine, old):
        return "ours"
    return "theirs" if mine == old else "both"


def _digest(at: Version, name: str, read: Callable[[VersionId], Version]) -> str | None:
    """Return the digest of a live name, from the nearest ancestor that stored it; None if it did not exist."""
    while (kept := at.kept.get(name)) is None:
        if not at.parents or not at.left_out(name):
            return None
        at = read(at.parents[0])
    return kept.digest
