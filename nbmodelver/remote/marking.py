"""Marks at a remote: which parts its versions need, and which packs have none of them. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from nbmodelver.catalogue.records import version_of
from nbmodelver.errors import Damaged, RemoteChanged
from nbmodelver.repo.core.reachability import documents_of, groups_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbmodelver.model import ObjectId, Progress, VersionId
    from nbmodelver.model.remotes import Collected
    from nbmodelver.remote.lazy import RemoteParts
    from nbmodelver.remote.transfer import Remote
    from nbmodelver.store.index import PartIndex
    from nbmodelver.store.packs import Contents

LEAST_ALIVE = 0.5
"""A pack with a smaller share of needed bytes is rewritten."""


@dataclass(frozen=True)
class CollectPlan:
    """What one gc does.

    parts, lasting: the parts of the remote, and their index without condemned packs. doomed: names of packs and
    segments to delete. taken: names that no new object may have. condemned: pack -> since when it waits.
    """

    result: Collected
    parts: RemoteParts
    lasting: PartIndex
    needed: frozenset[ObjectId]
    rewritable: tuple[Contents, ...]
    doomed: frozenset[str]
    taken: frozenset[str]
    condemned: dict[str, str]
    dropped: frozenset[VersionId]
    old_heads: list[str]


def needed_parts(
    at: Remote, remote: RemoteParts, versions: Sequence[VersionId], progress: Progress | None = None
) -> set[ObjectId]:
    """Return the parts that versions of the remote need, without bases. Reads recipes that are not here."""
    wanted = set(versions)
    found = []
    for listing in at.listings:
        if listing.versions and wanted & at.connection.known.index(listing).versions.keys():
            for record in at.connection.known.segment(listing).records:
                if record.id in wanted:
                    wanted.discard(record.id)
                    found.append(version_of(record.raw, record.id))
    groups = {g.recipe: g for v in found for g in groups_of(v)}
    remote.prepare([recipe for recipe in groups if not at.store.parts.is_here(recipe)])
    needed: set[ObjectId] = {part for v in found for part in documents_of(v)}
    with at.store.parts.reading_from(remote):
        for done, group in enumerate(groups.values(), 1):
            try:
                needed.update(at.store.group_store.parts_of(group))
            except Damaged as error:
                raise RemoteChanged(
                    f"{at.connection.storage.where} was not cleaned, because a recipe cannot be read: {error.message}",
                    "send it again from a complete store: %mv_push --all --again",
                ) from error
            if progress is not None:
                progress(done, len(groups), "recipes read")
    return needed


def unneeded_packs(
    every: PartIndex, lasting: PartIndex, needed: Collection[ObjectId], condemned: Collection[str]
) -> tuple[list[str], list[Contents]]:
    """Return the names of packs without a needed part, and the packs to rewrite.

    A part counts in one pack, and in a condemned one only if no other pack has it. every, lasting: the index with
    and without condemned packs.
    """
    counts: dict[str, int] = {}
    for id_ in needed:
        place = lasting.known(id_) or every.known(id_)
        if place is not None:
            counts[place.contents.pack] = counts.get(place.contents.pack, 0) + max(place.entry.size, 1)
    unneeded, rewritable = [], []
    for key, contents in every.packs().items():
        alive = counts.get(key, 0)
        if not alive:
            unneeded.append(name_of(contents))
        elif name_of(contents) in condemned:
            continue
        elif alive < LEAST_ALIVE * contents.raw_bytes:
            rewritable.append(contents)
    return unneeded, rewritable


def affected_packs(every: PartIndex, wanted: Collection[ObjectId]) -> tuple[list[str], list[Contents]]:
    """Return the names of packs without a wanted part, and the packs that have or use a part that is not wanted."""
    unneeded, mixed = [], []
    for contents in every.packs().values():
        bases = {use.base for block in contents.blocks for use in block.uses}
        if not any(entry.id in wanted for entry in contents.entries):
            unneeded.append(name_of(contents))
        elif any(entry.id not in wanted for entry in contents.entries) or not bases <= set(wanted):
            mixed.append(contents)
    return unneeded, mixed


def name_of(contents: Contents) -> str:
    """Return the name of a pack."""
    return last_of(contents.pack)


def last_of(key: str) -> str:
    """Return the last component of a key: the name of a pack or segment."""
    return key.rpartition("/")[2]


def is_read_in(lasting: PartIndex, contents: Contents, id_: ObjectId) -> bool:
    """Return True if the part counts in this pack, not in another one."""
    place = lasting.known(id_)
    return place is None or place.contents.pack == contents.pack


def age_s(since: str, now: datetime) -> float:
    """Return the seconds since a time in ISO 8601; 0 for an invalid one."""
    try:
        return (now - datetime.fromisoformat(since)).total_seconds()
    except ValueError:
        return 0.0
