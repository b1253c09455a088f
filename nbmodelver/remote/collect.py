"""Garbage collection at a remote: mark, condemn, wait, check again, delete. Safe beside pushes of any release.

The heads move atomically, so a push and a gc never both succeed with contradicting views: whoever is second reads the
head again. A pack is deleted only after a head names it in `doomed`; a push that sees it there sends its parts under
another name. A name stays there for weeks, and a deletion that has lasted longer than a day stops, so the gc of a
laptop that slept meanwhile does not delete a new object of the same name.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.errors import NotPushed
from nbmodelver.model.remotes import Collected
from nbmodelver.remote import segments
from nbmodelver.remote.compaction import send_segment
from nbmodelver.remote.heads import AREAS
from nbmodelver.remote.known import free_name, pack_key
from nbmodelver.remote.marking import (
    CollectPlan,
    affected_packs,
    age_s,
    is_read_in,
    last_of,
    name_of,
    needed_parts,
    unneeded_packs,
)
from nbmodelver.remote.numbered_heads import superfluous
from nbmodelver.remote.remotes import now_utc
from nbmodelver.remote.segments import PREFIX as SEGMENTS
from nbmodelver.remote.segments import SentPack
from nbmodelver.remote.transfer import Meter, Remote, ids_in
from nbmodelver.store.elsewhere import with_bases
from nbmodelver.store.packs import Contents
from nbmodelver.store.repacking import assembled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from nbmodelver.model import Progress, VersionId
    from nbmodelver.model.remotes import Listed
    from nbmodelver.remote.heads import Area, Head, Listing
    from nbmodelver.remote.remotes import RemoteConnection
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.store.packs import Block

DAY_S = 86400.0
LEAST_GRACE_S = DAY_S
"""Objects that no head lists are those of pushes under way until they are this old. A push that takes longer than half
of it checks that its packs are still there."""

DOOMED_S = 30 * DAY_S
"""How long the name of a deleted object is not used again."""

LONGEST_DELETION_S = DAY_S
"""A deletion stops this long after the head was read that allows it. The next gc continues it."""

PACK_DIGITS = 32
KEYS_AT_ONCE = 1000
ROUNDS = 10
_NUMBERED = re.compile(r"[a-z]+/(\d{12})")


@dataclass(frozen=True)
class CollectOptions:
    """How to collect.

    grace_s: seconds between marking and deletion. forgotten: drop versions that were forgotten here and that no ref of
    the remote needs. drop: versions to drop in any case. exact: rewrite and delete at once every pack with a part that
    is not needed, for a purge.
    """

    grace_s: float = 7 * DAY_S
    forgotten: bool = False
    drop: frozenset[VersionId] = frozenset()
    exact: bool = False
    dry_run: bool = False


def collect(
    store: OpenStore,
    connection: RemoteConnection,
    options: CollectOptions | None = None,
    progress: Progress | None = None,
) -> Collected:
    """Remove what no version of the remote needs.

    Raises NotPushed if the rights or the place do not allow it, RemoteChanged if a recipe cannot be read, RemoteError.
    It can be interrupted at each moment; the next gc continues.
    """
    options = options or CollectOptions()
    if connection.config.rule == "single writer" and not options.dry_run:
        raise NotPushed(
            f"{connection.storage.where} cannot tell concurrent writers apart, so gc beside a push would lose data",
            "stop all pushes, and copy the remote: add another one and push everything there",
        )
    for _ in range(ROUNDS):
        done = _Collecting(store, connection, options, progress).run()
        if done is not None:
            return done
    raise NotPushed(f"{connection.storage.where} was moved by others during this gc", "run the same command again")


class _Collecting:
    """One attempt."""

    def __init__(
        self, store: OpenStore, connection: RemoteConnection, options: CollectOptions, progress: Progress | None
    ) -> None:
        self.store, self.connection, self.options, self.progress = store, connection, options, progress
        self.remote = Remote(store, connection)

    def run(self) -> Collected | None:
        """Collect; None if somebody else moved a head meanwhile."""
        self.remote.read()
        self.read_at = time.time()
        head = self.remote.head("work")
        if head is None:
            return Collected(self.remote.name, 0, dry_run=self.options.dry_run)
        present = self._present()
        if not self.options.dry_run:
            self._delete(head.doomed.keys() & present.keys())  # Those of a gc that was interrupted.
        plan = self._plan(head, present)
        if self.options.dry_run:
            return plan.result
        if plan.result.did_nothing:
            self.connection.storage.delete(plan.old_heads)
            self.remote.remember()
            return plan.result
        made = self._resend(plan) if self.options.exact else self._rewrite(plan)
        still = {name: since for name, since in head.doomed.items() if name in present or _is_recent(since)}
        if not self._move(plan, made, head.doomed.keys(), still):
            return None
        self.read_at = time.time()
        self._delete(plan.doomed)
        self.connection.storage.delete(plan.old_heads)
        self.remote.remember()
        return plan.result

    def _plan(self, head: Head, present: Mapping[str, Listed]) -> CollectPlan:
        """Return what to mark, to rewrite and to delete."""
        dropped, inventory = self._dropped(), self.remote.inventory
        kept = [id_ for id_ in inventory.versions if id_ not in dropped]
        remote = self.remote.parts()
        lasting = {name: size for name, size in inventory.packs.items() if name not in head.condemned}
        index = self.connection.known.parts(lasting, self.remote.listings)
        wanted = needed_parts(self.remote, remote, kept, self.progress)
        needed = {id_ for id_, place in with_bases(remote.index, wanted).items() if place}
        if self.options.exact:
            unneeded, rewritable = affected_packs(remote.index, wanted)
        else:
            unneeded, rewritable = unneeded_packs(remote.index, index, needed, self.remote.condemned)
        now = datetime.now(UTC)
        waited = {p for p, since in head.condemned.items() if age_s(since, now) >= self.options.grace_s}
        doomed = set(unneeded) if self.options.exact else waited & set(unneeded)
        waiting = {p: s for p, s in head.condemned.items() if p in unneeded and p not in doomed}
        fresh = [p for p in unneeded if p not in head.condemned and p not in doomed]
        old = [name_of(c) for c in rewritable]
        stale = self._unlisted(head, present)
        listed = self._touched(head, dropped, {*doomed, *old}) if self.options.exact else []
        sizes = {**inventory.packs, **stale, **{last_of(one.key): one.size_bytes for one in listed}}
        gone = {*doomed, *stale, *(old if self.options.exact else ()), *(last_of(one.key) for one in listed)}
        condemned = {**waiting, **dict.fromkeys([*fresh, *([] if self.options.exact else old)], now_utc())}
        result = Collected(
            self.remote.name, len(kept), len(gone), sum(sizes[name] for name in gone), len(condemned) - len(waiting),
            sum(sizes[name] for name in condemned if name not in waiting), len(waiting), len(dropped),
            sum(c.size for c in rewritable), self.options.dry_run,
        )  # fmt: skip
        return CollectPlan(
            result, remote, index, frozenset(wanted if self.options.exact else needed), tuple(rewritable),
            frozenset(gone), frozenset(gone | head.doomed.keys()), condemned, frozenset(dropped), self._old_heads(),
        )  # fmt: skip

    # -- mark

    def _dropped(self) -> set[VersionId]:
        """Return the versions that the remote will not have any more."""
        inventory = self.remote.inventory
        found = {id_ for id_ in self.options.drop if id_ in inventory.versions}
        found |= {id_ for id_ in inventory.replaced if id_ in inventory.versions}
        if self.options.forgotten:
            forgotten = self.store.history.records.forgotten.all()
            under = set(inventory.ancestors(self._starts(), lambda _id: False))
            found |= {id_ for id_ in inventory.versions if id_ in forgotten and id_ not in under}
        return found

    def _starts(self) -> Iterator[VersionId]:
        for value in self.remote.refs.values():
            yield from ids_in(value)  # type: ignore[misc]  # ids

    def _present(self) -> dict[str, Listed]:
        """Return name -> object of all packs and segments at the place."""
        return {last_of(one.key): one for p in ("packs/", SEGMENTS) for one in self.connection.storage.list(p)}

    def _unlisted(self, head: Head, present: Mapping[str, Listed]) -> dict[str, int]:
        """Return name -> size of packs and segments that no head lists and that are too old to be of a push."""
        listed = {last_of(one.key) for one in self.remote.listings} | self.remote.inventory.packs.keys()
        grace = max(self.options.grace_s, LEAST_GRACE_S)
        return {
            name: one.size_bytes
            for name, one in present.items()
            if name not in listed and name not in head.doomed and one.age_s is not None and one.age_s >= grace
        }

    def _old_heads(self) -> list[str]:
        """Return the keys of numbered heads that nobody needs any more."""
        if self.connection.config.rule != "numbered":
            return []
        return [f"{area}/{number:012}" for area in AREAS for number in superfluous(self._numbers(area))]

    def _numbers(self, area: Area) -> list[int]:
        return [
            int(match[1]) for one in self.connection.storage.list(f"{area}/") if (match := _NUMBERED.fullmatch(one.key))
        ]

    # -- rewrite

    def _rewrite(self, plan: CollectPlan) -> list[SentPack]:
        """Send new packs with the needed parts of old ones, and return them."""
        meter = Meter(self.progress, "bytes rewritten", sum(c.size for c in plan.rewritable))
        made = []
        for contents in plan.rewritable:
            kept = [e for e in contents.entries if e.id in plan.needed and is_read_in(plan.lasting, contents, e.id)]
            pack = assembled([(contents, kept)])
            if pack is None:
                continue
            pack = pack.named(bytes.fromhex(free_name(pack.name.hex(), plan.taken)))

            def read(sources: Sequence[tuple[Contents, Block]], own: Contents = contents) -> Iterator[bytes]:
                for stored in plan.parts.stored(own, [block for _, block in sources]):
                    meter(len(stored))
                    yield stored

            self.connection.storage.put(pack_key(pack.name.hex()), pack.chunks(read), pack.size)
            made.append(SentPack(pack.name.hex(), pack.size, pack.ends))
        return made

    def _resend(self, plan: CollectPlan) -> list[SentPack]:
        """Send the needed parts of packs that have others again, from this store, and return the new packs.

        Their blocks cannot be copied: a block of small parts has the bytes of all of them, and a delta may have an
        unneeded part as its base. This store has encoded them again, or does so now.
        """
        affected = {c.pack for c in plan.rewritable}
        clean = {name_of(c): c.size for key, c in plan.parts.index.packs().items() if key not in affected | _keys(plan)}
        there = self.connection.known.parts(clean, self.remote.listings)
        ids = {e.id for c in plan.rewritable for e in c.entries if e.id in plan.needed and not there.has(e.id)}
        with self.store.parts.reading_from(plan.parts):
            plan.parts.prepare([id_ for id_ in ids if not self.store.parts.is_here(id_)])
            with self.store.parts.writing() as writer:
                for id_ in sorted(ids):
                    if not self.store.parts.is_here(id_):
                        writer.put(self.store.parts.get(id_))
        shipment = self.store.parts.shipment(ids, there.has)
        meter = Meter(self.progress, "bytes sent", shipment.bytes)
        made = []
        for one in shipment.packs:
            name = secrets.token_bytes(16)  # Never the name of a pack that is being deleted.
            pack = assembled([(one, one.entries)], name) if isinstance(one, Contents) else one.named(name)
            assert pack is not None
            self.connection.storage.put(pack_key(pack.name.hex()), self.store.parts.chunks_of(pack), pack.size)
            meter(pack.size)
            made.append(SentPack(pack.name.hex(), pack.size, pack.ends))
        return made

    # -- heads

    def _move(
        self, plan: CollectPlan, made: Sequence[SentPack], gone: Collection[str], still: Mapping[str, str]
    ) -> bool:
        """Move the heads: name what is condemned and doomed, list the rewritten packs, leave dropped versions out.

        gone: names that were doomed before. Their tables of contents leave the segments. still: those of them that
        remain doomed. Returns False if somebody else moved a head meanwhile.
        """
        for area in AREAS:
            before = self.remote.heads[area]
            head = before.head
            if head is None:
                continue
            listed = self._listed(head, plan, gone, made if area == "work" else ())
            after = head.next(segments=listed, by=head.by, at_utc=now_utc())
            if area == "work":
                doomed = {**still, **dict.fromkeys(plan.doomed, now_utc())}
                after = replace(
                    after, condemned=dict(sorted(plan.condemned.items())), doomed=dict(sorted(doomed.items()))
                )
            elif listed == head.segments:
                continue
            moved = self.connection.place(area).move(before, after)
            if moved is None:
                return False
            self.remote.heads[area] = moved
        return True

    def _listed(
        self, head: Head, plan: CollectPlan, gone: Collection[str], made: Sequence[SentPack]
    ) -> tuple[Listing, ...]:
        """Return the segments of a head without dropped versions and deleted packs, and with the rewritten packs."""
        without = plan.doomed.union(gone)
        touched = self._touched(head, plan.dropped, without)
        if not touched and not made:
            return head.segments
        merged = segments.merged([self.connection.known.segment(s) for s in touched], without)
        merged = replace(
            merged,
            packs=(*merged.packs, *made),
            records=tuple(r for r in merged.records if r.id not in plan.dropped),
            forgotten={**merged.forgotten, **self._tombstones(plan.dropped)},
        )
        runs = [] if merged.is_empty else segments.runs(merged)
        new = [send_segment(self.connection, run, without) for run in runs]
        return (*(s for s in head.segments if s not in touched), *new)

    def _touched(self, head: Head, dropped: Collection[VersionId], packs: Collection[str]) -> list[Listing]:
        """Return the segments of a head that list one of the versions or packs."""
        indexes = [(one, self.connection.known.index(one)) for one in head.segments]
        return [one for one, i in indexes if set(dropped) & i.versions.keys() or set(packs) & i.packs.keys()]

    def _tombstones(self, dropped: Iterable[VersionId]) -> dict[VersionId, tuple[int, tuple[VersionId, ...]]]:
        """Return what remains of dropped versions: number and parents. Replaced ones are named in `replaced`."""
        inventory = self.remote.inventory
        return {id_: inventory.versions[id_] for id_ in dropped if id_ not in inventory.replaced}

    def _delete(self, names: Iterable[str]) -> None:
        """Delete packs (32 hex digits) and segments (40), unless the head that allows it was read too long ago."""
        keys = [pack_key(n) if len(n) == PACK_DIGITS else f"{SEGMENTS}{n[:2]}/{n}" for n in sorted(names)]
        for at in range(0, len(keys), KEYS_AT_ONCE):
            if not 0 <= time.time() - self.read_at < LONGEST_DELETION_S:
                return
            self.connection.storage.delete(keys[at : at + KEYS_AT_ONCE])


def _is_recent(since: str) -> bool:
    return age_s(since, datetime.now(UTC)) < DOOMED_S


def _keys(plan: CollectPlan) -> set[str]:
    return {pack_key(name) for name in plan.doomed if len(name) == PACK_DIGITS}
