"""A merge by whole name: each name comes from the side that changed it since the common ancestor.

A commit of some names says nothing about the others that were live: on that side they are as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import MergeConflict, UsageError
from nbmodelver.repo.core.ancestry import common_ancestor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbmodelver.model import Version, VersionId


@dataclass(frozen=True)
class MergePlan:
    """What a merge takes from `theirs`, what it removes, and what both sides changed."""

    base: Version | None
    ours: Version
    theirs: Version
    take: tuple[str, ...]
    remove: tuple[str, ...]
    conflicts: tuple[str, ...]


def plan_merge(
    ours: Version, theirs: Version, version: Callable[[VersionId], Version], choices: Mapping[str, str]
) -> MergePlan:
    """The plan; `choices` settles conflicts: name -> "ours" or "theirs". Raises UsageError for a name not in either."""
    base = common_ancestor(ours, theirs, version)
    names = dict.fromkeys([*ours.kept, *theirs.kept])
    unknown = [n for n in choices if n not in names]
    if unknown:
        raise UsageError(
            f"'{unknown[0]}' is in neither {ours.name} nor {theirs.name}", "choose among the conflicts listed"
        )
    take: list[str] = []
    remove: list[str] = []
    conflicts: list[str] = []
    for name in names:
        side = choices.get(name) or _side(name, base, ours, theirs, version)
        if side == "both":
            conflicts.append(name)
        elif side == "theirs" and name in theirs.kept:
            take.append(name)
        elif side == "theirs" and not theirs.left_out(name):
            remove.append(name)
    return MergePlan(base, ours, theirs, tuple(take), tuple(remove), tuple(conflicts))


def require_settled(plan: MergePlan) -> None:
    """Raises MergeConflict with every name that both sides changed."""
    if plan.conflicts:
        names = ", ".join(plan.conflicts)
        raise MergeConflict(
            f"{plan.ours.name} and {plan.theirs.name} both changed: {names}",
            f"choose for each: %mv_merge {plan.theirs.name} --take {plan.conflicts[0]}=ours (or theirs);"
            " nothing was changed",
        )


def _side(
    name: str, base: Version | None, ours: Version, theirs: Version, version: Callable[[VersionId], Version]
) -> str:
    old = _digest(base, name, version) if base else None
    mine, other = _digest(ours, name, version), _digest(theirs, name, version)
    if other in (mine, old):
        return "ours"
    return "theirs" if mine == old else "both"


def _digest(at: Version, name: str, version: Callable[[VersionId], Version]) -> str | None:
    while (kept := at.kept.get(name)) is None:
        if not at.parents or not at.left_out(name):
            return None
        at = version(at.parents[0])
    return kept.digest
