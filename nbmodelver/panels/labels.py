"""The labels of versions in lists: tags and branches, those of remotes, and what tells versions of a team apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from nbmodelver.model import Version, VersionId
from nbmodelver.remote.remotes import Remotes
from nbmodelver.repo.core.named_versions import TRACKED
from nbmodelver.repo.core.reachability import groups_of
from nbmodelver.repo.inspect import timeline
from nbmodelver.repo.inspect.timeline import VersionLabels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbmodelver.remote.remotes import RemoteConfig
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class PanelLabels(VersionLabels):
    """Also the branches of remotes as "origin/main".

    twins: numbers that several versions have. place_of: returns the names of the remotes that alone have values of a
    version, "" if all values are here.
    """

    tracked: Mapping[str, VersionId] = field(default_factory=dict)
    twins: frozenset[int] = frozenset()
    place_of: Callable[[Version], str] = lambda _version: ""

    def tracked_of(self, version: VersionId) -> list[str]:
        """Return the branches of remotes that point to a version."""
        return self._tracked_at.get(version, [])

    @cached_property
    def _tracked_at(self) -> dict[VersionId, list[str]]:
        found: dict[VersionId, list[str]] = {}
        for name, version in self.tracked.items():
            found.setdefault(version, []).append(name)
        return found


def labels_of(repo: Repo) -> PanelLabels:
    """Read all labels. Without a remote this costs as much as tags and branches alone."""
    found = timeline.labels_of(repo)
    own = PanelLabels(found.tags, found.branches, found.notes, found.alarm_of)
    remotes = list(Remotes(repo).all().values())
    if not remotes:
        return own
    tracked = {ref.removeprefix(TRACKED): VersionId(value) for ref, value in repo.refs.readable(TRACKED)[0].items()}
    counts = Counter(repo.history.records.numbers())
    twins = frozenset(number for number, count in counts.items() if count > 1)
    return PanelLabels(
        own.tags, own.branches, own.notes, own.alarm_of, tracked, twins, partial(_place_of, repo, _names(remotes))
    )


def _names(remotes: list[RemoteConfig]) -> str:
    return ", ".join(one.name for one in remotes if one.lazy) or ", ".join(one.name for one in remotes)


def _place_of(repo: Repo, names: str, version: Version) -> str:
    return names if any(repo.parts.is_elsewhere(group.recipe) for group in groups_of(version)) else ""
