"""Repair: what is damaged moves to the store's quarantine, what can still be read of it comes back, the rest is named.

Nothing is deleted, and what is whole is not touched. What is saved is durable before what it was saved from is moved,
so a repair may be killed anywhere and run again; a second one finds nothing to do. A dry run is the same on a store
laid over the real one.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.catalogue.forgotten import Forgotten
from nbmodelver.catalogue.journal import Journal, salvaged
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged, NbmodelverError, StoreError, StoreTooNew, UnknownVersion
from nbmodelver.model import Problem, Version, VersionId
from nbmodelver.repo.core.costs import Costs
from nbmodelver.repo.core.group_store import GroupStore
from nbmodelver.repo.core.history import HEAD, History
from nbmodelver.repo.core.reachability import documents_of, groups_of
from nbmodelver.store import condemned, layout
from nbmodelver.store.backends.overlay import Overlay
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs

if TYPE_CHECKING:
    from nbmodelver.model import Backend
    from nbmodelver.repo.core.open_store import OpenStore


@dataclass(frozen=True)
class Repair:
    """What a repair did, or would do. moved: what went to the quarantine, and why.

    refs: (name, what it is now) for branches and HEAD that had to move, "" for refs that are gone.
    lost: names of versions that cannot be brought back any more, and versions whose records are lost.
    """

    moved: tuple[Problem, ...] = ()
    saved_parts: int = 0
    saved_records: int = 0
    refs: tuple[tuple[str, str], ...] = ()
    lost: tuple[Problem, ...] = ()
    quarantine: str = ""
    dry_run: bool = False


def repair(store: OpenStore, *, dry_run: bool) -> Repair:
    """Do it, or find out what it would do. Raises StoreError."""
    layout.check(store.backend, for_writing=not dry_run)
    if dry_run:
        return replace(_Repairing(Overlay(store.backend)).run(), dry_run=True)
    with store.parts.exclusive(), store.exclusive_refs():
        return _Repairing(store.backend).run()


@dataclass
class _Repairing:
    """One repair under way, on a backend of which nothing is believed yet."""

    backend: Backend
    moved: list[Problem] = field(default_factory=list)
    turned: list[tuple[str, str]] = field(default_factory=list)
    lost: list[Problem] = field(default_factory=list)
    folder: str = ""

    def run(self) -> Repair:
        """All steps, in an order in which each can rely on those before."""
        self.folder = f"quarantine/{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}/"
        self._move_small_files()
        saved_records = self._save_records()
        found = PartStore(self.backend).salvage(self._move)
        saved_parts = sum(len(own) for _, own in found.saved)
        history = History(Records(self.backend), Refs(self.backend))
        self._bury_lost(history)
        self._turn_refs(history)
        self._name_lost(history)
        done = Repair(
            tuple(self.moved), saved_parts, saved_records, tuple(self.turned), tuple(self.lost),
            self.folder if self.moved else "",
        )  # fmt: skip
        if self.moved or self.turned:
            self.backend.create(f"{self.folder}report", [json.dumps(_as_json(done), indent=1).encode()])
        return done

    def _move(self, key: str, why: str) -> None:
        try:
            self.backend.move(key, self.folder + key.replace("/", "-"))
        except KeyError:  # Someone else took it away.
            return
        except StoreError as error:  # Its name is none that nbmodelver gives.
            self.moved.append(Problem(f"to be moved by hand: {error.message}", key))
            return
        self.moved.append(Problem(why, key))

    # -- what is not records or packs

    def _move_small_files(self) -> None:
        refs = Refs(self.backend)
        try:
            condemned.read(self.backend)
        except Damaged as error:
            self._move(condemned.KEY, error.message)
        for key in refs.damaged_keys():
            self._move(key, "this ref cannot be read")
        try:
            History(Records(self.backend), refs).head_id  # noqa: B018  # whether it can be read
        except Damaged as error:
            self._move(refs.key_of(HEAD), error.message)
        for key, problem in Forgotten(self.backend).unreadable().items():
            self._move(key, problem.message)

    # -- records

    def _save_records(self) -> int:
        """Move what is no record; of damaged journals every record that can be read becomes a file of its own."""
        records = Records(self.backend)
        for key in list(self.backend.list("records/")):
            try:
                records.check_single(key)
                records.read(VersionId(key.rpartition("/")[2]))
            except (NbmodelverError, KeyError) as error:
                if not isinstance(error, StoreTooNew):
                    self._move(key, str(getattr(error, "message", error)))
        saved = 0
        for key in list(self.backend.list("journals/")):
            try:
                journal: Journal | None = Journal(self.backend, key)
                assert journal is not None
                for at in range(journal.block_count):
                    journal.block(at)
            except Damaged as error:
                saved += self._save_journal(key)
                self._move(key, error.message)
            except StoreTooNew:
                continue
        return saved

    def _save_journal(self, key: str) -> int:
        try:
            listed: frozenset[VersionId] | None = Journal(self.backend, key).ids
        except Damaged:
            listed = None
        saved = 0
        for raw in salvaged(bytes(self.backend.read(key))):
            with suppress(Damaged):
                saved += Records(self.backend).write_raw(raw, listed)
        return saved

    # -- history

    def _bury_lost(self, history: History) -> None:
        """Versions that others name and nobody has: from now on they are known to be lost."""
        records, refs = history.records, history.refs.readable()[0]
        present = records.present()
        known = present | records.forgotten.all().keys()
        known |= {VersionId(r.removeprefix("forgotten/")) for r in refs if r.startswith("forgotten/")}
        named = {p for id_ in sorted(present) for p in records.read(id_).parents}
        named |= {VersionId(v) for r, v in refs.items() if r.startswith(("heads/", "tags/"))}
        named |= {history.head_id} if history.head_id else set()
        lost = named - known
        if lost and layout.number(self.backend) >= 2:
            records.forgotten.add_lost(sorted(lost))
        self.lost += [Problem("the record of this version is lost", id_) for id_ in sorted(lost)]

    def _turn_refs(self, history: History) -> None:
        """Branches to the newest readable version made on them, tags of lost versions away, HEAD to its branch."""
        refs = history.refs
        newest: dict[str, Version] = {}
        for version in history.all():
            newest.setdefault(version.branch, version)
        for name, value in refs.readable()[0].items():
            if not name.startswith(("heads/", "tags/")) or _stands(history, value):
                continue
            tip = newest.get(name.removeprefix("heads/")) if name.startswith("heads/") else None
            if tip is None:
                self._move(refs.key_of(name), f"'{name}' named a version that is lost")
                self.turned.append((name, ""))
            else:
                refs.move(name, value, tip.id)
                self.turned.append((name, tip.name))
        moved = any(p.object.startswith("refs/") for p in self.moved)
        self._restore_branches(history, newest if moved else {b: v for b, v in newest.items() if b == history.branch})
        if newest and (history.head_id is None or not _stands(history, history.head_id)):
            branch = history.branch if history.branch in newest else next(iter(newest))
            history.set_head(newest[branch].id, branch)
            self.turned.append((HEAD, newest[branch].name))

    def _restore_branches(self, history: History, newest: dict[str, Version]) -> None:
        """A ref file was damaged, and with it the name of a branch: the versions remember theirs."""
        for branch, version in newest.items():
            if history.refs.get(f"heads/{branch}") is None:
                with suppress(NbmodelverError):
                    history.set_branch(branch, version.id)
                    self.turned.append((f"heads/{branch}", version.name))

    # -- what is lost

    def _name_lost(self, history: History) -> None:
        parts = PartStore(self.backend)
        costs = Costs(GroupStore(parts))
        for version in history.all():
            for group in groups_of(version):
                gone = next((p for p in sorted(costs.of_group(group)) if not parts.has(p)), None)
                if gone is not None:
                    self.lost.append(Problem("cannot be brought back", gone, version.name, ", ".join(group.names)))
            for part in documents_of(version):
                if not all(map(parts.has, costs.with_bases([part]))):
                    self.lost.append(Problem("a document (cells, packages or notebook) is lost", part, version.name))


def _stands(history: History, version_id: str) -> bool:
    """Whether there is such a version, or one that stands for it."""
    try:
        history.version(VersionId(version_id))
    except UnknownVersion:
        return False
    return True


def _as_json(done: Repair) -> dict[str, object]:
    return {
        "moved": [vars(p) for p in done.moved],
        "refs": [list(r) for r in done.refs],
        "lost": [vars(p) for p in done.lost],
    }
