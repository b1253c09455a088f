"""Handles the request for the plan of a merge: what it does to each variable, and how the sides of a conflict differ.

No pickled value of another person is loaded for the description of a side, unless the user trusts its origin.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from nbmodelver import comparison, views
from nbmodelver.actions.merge import MergeRequest
from nbmodelver.comparison.merging.merge import ABSENT, text_of
from nbmodelver.comparison.summaries import UNSAID
from nbmodelver.errors import RemoteMissing, UsageError
from nbmodelver.remote.pull import standing
from nbmodelver.remote.remotes import Remotes
from nbmodelver.repo.inspect import profiles
from nbmodelver.repo.restore.merge import holder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Json, NameMerge, Profile, Row, Version, VersionId
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params
    from nbmodelver.repo import Repo
    from nbmodelver.repo.restore.merge import MergePlan

MOST_FACTS = 8
"""Rows that describe the sides of one conflict."""
MOST_BYTES = 50_000_000
"""A larger value is not loaded for its description; its class and size are in the record."""
COUNTS = {"length": "members", "characters": "characters", "bytes": "bytes"}
"""The key of a profile -> what it counts."""


def merge_plan(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return what a merge of the remote branch would do to each variable. Nothing is changed.

    take: choices by name. trust: load pickled values of other people. `untrusted` are the names that need it.
    """
    repo = context.repo()
    config = Remotes(repo).get(params.text("remote", ""))
    found = standing(repo, config, repo.history.branch)
    if found.there is None:
        raise RemoteMissing(f"{config.name} has no branch '{found.branch}'", "push it first")
    taken, trust = choices(params), params.flag("trust")
    preview = context.notebook.restores.actions.plan_merge(MergeRequest(found.there, taken, trust=trust))
    sides = _Sides(repo, repo.merge_plan(found.there))
    return {
        "base": preview.base,
        "ours": preview.ours,
        "theirs": preview.theirs,
        "names": [
            {**asdict(one), "facts": sides.facts(one.name) if _is_whole(one, taken) else []} for one in preview.names
        ],
        "notes": list(preview.notes),
        "untrusted": [] if trust else [one.name for one in preview.names if sides.needs_trust(one)],
    }


def choices(params: Params) -> dict[str, str]:
    """Return the parameter `take`: name -> "ours", "theirs", "average" or a version."""
    return texts(params, "take")


def texts(params: Params, name: str) -> dict[str, str]:
    """Return a parameter that is an object of texts; {} if it is missing."""
    found = params.table(name)
    if not all(isinstance(value, str) for value in found.values()):
        raise UsageError(f"'{name}' must be an object of texts", "reload the page")
    return found


def _is_whole(one: NameMerge, taken: dict[str, str]) -> bool:
    """Return True for a conflict of a whole value, also if a choice has settled it."""
    return one.effect == "conflict" or (one.name in taken and one.effect in ("ours", "theirs", "removed"))


class _Sides:
    """The values of the common ancestor, of the current version and of the merged one."""

    def __init__(self, repo: Repo, merge: MergePlan) -> None:
        self._repo, self._merge = repo, merge
        self._trusted: dict[VersionId, bool] = {}

    def needs_trust(self, one: NameMerge) -> bool:
        """Return True if a value of a name is pickled and of somebody whom the user does not trust."""
        held = self._holders(one.name) if one.effect == "conflict" else self._holders(one.name)[2:]
        return one.effect in ("conflict", "theirs") and any(
            side is not None and side.group_of(one.name).pickled and not self._trusts(side) for side in held
        )

    def _trusts(self, version: Version) -> bool:
        if version.id not in self._trusted:
            self._trusted[version.id] = self._repo.trusts(version)
        return self._trusted[version.id]

    def facts(self, name: str) -> list[Message]:
        """Return how the sides of a name differ, at most MOST_FACTS rows."""
        found = [None if side is None else self._profile(side, name) for side in self._holders(name)]
        return list(_facts(name, found))[:MOST_FACTS]

    def _holders(self, name: str) -> list[Version | None]:
        """Return the versions that store the value of each side; None for a side without it."""
        sides = (self._merge.base, self._merge.ours, self._merge.theirs)
        return [None if one is None else holder(one, name, self._repo.history.version) for one in sides]

    def _profile(self, version: Version, name: str) -> Profile:
        kept = version.kept[name]
        known = profiles.known(self._repo, kept.digest)
        if known is None and kept.size_bytes <= MOST_BYTES:
            known = profiles.profile(self._repo, version, name)
        return {"type": kept.type, **(known or {}), "size_bytes": kept.size_bytes}


def _facts(name: str, sides: list[Profile | None]) -> Iterator[Message]:
    """Yield a row that describes each side, then the settings and statistics that differ between ours and theirs."""
    base, ours, theirs = sides
    yield _row("value", *(str(ABSENT) if side is None else _described(side) for side in sides))
    if ours is None or theirs is None or not ("kind" in ours and "kind" in theirs):  # One is not loaded.
        return
    before = {row.cells[0]: row.cells[2] for row in _rows(name, {}, base or {})}
    for row in _rows(name, ours, theirs):
        mine = str(ABSENT) if row.status == "added" else _text(row.cells[1])
        other = str(ABSENT) if row.status == "removed" else _text(row.cells[2])
        if mine != other:
            what = row.cells[0]
            yield _row(str(what), _text(before[what]) if what in before else str(ABSENT), mine, other)


def _rows(name: str, before: Profile, after: Profile) -> Iterator[Row]:
    """Yield the rows of a comparison whose cells are text or numbers, without those that `_described` contains."""
    for row in comparison.compare("other", name, before, after).rows:
        is_shown = row.cells[0] not in (*UNSAID, "value", "rows", "length", "characters")
        if row.status != "same" and is_shown and not any(isinstance(cell, dict) for cell in row.cells):
            yield row


def _row(place: str, base: str, ours: str, theirs: str) -> Message:
    return {"place": place, "base": base, "ours": ours, "theirs": theirs}


def _described(profile: Profile) -> str:
    """Return the value of plain data; else its class, its shape and its size."""
    if "value" in profile:
        return _text(profile["value"])
    shape, size_bytes = profile.get("shape"), profile.get("size_bytes")
    counted = next((f"{profile[key]} {word}" for key, word in COUNTS.items() if key in profile), "")
    extent = " × ".join(map(str, shape)) if isinstance(shape, list) else counted
    size = views.size(size_bytes) if isinstance(size_bytes, int) and size_bytes else ""
    return " · ".join(filter(None, (str(profile.get("type", "")).rpartition(".")[2], extent, size)))


def _text(value: Json) -> str:
    return "None" if value is None else text_of(value)
