"""What a store puts into segments: records, events, and which versions were forgotten or purged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model import VersionId
from nbmodelver.remote.segments import SentEvent, SentRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from nbmodelver.model.events import EventId
    from nbmodelver.repo.core.open_store import OpenStore


def records_of(store: OpenStore, versions: Iterable[VersionId]) -> Iterator[SentRecord]:
    """Yield the records of versions. Raises UnknownVersion, Damaged."""
    for id_ in versions:
        raw = store.history.records.stored(id_)
        version = store.history.records.read(id_)
        yield SentRecord(id_, version.number, version.parents, raw)


def events_of(store: OpenStore, ids: Iterable[EventId]) -> Iterator[SentEvent]:
    """Yield events. Raises KeyError for one that is missing, Damaged."""
    for id_ in ids:
        name, raw = store.moves.log.stored(id_)
        yield SentEvent(id_, name, raw)


def forgotten_among(
    store: OpenStore, starts: Iterable[VersionId], known: Collection[VersionId]
) -> dict[VersionId, tuple[int, tuple[VersionId, ...]]]:
    """Return those of the versions that the store forgot, with their forgotten ancestors: id -> (number, parents).

    known: versions to leave out, with what is only below them.
    """
    forgotten = store.history.records.forgotten.all()
    found: dict[VersionId, tuple[int, tuple[VersionId, ...]]] = {}
    waiting = list(starts)
    while waiting:
        at = waiting.pop()
        if at in forgotten and at not in known and at not in found:
            found[at] = forgotten[at].number, forgotten[at].parents
            waiting += forgotten[at].parents
    return found


def replaced_in(store: OpenStore) -> dict[VersionId, VersionId]:
    """Return the versions that a purge replaced in the store, and their replacements."""
    own = store.refs.readable("forgotten/")[0]
    return {VersionId(ref.removeprefix("forgotten/")): VersionId(new) for ref, new in own.items()}
