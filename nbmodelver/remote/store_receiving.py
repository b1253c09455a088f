"""The other side of a push into a store: that store fetches what was sent, then its branches and tags move.

HEAD and the notebooks of the store stay where they are, as when another kernel of the store commits. Everything before
the first ref that moves can be repeated, and leaves the store complete if the process is killed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.errors import NotPushed
from nbmodelver.model import VersionId
from nbmodelver.remote import heads
from nbmodelver.remote.fetch import fetch
from nbmodelver.remote.known import Known
from nbmodelver.remote.registry_head import registry_of
from nbmodelver.remote.remotes import RemoteConfig, RemoteConnection
from nbmodelver.remote.transfer import BRANCHES, TAGS
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.repo.repo import Repo
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from nbmodelver.model.versions import Json
    from nbmodelver.remote.heads import Area, Head
    from nbmodelver.remote.outbox import Outbox
    from nbmodelver.remote.store_storage import StoreStorage


def receive(storage: StoreStorage, area: Area, head: Head) -> bool:
    """Let a store receive what was sent, and move its refs to those of the head.

    Returns False if another process moved one of them since the store was read; the versions may be there then, and no
    ref was moved. Raises NotPushed if the store forgot a version that a branch would get, Damaged, StoreReadOnly,
    StoreFull, StoreError.
    """
    into = Repo(storage.backend)
    changed = _changed(storage, area, head)
    if area == "registry":
        _fetch(into, storage, {"registry": head})
        return _require_registry(into, changed)
    _require_not_forgotten(into, changed)
    if not _is_as_seen(into, storage, changed):
        return False
    _fetch(into, storage, {"work": head})
    return _has_moved_branches(into, storage, changed) and _has_moved_tags(into, changed)


def _changed(storage: StoreStorage, area: Area, head: Head) -> dict[str, Json]:
    """Return the refs of the head that are others than those of the store when it was read."""
    seen = None if storage.view is None else storage.view.heads.get(area)
    before = {} if seen is None else seen.refs
    return {ref: value for ref, value in head.refs.items() if before.get(ref) != value}


# -- versions and events


def _fetch(into: Repo, storage: StoreStorage, moved: dict[Area, Head]) -> None:
    """Let the store fetch from what was sent. The sender does not become one of its remotes."""
    sent = storage.sent()
    seen = {} if storage.view is None else storage.view.heads
    if "work" in seen and not _has(sent, "work/head"):
        moved = {"work": seen["work"], **moved}
    for area, head in moved.items():
        tags = {ref: value for ref, value in head.refs.items() if not ref.startswith(BRANCHES)}  # Branches move later.
        sent.put(f"{area}/head", [heads.encode(replace(head, refs=tags, stored_id=""))], 0)
        _add_segments(sent, storage, head)
    config = RemoteConfig("", sent.where, storage.id, "swap")  # Without a name, it tracks no branch.
    connection = RemoteConnection(into, config, sent)
    connection.known = Known(MemoryBackend(), storage.id)
    fetch(into, connection, progress=storage.progress)


def _add_segments(sent: Outbox, storage: StoreStorage, head: Head) -> None:
    """Add the segments of a head that the sender has as copies of what it saw of the store."""
    for listing in head.segments:
        if storage.known is not None and not _has(sent, listing.key):
            sent.create(listing.key, storage.known.stored(listing))


def _has(sent: Outbox, key: str) -> bool:
    return any(one.key == key for one in sent.list(key))


# -- refs


def _require_not_forgotten(into: Repo, changed: dict[str, Json]) -> None:
    """Raise NotPushed if a branch would get a version that the store forgot: it would not be received."""
    forgotten = into.history.records.forgotten.all()
    for ref, version in changed.items():
        if ref.startswith(BRANCHES) and version in forgotten:
            name = f"v{forgotten[VersionId(str(version))].number}"
            raise NotPushed(
                f"{name} was forgotten in {into.where}, so nothing was sent",
                f"take it back there: %mv_forget {name} --undo; or commit again and push that version",
            )


def _is_as_seen(into: Repo, storage: StoreStorage, changed: dict[str, Json]) -> bool:
    """Return True if the branches that move are where they were when the store was read."""
    seen = {} if storage.view is None else storage.view.refs
    return all(into.refs.get(ref) == seen.get(ref) for ref in changed if ref.startswith(BRANCHES))


def _has_moved_branches(into: Repo, storage: StoreStorage, changed: dict[str, Json]) -> bool:
    """Move branches. Returns False, and moves none, if one is elsewhere than when the store was read."""
    with into.exclusive_refs():
        if not _is_as_seen(into, storage, changed):
            return False
        for ref, version in changed.items():
            if ref.startswith(BRANCHES):
                _move_branch(into, ref, VersionId(str(version)))
    return True


def _move_branch(into: Repo, ref: str, version: VersionId) -> None:
    """Move a branch, or create it. The caller holds the lock of the refs, as a commit does."""
    before = into.refs.get(ref)
    if before is None:
        into.history.create_branch(ref.removeprefix(BRANCHES), version)
    else:
        into.refs.move(ref, before, version)


def _has_moved_tags(into: Repo, changed: dict[str, Json]) -> bool:
    """Move the tags that no event has moved: forced ones, and those of a store without events. Returns True."""
    for ref, version in changed.items():
        before = into.refs.get(ref)
        if ref.startswith(TAGS) and before != version:
            into.history.move_all(EventDraft("tag", ref), [(ref, before, str(version))])
    return True


def _require_registry(into: Repo, changed: dict[str, Json]) -> bool:
    """Return True if the events have moved the registry of the store. Raises NotPushed otherwise."""
    now = registry_of(into)
    other = next((ref for ref, entry in changed.items() if now.get(ref) != entry), None)
    if other is not None:
        raise NotPushed(f"{into.where} has another value of {other}", "bring it first: %mv_pull")
    return True
