"""Push: sends versions, events and refs to a remote.

Packs are sent first, then a segment that lists their tables of contents, the records and the events, then the heads
move. So the remote is complete at each moment, and an interrupted push leaves only objects that nothing lists. It can
be repeated: packs that are there are not sent again.
"""

from __future__ import annotations

import random
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.unconfirmed import REGISTRY
from nbmodelver.errors import NotPushed, RemoteDenied, StoreReadOnly
from nbmodelver.model.remotes import Pushed
from nbmodelver.remote import segments
from nbmodelver.remote.compaction import compacted, send_segment
from nbmodelver.remote.heads import Head, Listing, ReadHead
from nbmodelver.remote.known import free_name, pack_key
from nbmodelver.remote.outgoing import Outgoing, PushOptions
from nbmodelver.remote.remotes import now_utc
from nbmodelver.remote.segment_contents import events_of, forgotten_among, records_of, replaced_in
from nbmodelver.remote.segments import Segment, SentPack
from nbmodelver.remote.sending import Sending
from nbmodelver.remote.sent_secrets import require_no_secret
from nbmodelver.remote.transfer import Meter
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.store.packs import Contents
from nbmodelver.store.repacking import Assembly, assembled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbmodelver.model import Progress, VersionId
    from nbmodelver.model.remotes import RefChange
    from nbmodelver.model.versions import Json
    from nbmodelver.remote.heads import Area
    from nbmodelver.remote.remotes import RemoteConnection
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.store.shipping import Shipment

ROUNDS = 40
"""How often a push starts again because somebody else moved a head meanwhile."""

SMALL_BYTES = 16 << 20
"""Packs up to this size are created by one request; larger ones are streamed."""

MOST_WRITER_CHARACTERS = 200
"""Of the name of a writer. A reader refuses texts above heads.MOST_CHARACTERS."""

_RANDOM = random.SystemRandom()


def push(
    store: OpenStore, connection: RemoteConnection, options: PushOptions | None = None, progress: Progress | None = None
) -> Pushed:
    """Send what the remote lacks, and move its refs.

    Raises Diverged if a branch has versions at the remote that are not under the branch here; NotPushed for a secret, a
    foreign history or missing rights; RemoteChanged if the remote lost something; RemoteError. Nothing was moved then.
    """
    options = options or PushOptions()
    started = time.monotonic()
    store.wait_for_pending()
    sending = Sending(store.backend, connection)
    for done in range(ROUNDS):
        result = _Push(store, connection, options, progress, sending).run()
        if result is not None:
            return replace(result, seconds=time.monotonic() - started, rounds=done + 1)
        time.sleep(_RANDOM.uniform(0, min(0.01 * 2**done, 0.5)))
    raise NotPushed(
        f"{connection.storage.where} was moved by others {ROUNDS} times during this push", "run the same command again"
    )


@dataclass
class _Sent:
    """What was sent so far in one push, apart from segments."""

    packs: list[SentPack] = field(default_factory=list)
    bytes: int = 0


