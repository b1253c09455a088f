"""Repair: moves damaged files to the quarantine of the store, restores their readable content, reports the losses.

Nothing is deleted, and intact files are not touched. Restored content is durable before the damaged file is moved, so a
repair can be run again after a kill. A second repair finds nothing to do. A dry run works on an overlay of the store.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.log import EventLog
from nbmodelver.catalogue.forgotten import Forgotten
from nbmodelver.catalogue.journal import Journal, salvaged
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged, NbmodelverError, StoreError, StoreTooNew, UnknownVersion
from nbmodelver.model import Problem, Version, VersionId
from nbmodelver.repo.core.costs import Costs
from nbmodelver.repo.core.group_store import GroupStore
from nbmodelver.repo.core.history import HEAD, History
from nbmodelver.repo.core.identity import Identities
from nbmodelver.repo.core.moves import FORMAT, EventDraft, Moves
from nbmodelver.repo.core.reachability import documents_of, groups_of
from nbmodelver.repo.core.settings import Settings
from nbmodelver.store import condemned, layout
from nbmodelver.store.backends.overlay import Overlay
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs

if TYPE_CHECKING:
    from nbmodelver.model import Backend
    from nbmodelver.repo.core.open_store import OpenStore


@dataclass(frozen=True)
class Repair:
    """The result of a repair.

    moved: the files that were moved to the quarantine, with the reasons. saved_parts, saved_records: the numbers of
    parts and records that were restored from damaged files. refs: (name, new version) for branches and HEAD that moved,
    (name, "") for deleted refs. lost: names of versions that cannot be restored, and versions whose records are lost.
    quarantine: the key prefix of the moved files, "" if none was moved.
    """

    moved: tuple[Problem, ...] = ()
    saved_parts: int = 0
    saved_records: int = 0
    refs: tuple[tuple[str, str], ...] = ()
    lost: tuple[Problem, ...] = ()
    quarantine: str = ""
    dry_run: bool = False


def repair(store: OpenStore, *, dry_run: bool) -> Repair:
    """Repair the store. dry_run: only report the changes. Raises StoreReadOnly, InUse, StoreError."""
    layout.check(store.backend, for_writing=not dry_run)
    if dry_run:
        return replace(_Repairing(Overlay(store.backend)).run(), dry_run=True)
    with store.parts.exclusive(), store.exclusive_refs():
        return _Repairing(store.backend).run()


@dataclass
class _Repairing:
    """One repair, on a backend whose files may all be damaged."""

    backend: Backend
    moved: list[Problem] = field(default_factory=list)
    moved_refs: list[tuple[str, str]] = field(default_factory=list)
    lost: list[Problem] = field(default_factory=list)
    folder: str = ""

    def run(self) -> Repair:
        """Run all steps. Each can rely on the results of those before it."""
        self.folder = f"quarantine/{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}/"
        self._move_small_files()
        saved_records = self._save_records()
        salvaged_packs = PartStore(self.backend).salvage(self._move)
        saved_parts = sum(len(own) for _, own in salvaged_packs.saved)
        refs = Refs(self.backend)
        moves = Moves(self.backend, refs, EventLog(self.backend), Identities(), Settings(refs))
        self.moved_refs += [(ref, "its last event") for ref in (moves.rebuild() if self._has_events else ())]
        history = History(Records(self.backend), refs, moves)
        self._mark_lost_versions(history)
        self._move_refs(history)
        self._report_lost_values(history)
        result = Repair(
            tuple(self.moved), saved_parts, saved_records, tuple(self.moved_refs), tuple(self.lost),
            self.folder if self.moved else "",
        )  # fmt: skip
        if self.moved or self.moved_refs:
            self.backend.create(f"{self.folder}report", [json.dumps(_as_json(result), indent=1).encode()])
        return result

    @property
    def _has_events(self) -> bool:
        return layout.number(self.backend) >= FORMAT

    def _move(self, key: str, reason: str) -> None:
        """Move a file to the quarantine and record the reason."""
        try:
            self.backend.move(key, self.folder + key.replace("/", "-"))
        except KeyError:  # Another process deleted it.
            return
        except StoreError as error:  # The backend rejects file names that no store has.
            self.moved.append(Problem(f"cannot be moved, move it by hand: {error.message}", key))
            return
        self.moved.append(Problem(reason, key))

    # -- files other than records and packs

    def _move_small_files(self) -> None:
        """Move unreadable refs, lists of condemned packs and files of forgotten versions to the quarantine."""
        refs = Refs(self.backend)
        try:
            condemned.read(self.backend)
        except Damaged as error:
            self._move(condemned.KEY, error.message)
        for key in refs.damaged_keys():
            self._move(key, "this ref cannot be read")
        try:
            History(Records(self.backend), refs).head_id  # noqa: B018  # raises Damaged if HEAD is unreadable
        except Damaged as error:
            self._move(refs.key_of(HEAD), error.message)
        for key, problem in Forgotten(self.backend).unreadable().items():
            self._move(key, problem.message)

    # -- records

    def _save_records(self) -> int:
        """Move damaged records and journals; write each readable record of a damaged journal to a file of its own.

        Returns the number of restored records.
        """
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
        """Write the readable records of a damaged journal as single files. Returns their number."""
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

    def _mark_lost_versions(self, history: History) -> None:
        """Record tombstones for versions to which parents or refs point but whose records are missing."""
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

    def _move_refs(self, history: History) -> None:
        """Repair refs to lost versions.

        Branches move to their newest readable version, or to the quarantine without one. Tags move to the quarantine.
        HEAD moves to the version of its branch, or of another branch.
        """
        refs = history.refs
        newest: dict[str, Version] = {}
        for version in history.all():
            newest.setdefault(version.branch, version)
        for name, value in refs.readable()[0].items():
            if not name.startswith(("heads/", "tags/")) or _exists(history, value):
                continue
            tip = newest.get(name.removeprefix("heads/")) if name.startswith("heads/") else None
            if tip is None:
                self._move(refs.key_of(name), f"'{name}' points to a lost version")
                self.moved_refs.append((name, ""))
            else:
                history.move_all(EventDraft("repair", name), [(name, value, tip.id)])
                self.moved_refs.append((name, tip.name))
        moved = any(p.object.startswith("refs/") for p in self.moved)
        self._restore_branches(history, newest if moved else {b: v for b, v in newest.items() if b == history.branch})
        if newest and (history.head_id is None or not _exists(history, history.head_id)):
            branch = history.branch if history.branch in newest else next(iter(newest))
            history.set_head(newest[branch].id, branch)
            self.moved_refs.append((HEAD, newest[branch].name))

    def _restore_branches(self, history: History, newest: dict[str, Version]) -> None:
        """Create branches that are missing because their ref file was damaged. Versions contain the branch name."""
        for branch, version in newest.items():
            if history.refs.get(f"heads/{branch}") is None:
                with suppress(NbmodelverError):
                    history.move_all(EventDraft("repair", f"heads/{branch}"), [(f"heads/{branch}", None, version.id)])
                    self.moved_refs.append((f"heads/{branch}", version.name))

    # -- losses

    def _report_lost_values(self, history: History) -> None:
        """Add a problem for each group and document that lacks a part."""
        parts = PartStore(self.backend)
        costs = Costs(GroupStore(parts))
        for version in history.all():
            for group in groups_of(version):
                missing = next((p for p in sorted(costs.of_group(group)) if not parts.has(p)), None)
                if missing is not None:
                    self.lost.append(Problem("cannot be restored", missing, version.name, ", ".join(group.names)))
            for part in documents_of(version):
                if not all(map(parts.has, costs.with_bases([part]))):
                    self.lost.append(Problem("a document (cells, packages or notebook) is lost", part, version.name))


def _exists(history: History, version_id: str) -> bool:
    """Return True if the version or a replacement of it exists. Raises Damaged."""
    try:
        history.version(VersionId(version_id))
    except UnknownVersion:
        return False
    return True


def _as_json(result: Repair) -> dict[str, object]:
    return {
        "moved": [vars(p) for p in result.moved],
        "refs": [list(r) for r in result.refs],
        "lost": [vars(p) for p in result.lost],
    }
