"""Merges of the values of one name that both sides of a merge changed.

The three values are loaded as new objects. Nothing of a version that is not trusted is run: its pickled values are
refused, and the name stays a conflict.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import reach
from nbmodelver.errors import NeedsTrust, NotLoadable, NotMergeable
from nbmodelver.repo.core.open_store import LoadingStore
from nbmodelver.repo.restore.live import LiveValues
from nbmodelver.repo.restore.merge import holder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.comparison.merging.merge import MergedInside, Prefer
    from nbmodelver.model import Version
    from nbmodelver.repo.restore.merge import MergePlan
    from nbmodelver.repo.restore.rollback import Rollback

PREFIX = "merge_"
SEARCH_S = 0.2
"""Time limit of the search for variables that refer to a value."""


class MergingStore(LoadingStore, ABC):
    """An open store that can merge the values of a name."""

    @abstractmethod
    def rollback(
        self,
        revision: str | Version,
        live: dict[str, Any],
        *,
        names: str | Sequence[str] = (),
        prefix: str = "",
        trusted: bool | None = None,
    ) -> Rollback:
        """Return a rollback; see `RestoringStore`."""

    def merged_inside(
        self,
        plan: MergePlan,
        name: str,
        live: dict[str, Any],
        *,
        prefer: Prefer = "",
        other: Version | None = None,
        key: Sequence[str] = (),
        trusted: bool | None = None,
    ) -> MergedInside:
        """Return the merged value of a name that both sides changed. Stores and changes nothing.

        live: the namespace of the notebook, for the classes and functions of the values. prefer: the side that decides
        conflicts; "other": the version `other`. key: the columns that identify a row of a table. trusted: load pickled
        values of other people; None asks what the user trusts.
        Raises NotMergeable with the reason if the value can only be taken as a whole, Damaged.
        """
        from nbmodelver.comparison.merging.merge import ABSENT, MergeOptions, MergeSides, merge_inside

        sides = self._holders(plan, name)
        self._require_saved(sides[1], name, live)
        base, ours, theirs = (self._value(version, name, live, trusted) for version in sides)
        fourth = ABSENT if other is None or name not in other.kept else self._value(other, name, live, trusted)
        return merge_inside(MergeSides(base, ours, theirs, fourth), MergeOptions(key, prefer, self._has_same_content))

    def averaged(
        self, plan: MergePlan, name: str, live: dict[str, Any], *, trusted: bool | None = None
    ) -> tuple[Any, str]:
        """Return the mean of a model of both sides, and a phrase about it. Raises NotMergeable, Damaged."""
        from nbmodelver.comparison.merging.weights import average

        base, ours, theirs = self._holders(plan, name)
        types = {version.kept[name].type for version in (base, ours, theirs)}
        if len(types) > 1:
            raise NotMergeable(f"its class differs: {', '.join(sorted(types))}")
        self._require_saved(ours, name, live)
        return average(self._value(ours, name, live, trusted), self._value(theirs, name, live, trusted))

    def _holders(self, plan: MergePlan, name: str) -> tuple[Version, Version, Version]:
        """Return the versions that store the value of base, ours and theirs. Raises NotMergeable."""
        if plan.base is None:
            raise NotMergeable(f"{plan.ours.name} and {plan.theirs.name} have no common ancestor")
        found = []
        for side in (plan.base, plan.ours, plan.theirs):
            version = holder(side, name, self.history.version)
            if version is None:
                where = f"their common ancestor {side.name}" if side is plan.base else side.name
                raise NotMergeable(f"{where} does not have it")
            others = [n for n in version.group_of(name).names if n != name]
            if others:
                raise NotMergeable(f"in {version.name} it shares objects with {', '.join(others)}")
            found.append(version)
        return found[0], found[1], found[2]

    def _require_saved(self, ours: Version, name: str, live: dict[str, Any]) -> None:
        """Raise NotMergeable if the live value differs from that of ours, or if another variable refers to it.

        Its changes would not be in the merge, and the other variable would keep the value from before the merge.
        """
        if name not in live:
            return
        if name in self.rollback(ours, live, names=(name,)).changed:
            raise NotMergeable(f"it has changes that are in no version; commit them: %mv_commit {name}")
        others = {n: v for n, v in live.items() if n != name and not n.startswith("_")}
        held = reach.holders({name: live[name]}, others, live, limit_s=SEARCH_S).found
        if held:
            raise NotMergeable(f"{held[0].path} refers to it too")

    def _value(self, version: Version, name: str, live: dict[str, Any], trusted: bool | None) -> Any:
        """Return the value of a name as a new object. Raises NotMergeable if it cannot be loaded here, Damaged."""
        rollback = self.rollback(version, live, names=(name,), prefix=PREFIX, trusted=trusted)
        try:
            with rollback.obstacles.searching():
                return rollback.load()[PREFIX + name]
        except (NeedsTrust, NotLoadable) as error:
            raise NotMergeable(f"in {version.name} it cannot be loaded: {error.message}") from error

    def _has_same_content(self, a: Any, b: Any) -> bool:
        """Return True if two objects would be stored as the same recipe."""
        groups = [LiveValues(self.group_store, {"value": v}, ("value",)).groups.get("value") for v in (a, b)]
        return groups[0] is not None and groups[1] is not None and groups[0].recipe == groups[1].recipe
