"""What a remote may not change silently (P8): refs that moved without an event, and branches that went back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.catalogue.events import lines
from nbmodelver.catalogue.events.unconfirmed import REGISTRY
from nbmodelver.errors import RemoteChanged
from nbmodelver.model import VersionId
from nbmodelver.remote.registry_head import events_of
from nbmodelver.remote.store_storage import is_store
from nbmodelver.remote.transfer import BRANCHES, TAGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.events import Event
    from nbmodelver.model.versions import Json
    from nbmodelver.remote.known import Inventory
    from nbmodelver.remote.transfer import Remote

WAY_OUT = "ask who changed the remote by hand; to accept that: --accept-older"


def require_events(remote: Remote, before: Mapping[str, Json]) -> None:
    """Raise RemoteChanged if a ref moved since it was last seen, and no event of the remote says so.

    before: all refs as they were last seen; {} if the remote never was. A branch may move forward without an event; in
    another store it may move anywhere, and `Remote.read` finds versions that were lost.
    """
    inventory, refs = remote.inventory, remote.refs
    events = _Events(remote)
    is_free = is_store(remote.connection.storage)  # Commits, rollbacks and deletions move branches in a store.
    for ref, value in refs.items():
        if ref.startswith(REGISTRY) and not _names_an_event(value, inventory):
            raise _changed(remote, f"{ref} names an event that is not there")
        if value != before.get(ref) and ref.startswith(REGISTRY) and not events.sets(ref, value):
            raise _changed(remote, f"{ref} was moved without an event")
    for ref, old in before.items():
        new = refs.get(ref)
        if new == old:
            continue
        if ref.startswith(BRANCHES) and not (is_free or _leads_to(inventory, old, new) or events.forces(ref, old)):
            raise _changed(remote, f"the branch {ref.removeprefix(BRANCHES)} went back or was replaced")
        if (
            ref.startswith(TAGS)
            and inventory.events
            and not events.sets(ref, new)
            and not _replaced(inventory, old, new)
        ):
            raise _changed(remote, f"the tag {ref.removeprefix(TAGS)} was moved without an event")


def _changed(remote: Remote, what: str) -> RemoteChanged:
    return RemoteChanged(f"{what} at {remote.connection.storage.where}", WAY_OUT)


def _names_an_event(value: Json, inventory: Inventory) -> bool:
    named = events_of(value)
    return bool(named) and inventory.events.keys() >= set(named)


def _replaced(inventory: Inventory, old: Json, new: Json) -> bool:
    """Return True if purges replaced one version by the other."""
    seen = set()
    while isinstance(old, str) and old not in seen:
        seen.add(old)
        old = inventory.replaced.get(VersionId(old))
        if old is not None and old == new:
            return True
    return False


def _leads_to(inventory: Inventory, old: Json, new: Json) -> bool:
    """Return True if the version `old`, or what replaced it, is the version `new` or an ancestor of it."""
    if not isinstance(new, str):
        return False
    replacing = {new_: old_ for old_, new_ in inventory.replaced.items()}
    waiting, seen = [VersionId(new)], set()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        if at == old:
            return True
        waiting += inventory.parents(at)
        waiting += [replacing[at]] if at in replacing else []
    return False


class _Events:
    """The events of a remote, read when a ref needs them."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._all: list[Event] | None = None

    def _read(self) -> list[Event]:
        if self._all is None:
            known = self._remote.connection.known
            found = {e.id: e for one in self._remote.listings if one.events for e in known.segment(one).events}
            self._all = [lines.parse(e.raw, f"event {e.key}") for e in found.values()]
        return self._all

    def sets(self, ref: str, value: Json) -> bool:
        """Return True if an event gave the ref this value. value: of the registry with its event; None: deleted."""
        event = value.get("event") if isinstance(value, dict) else None
        plain = value.get("value") if isinstance(value, dict) else value
        found = [e for e in self._read() if event is None or e.id == event]
        return any(m.ref == ref and m.after == plain for e in found for m in e.moves)

    def forces(self, ref: str, old: Json) -> bool:
        """Return True if a forced push moved the ref away from the version `old`, or from one that came after it."""
        found = [e.data.get("refs") for e in self._read() if e.kind == "push"]
        moves = [refs[ref] for refs in found if isinstance(refs, dict) and isinstance(refs.get(ref), list)]
        return any(_leads_to(self._remote.inventory, old, move[0]) for move in moves if move)  # type: ignore[index]  # lists
