"""The plan of a merge: what is taken as a whole, what is merged inside, and what needs a decision."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.merging.merge import counted
from nbmodelver.errors import MergeConflict, NotMergeable, UnknownName, UnknownVersion, UsageError
from nbmodelver.model import MergePreview, NameMerge
from nbmodelver.repo.hooks import around
from nbmodelver.repo.restore.merge import BOTH, MergePlan, require_settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.actions.session import LiveSession
    from nbmodelver.model import Json, Version
    from nbmodelver.repo import Repo

SIDES = ("ours", "theirs")
AVERAGE = "average"


@dataclass(frozen=True)
class MergeRequest:
    """The version to merge, and the choices.

    take: name -> "ours", "theirs", a revision, or "average". Of a name that merges inside, it decides the conflicting
    cells; of another one, the whole value. key: name -> the columns that identify a row, separated by commas.
    whole: merge no value inside. trust: load pickled values of other people, which can run code.
    """

    revision: str
    take: Mapping[str, str] = field(default_factory=dict)
    key: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    trust: bool = False

    @property
    def trusted(self) -> bool | None:
        """True, or None for what the user trusts."""
        return self.trust or None


@dataclass(frozen=True)
class AlreadyMerged:
    """There is nothing to merge: `theirs` is `ours` or an ancestor of it."""

    theirs: Version
    ours: Version


@dataclass(frozen=True)
class PlannedMerge:
    """A merge that was planned but not done.

    merge: the plan of whole names. values: the new values of names that merge inside. inside: the report on these and
    on conflicts. chosen: name -> the version from which its whole value is taken, other than `theirs`.
    """

    request: MergeRequest
    merge: MergePlan
    values: Mapping[str, Any]
    inside: Mapping[str, NameMerge]
    chosen: Mapping[str, Version]

    @property
    def is_merged(self) -> bool:
        """True if there is nothing to merge."""
        return self.merge.base == self.merge.theirs and not self.request.take

    @property
    def replaced(self) -> tuple[str, ...]:
        """The names that get another value."""
        return (*self.merge.take, *self.values, *self.chosen)

    @property
    def whole(self) -> list[tuple[Version, list[str]]]:
        """The versions from which whole values are loaded, each with the names."""
        found = [(self.merge.theirs, list(self.merge.take))] if self.merge.take else []
        versions = {version.id: version for version in self.chosen.values()}
        return [*found, *((v, [n for n, of in self.chosen.items() if of.id == v.id]) for v in versions.values())]

    def preview(self, removed: Sequence[str]) -> MergePreview:
        """Return what the merge does to each name. removed: the names that are removed."""
        merge = self.merge
        named = [NameMerge(n, "theirs", f"{n} from {merge.theirs.name}") for n in merge.take]
        named += [NameMerge(n, "theirs", f"{n} from {version.name}") for n, version in self.chosen.items()]
        named += [NameMerge(n, "removed", f"{n} was removed, as in {merge.theirs.name}") for n in removed]
        notes = [f"{n} is taken as well, because it shares objects with another name" for n in merge.along]
        base = merge.base.name if merge.base is not None else ""
        return MergePreview(base, merge.ours.name, merge.theirs.name, (*named, *self.inside.values()), tuple(notes))

    def require_settled(self) -> None:
        """Raise MergeConflict if a decision is missing, with the conflicts of each name."""
        open_names = [n for n, said in self.inside.items() if said.unresolved]
        details = [f"  {line}" for n in open_names for line in self.inside[n].lines()]
        require_settled(replace(self.merge, conflicts=tuple(open_names)), details)


def plan_merge(session: LiveSession, request: MergeRequest) -> PlannedMerge:
    """Return the plan of a merge into the current version. Nothing is changed. Raises UsageError, UnknownVersion.

    Raises MergeConflict if a mean is requested of values that have none.
    """
    repo = session.repo()
    by_name = repo.merge_plan(request.revision)
    _require_known(request, by_name)
    planner = _Planner(session, request, by_name)
    for name in dict.fromkeys([*by_name.conflicts, *request.take]):
        planner.decide(name)
    settled = repo.merge_plan(request.revision, planner.choices)
    open_names = [n for n in settled.conflicts if n not in planner.inside]
    for name in open_names:
        planner.say_whole(name, settled.reasons.get(name, BOTH))
    return PlannedMerge(request, settled, planner.values, planner.inside, planner.chosen)


class _Planner:
    """Decides name by name, with the values that it merges."""

    def __init__(self, session: LiveSession, request: MergeRequest, merge: MergePlan) -> None:
        self._repo: Repo = session.repo()
        self._live = session.values
        self._request = request
        self._merge = merge
        self.choices: dict[str, str] = {}
        """Name -> the side from which the whole value is taken."""
        self.values: dict[str, Any] = {}
        self.inside: dict[str, NameMerge] = {}
        self.chosen: dict[str, Version] = {}

    def decide(self, name: str) -> None:
        """Merge a name inside if both sides changed it, else follow the choice of the user."""
        choice = self._request.take.get(name, "")
        if choice == AVERAGE:
            self._average(name)
            return
        other = self._other(name, choice)
        is_conflict = name in self._merge.conflicts and name not in self._merge.reasons
        reason = ""
        if is_conflict and not self._request.whole:
            try:
                self._merge_inside(name, choice, other)
                return
            except NotMergeable as error:
                reason = error.message
        if other is not None:
            self._take_from(name, other)
        elif choice:
            self.choices[name] = choice
            self._say_kept(name, choice)
        elif is_conflict:
            self.say_whole(name, f"{BOTH}; {reason}" if reason else BOTH)

    def say_whole(self, name: str, reason: str) -> None:
        """State that a name needs a decision as a whole."""
        self.inside[name] = NameMerge(name, "conflict", f"{name}: {reason}", unresolved=1, conflict_count=1)

    def _other(self, name: str, choice: str) -> Version | None:
        """Return the version that a choice names, None for a side. Raises UsageError."""
        if not choice or choice in SIDES:
            return None
        try:
            return self._repo[choice]
        except UnknownVersion:
            near = get_close_matches(choice, (*SIDES, AVERAGE), 1)
            hint = f"did you mean {near[0]}?" if near else "choose ours, theirs, average, or a version"
            raise UsageError(f"%mv_merge: --take {name} cannot be {choice!r}", hint) from None

    def _merge_inside(self, name: str, choice: str, other: Version | None) -> None:
        key = [c.strip() for c in self._request.key.get(name, "").split(",") if c.strip()]
        prefer: Any = "other" if other is not None else choice
        found = self._repo.merged_inside(
            self._merge, name, self._live, prefer=prefer, other=other, key=key, trusted=self._request.trusted
        )
        said = found.summary()
        if found.conflict_count:
            said += f"; {counted(found.conflict_count, 'conflict')}"
            decided = found.conflict_count - found.unresolved
            said += f", {'all' if not found.unresolved else f'{decided:,}'} decided by {choice}" if choice else ""
        elif choice:
            said += f"; nothing conflicts, so --take {name}={choice} decides nothing"
        self.values[name] = found.value
        self.inside[name] = NameMerge(
            name, "inside", f"{name}: {said}", found.conflicts, found.conflict_count, found.unresolved
        )
        self.choices[name] = "ours"

    def _average(self, name: str) -> None:
        try:
            value, said = self._repo.averaged(self._merge, name, self._live, trusted=self._request.trusted)
        except NotMergeable as error:
            hint = f"choose a side: %mv_merge {self._merge.theirs.name} --take {name}=ours (or theirs)"
            raise MergeConflict(f"'{name}' cannot be averaged: {error.message}", hint) from error
        self.values[name] = value
        self.inside[name] = NameMerge(name, "average", f"{name}: {said}")
        self.choices[name] = "ours"

    def _take_from(self, name: str, version: Version) -> None:
        """Take the whole value from a third version."""
        if name not in version.kept:
            raise UnknownName(f"{version.name} has no '{name}'", f"choose a side: --take {name}=ours (or theirs)")
        others = [n for n in version.group_of(name).names if n != name]
        if others and version.id not in (self._merge.ours.id, self._merge.theirs.id):
            hint = f"choose a side, and bring them together afterwards: %mv_cherry {version.name} {name}"
            raise MergeConflict(f"in {version.name} '{name}' shares objects with {', '.join(others)}", hint)
        if version.id == self._merge.theirs.id:
            self.choices[name] = "theirs"
        else:
            self.choices[name] = "ours"
            if version.id == self._merge.ours.id:
                self._say_kept(name, "ours")
            else:
                self.chosen[name] = version

    def _say_kept(self, name: str, choice: str) -> None:
        """State that a name keeps its whole value, if the user chose that."""
        if choice == "ours" and name in self._merge.ours.kept:
            self.inside[name] = NameMerge(name, "ours", f"{name} stays as in {self._merge.ours.name}")


def merge_act(merge: MergePlan, made: Version | None = None) -> around.Act:
    """Return what the hooks around a merge get: the version that is merged, and afterwards the new one."""
    facts: dict[str, Json] = {"from": merge.theirs.id, "to": merge.ours.id}
    return around.of_version("merge", made or merge.theirs, None, "", **facts)


def _require_known(request: MergeRequest, merge: MergePlan) -> None:
    """Raise UsageError for a choice or a key of a name that is in neither version."""
    for name in (*request.take, *request.key):
        if name not in merge.ours.kept and name not in merge.theirs.kept:
            said = f"'{name}' is in neither {merge.ours.name} nor {merge.theirs.name}"
            raise UsageError(said, "choose one of the listed conflicts")