class _Push:
    """One attempt."""

    def __init__(
        self,
        store: OpenStore,
        connection: RemoteConnection,
        options: PushOptions,
        progress: Progress | None,
        sending: Sending,
    ) -> None:
        self.store, self.connection, self.options, self.progress = store, connection, options, progress
        self.sending = sending
        self.out = Outgoing(store, connection, options)
        self.remote = self.out.remote

    def run(self) -> Pushed | None:
        """Push; None if somebody else moved a head meanwhile."""
        options = self.options
        with ExitStack() as held:
            with suppress(StoreReadOnly):  # gc and folding must not remove what is being sent.
                held.enter_context(self.store.parts.hold_files_if_writable())
            self.remote.read(("work",), accept_older=options.accept_older)
            is_unknown = self.connection.known.head("registry") is None
            if is_unknown or options.accept_older or self.out.registry_refs:
                self.remote.read(("registry",), accept_older=options.accept_older)
            self.out.require_one_history()
            changes = self.out.changes
            shipment = self.out.shipment
            require_no_secret(self.store, self.out.versions, options.allow_secrets)
            if options.dry_run:
                return self._result(changes, shipment, shipment.bytes)
            if not (changes or self.out.versions or self.out.event_ids or shipment.parts):
                self.remote.remember()
                return self._result(changes, shipment, 0)
            self.out.require_rights()
            self._record_force(changes)
            sent = self._send_packs(shipment)
            listings, size = self._send_segments(sent.packs)
            replaced = self.out.replaced_packs(shipment) if options.again else ()
            if not self._move_heads(changes, listings, replaced):
                return None
            self.remote.remember()
            self.sending.forget()
            return self._result(changes, shipment, sent.bytes + size)

    def _result(self, changes: Sequence[RefChange], shipment: Shipment, size: int) -> Pushed:
        return Pushed(
            self.remote.name, self.connection.config.address, tuple(self.out.versions),
            len(shipment.whole) + len(shipment.chosen), size, len(self.out.event_ids), tuple(changes),
            dry_run=self.options.dry_run,
        )  # fmt: skip

    def _record_force(self, changes: Sequence[RefChange]) -> None:
        """Write the event that says which refs were forced. Raises NotPushed without a reason."""
        forced = [change for change in changes if change.forced]
        if not forced or self.sending.has_noted_force:
            return
        if not self.options.why:
            raise NotPushed("a forced push needs a reason, so nothing was sent", "add it: --force -m WHY")
        if self.store.moves.has_events:
            data: dict[str, Json] = {"refs": {c.ref: [c.before, c.after] for c in forced}}
            self.store.moves.note(EventDraft("push", self.remote.name, self.options.why, data))
            vars(self.out).pop("event_ids", None)  # It is computed again, with this event.
        self.sending.has_noted_force = True

    # -- sending

    def _send_packs(self, shipment: Shipment) -> _Sent:
        sent = _Sent()
        meter = Meter(self.progress, "bytes sent", shipment.bytes)
        packs = [self._renamed(pack) for pack in shipment.packs]
        self.sending.begin(map(_name_of, packs))
        for pack in packs:
            name = _name_of(pack)
            if self.sending.has(name, pack.size):
                meter(pack.size)
            else:
                self._send(name, pack, meter)
                self.sending.done(name)
            sent.packs.append(SentPack(name, pack.size, self._ends_of(pack)))
            sent.bytes += pack.size
        return sent

    def _renamed(self, pack: Contents | Assembly) -> Contents | Assembly:
        """Return the pack, with another name if one of its name is being deleted at the remote, or is sent again.

        The new name follows from the old one, so an interrupted push is continued.
        """
        name = _name_of(pack)
        taken = {*self.remote.doomed, *(self.out.inventory.packs if self.options.again else ())}
        if name not in taken:
            return pack
        name = free_name(name, taken)
        if isinstance(pack, Assembly):
            return pack.named(bytes.fromhex(name))
        again = assembled([(pack, pack.entries)], bytes.fromhex(name))
        assert again is not None
        return again

    def _ends_of(self, pack: Contents | Assembly) -> bytes:
        return self.store.parts.ends_of(pack) if isinstance(pack, Contents) else pack.ends

    def _send(self, name: str, pack: Contents | Assembly, meter: Meter) -> None:
        """Send one pack. One that is there already, from an interrupted push, is not replaced."""
        chunks = _counted(self.store.parts.chunks_of(pack), meter)
        if pack.size <= SMALL_BYTES:
            data = b"".join(chunks)
            if not self.connection.storage.create(pack_key(name), data) and not self.sending.is_there(name, pack.size):
                self.connection.storage.put(pack_key(name), [data], len(data))
        else:
            self.connection.storage.put(pack_key(name), chunks, pack.size)

    def _send_segments(self, packs: Sequence[SentPack]) -> tuple[list[Listing], int]:
        """Send what is new in segments. Returns their listings, oldest first, and their size in bytes."""
        segment = Segment(
            self._writer(), tuple(packs), tuple(records_of(self.store, self.out.versions)),
            tuple(events_of(self.store, self.out.event_ids)), self._forgotten(), self._replaced_versions(),
        )  # fmt: skip
        gone = self.remote.doomed
        listings = [send_segment(self.connection, run, gone) for run in segments.runs(segment) if not segment.is_empty]
        return listings, sum(one.size_bytes for one in listings)

    def _forgotten(self) -> dict[VersionId, tuple[int, tuple[VersionId, ...]]]:
        """Return the forgotten ancestors of the versions that are sent, which the remote does not know."""
        known = self.out.inventory.versions.keys() | self.out.inventory.forgotten.keys()
        parents = (p for id_ in self.out.versions for p in self.store.history.records.read(id_).parents)
        return forgotten_among(self.store, parents, known)

    def _replaced_versions(self) -> dict[VersionId, VersionId]:
        """Return the versions that a purge here replaced and that the remote does not know as replaced."""
        there = self.out.inventory.replaced
        return {old: new for old, new in replaced_in(self.store).items() if there.get(old) != new}

    def _writer(self) -> str:
        if self.store.moves.has_events:
            person = self.store.moves.person()
            shown = person.shown[:MOST_WRITER_CHARACTERS]
            return f"{shown} ({person.pseudonym})" if person.shown != person.pseudonym else person.pseudonym
        return str(self.store.settings["author"])[:MOST_WRITER_CHARACTERS]

    # -- heads

    def _move_heads(self, changes: Sequence[RefChange], listings: Sequence[Listing], replaced: Sequence[str]) -> bool:
        """Move the heads. Returns False if somebody else moved one meanwhile.

        The head `work` first: its move fails if a gc took a pack away meanwhile, and until it has moved, no head lists
        the versions, so the next round sends what is missing.
        """
        registry = [change for change in changes if change.ref.startswith(REGISTRY)]
        work = [change for change in changes if not change.ref.startswith(REGISTRY)]
        if (work or listings or replaced) and not self._move("work", work, listings, replaced):
            return False
        return not registry or self._move("registry", registry, listings)

    def _move(
        self, area: Area, changes: Sequence[RefChange], listings: Sequence[Listing], replaced: Sequence[str] = ()
    ) -> bool:
        before = self.remote.heads[area]
        after = self._next(area, before, changes, listings, replaced)
        try:
            moved = self.connection.place(area).move(before, after)
        except RemoteDenied as error:
            if area == "registry":
                raise NotPushed(
                    f"versions and branches were sent, but your rights do not allow you to promote and register models "
                    f"here: {error.message}",
                    "ask somebody with these rights to promote, or send versions only: %mv_push --versions-only",
                ) from error
            raise NotPushed(f"your rights do not allow you to push here: {error.message}", error.hint) from error
        if moved is not None:
            self.remote.heads[area] = moved
        return moved is not None

    def _next(
        self,
        area: Area,
        before: ReadHead,
        changes: Sequence[RefChange],
        new: Sequence[Listing],
        replaced: Sequence[str],
    ) -> Head:
        """Return the head that has the changes and the new segments. replaced: packs that count no more."""
        head = before.head or Head(area, self.connection.config.id, "")
        if not head.history and self.store.moves.has_events and (events := self.store.moves.head()) is not None:
            head = replace(head, history=events.store)
        refs = {ref: value for ref, value in head.refs.items() if ref not in {c.ref for c in changes}}
        refs |= {change.ref: change.after for change in changes}
        listed = {one.key for one in head.segments}
        every = (*head.segments, *(one for one in new if one.key not in listed))
        return head.next(
            refs=dict(sorted(refs.items())), by=self._writer(), at_utc=now_utc(),
            segments=compacted(self.connection, every, head.doomed),
            doomed={**head.doomed, **dict.fromkeys(replaced, now_utc())},
        )  # fmt: skip


def _name_of(pack: Contents | Assembly) -> str:
    return pack.pack.rpartition("/")[2] if isinstance(pack, Contents) else pack.name.hex()


def _counted(chunks: Iterable[bytes | memoryview], meter: Callable[[int], None]) -> Iterator[bytes | memoryview]:
    for chunk in chunks:
        yield chunk
        meter(len(chunk))
