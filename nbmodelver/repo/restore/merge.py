"""A merge of whole variables: each name is taken from the side that changed it since the common ancestor.

A commit of some names leaves the other live names unchanged on its side. `merge_inside` merges the values of names that
both sides changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbmodelver.errors import MergeConflict, UsageError
from nbmodelver.repo.core.lineage import common_ancestor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nbmodelver.model import Version, VersionId

BOTH = "both sides changed it"


@dataclass(frozen=True)
class MergePlan:
    """A planned merge. take: names to take from `theirs`. remove: names to remove. conflicts: changed on both sides.

    reasons: name -> why it is a conflict, for those that share objects with a name of another side. along: names that
    come with a taken name, because they share objects with it.
    """

    base: Version | None
    ours: Version
    theirs: Version
    take: tuple[str, ...]
    remove: tuple[str, ...]
    conflicts: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)
    along: tuple[str, ...] = ()


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
    sides = {name: choices.get(name) or _side(name, base, ours, theirs, read) for name in names}
    take = [n for n in names if sides[n] == "theirs" and n in theirs.kept]
    remove = [n for n in names if sides[n] == "theirs" and n not in theirs.kept and not theirs.left_out(n)]
    conflicts = [n for n in names if sides[n] == "both"]
    plan = MergePlan(base, ours, theirs, tuple(take), tuple(remove), tuple(conflicts))
    return _with_partners(plan, read, choices)


def _with_partners(plan: MergePlan, read: Callable[[VersionId], Version], choices: Mapping[str, str]) -> MergePlan:
    """Return the plan with the names that share objects with a taken name: a group is loaded as a whole.

    Such a name comes along if its content is the same on both sides. Otherwise it is a conflict: the loaded value
    would replace a value of ours without notice.
    """
    along: list[str] = []
    reasons: dict[str, str] = {}
    for name in plan.take:
        for partner in plan.theirs.group_of(name).names:
            if partner in plan.take or partner in along or partner in plan.conflicts:
                continue
            is_equal = _digest(plan.ours, partner, read) == _digest(plan.theirs, partner, read)
            if is_equal and choices.get(partner) != "ours":
                along.append(partner)
            else:
                reasons[partner] = f"in {plan.theirs.name} it shares objects with {name}: take both from one side"
    return replace(plan, conflicts=(*plan.conflicts, *reasons), reasons=reasons, along=tuple(along))


def require_settled(plan: MergePlan, details: Sequence[str] = ()) -> None:
    """Raise MergeConflict if both sides changed a name. details: lines that say where they conflict."""
    if plan.conflicts:
        names = ", ".join(plan.conflicts)
        raise MergeConflict(
            "\n".join([f"{plan.ours.name} and {plan.theirs.name} both changed: {names}", *details]),
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
    found = holder(at, name, read)
    return None if found is None else found.kept[name].digest


def holder(at: Version, name: str, read: Callable[[VersionId], Version]) -> Version | None:
    """Return the nearest version that stored the value that a name had in a version; None if it did not exist."""
    while name not in at.kept:
        if not at.parents or not at.left_out(name):
            return None
        at = read(at.parents[0])
    return at
