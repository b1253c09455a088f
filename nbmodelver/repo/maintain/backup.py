"""Backup: an incremental, checked copy of the store in another folder. The copy is a complete store.

Refs are read first and written last; packs are listed last and written first. Whatever other kernels commit meanwhile,
the copy contains the parts of all its versions. An interrupted backup continues with the next run. A backup deletes
only refs in the copy; gc can be run on the copy like on any store.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.catalogue.events.log import read_file
from nbmodelver.catalogue.events.unconfirmed import PREFIX as UNCONFIRMED
from nbmodelver.catalogue.journal import Journal
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged, StoreError, StoreReadOnly, StoreTooNew, UsageError
from nbmodelver.model import Problem
from nbmodelver.repo.core.event_check import COPYING
from nbmodelver.store import condemned, layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.parts import PartStore
from nbmodelver.store.refs import Refs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbmodelver.model import Backend, Progress
    from nbmodelver.repo.core.open_store import OpenStore

CHUNK_BYTES = 8 << 20
ORDER = ("packs/", "origins/", "journals/", "records/", "forgotten/", UNCONFIRMED, "eventlogs/", "events/")
"""Key prefixes of the files to copy, in this order: parts before the records that refer to them, events before refs.

They are listed in the reverse order, so the copy has no unconfirmed event that it takes for a confirmed one.
"""


@dataclass(frozen=True)
class BackedUp:
    """The result of a backup.

    folder: the copy. files, bytes: copied by this run. versions: readable versions in the copy. problems: damaged files
    of the store, which were not copied.
    """

    folder: str
    files: int
    bytes: int
    versions: int
    problems: tuple[Problem, ...] = ()


def backup(store: OpenStore, folder: Path, *, full: bool = False, progress: Progress | None = None) -> BackedUp:
    """Update the copy in `folder`, or create it. full: also check the files that were copied before.

    Raises UsageError if the folder contains anything else, StoreError. After an error, the next run continues.
    """
    target = _target(store, folder)
    with ExitStack() as locks:
        with suppress(StoreReadOnly):  # No other process can change a read-only store either.
            locks.enter_context(store.parts.hold_files())
        locks.enter_context(target.lock("backup"))
        refs = _refs_of(store)
        keys = {prefix: list(store.backend.list(prefix)) for prefix in reversed(ORDER)}
        keys["packs/"] = sorted(set(keys["packs/"]) - condemned.read(store.backend))
        keys["records/"].sort(key=store.history.records.number_of_key)  # Parents first.
        is_update = _exists(target, layout.KEY)
        if is_update:  # Before any file that an older release cannot read.
            _copy_format(store.backend, target)
            _mark(Refs(target))
        work = _Copying(store.backend, target, full, progress, sum(map(len, keys.values())))
        if is_update:
            locks.enter_context(PartStore(target).lease())
            condemned.set_aside(target, _new(target, keys["packs/"]))
        for prefix in ORDER:
            for key in keys[prefix]:
                work.copy(key)
            if is_update and prefix == ORDER[0]:
                condemned.count_again(target)
        _copy_refs(target, refs)
        if not is_update:  # Last, so that an interrupted first backup is not taken for a store.
            _copy_format(store.backend, target)
    copied = Records(target)
    return BackedUp(str(folder), work.files, work.bytes, len(copied.readable_ids()[0]), tuple(work.problems))


def _new(target: Backend, packs: list[str]) -> list[str]:
    """Return the packs that the copy lacks, and those of an interrupted run, whose bases may be missing."""
    present = set(target.list("packs/")) - condemned.read(target)
    return [key for key in packs if key not in present]


def _target(store: OpenStore, folder: Path) -> LocalBackend:
    """Open the folder of the copy, and create it if it is missing. Raises UsageError unless it is a valid target."""
    folder = folder.expanduser().absolute()
    root = store.backend.local_path()
    if root is not None:
        source, copy = root.resolve(), folder.resolve()
        if source == copy or source in copy.parents or copy in source.parents:
            raise UsageError(
                f"the folder {folder} is inside the store or contains it", "choose a folder outside of the store"
            )
    if folder.is_dir() and not (folder / "format").exists():
        foreign = [p.name for p in folder.iterdir() if p.name not in _OWN]
        if foreign:
            raise UsageError(f"{folder} contains other files: {foreign[0]}", "choose an empty or a new folder")
    target = LocalBackend(folder, create=True)
    theirs = Records(target).readable_ids()[0]
    ours = store.history.records.present() | set(store.history.records.forgotten.all())
    ours |= {r.removeprefix("forgotten/") for r in store.refs.readable("forgotten/")[0]}  # type: ignore[misc]  # ids
    if theirs and not ours & set(theirs):
        raise UsageError(f"{folder} contains another store", "choose an empty or a new folder")
    return target


_OWN = {*(prefix.rstrip("/") for prefix in ORDER), "refs", "tmp", "locks"}


class _Copying:
    """One run of a backup: copies missing files and checks them. Damaged files of the store do not stop it."""

    def __init__(
        self, source: Backend, target: LocalBackend, full: bool, progress: Progress | None, total: int
    ) -> None:
        self.source, self.target, self.full = source, target, full
        self.files, self.bytes, self.done = 0, 0, 0
        self.problems: list[Problem] = []
        self._progress, self._total = progress, total

    def copy(self, key: str) -> None:
        """Copy a file if the target lacks it, and check the copy.

        Raises StoreError if the file disappears meanwhile, or if the copy is damaged but the original is not.
        """
        is_new = False
        try:
            if not self._has(key):
                is_new = True
                self.bytes += self._write(key)
            if is_new or self.full:
                check(self.target, key)
        except Damaged as error:
            self._report(key, error)
        except KeyError as error:
            raise StoreError(f"{key} was deleted while it was copied", "run the same command again") from error
        self.files += is_new
        self.done += 1
        if self._progress:
            self._progress(self.done, self._total, "files copied")

    def _has(self, key: str) -> bool:
        """Return True if the target has the file. A file of another size is deleted in the target."""
        try:
            if self.target.size(key) == self.source.size(key):
                return True
        except KeyError:
            return False
        self.target.delete(key)
        return False

    def _write(self, key: str) -> int:
        """Copy a file and return its size in bytes."""
        size = self.source.size(key)
        self.target.create(key, self._chunks(key, size))
        return size

    def _chunks(self, key: str, size: int) -> Iterator[bytes | memoryview]:
        for at in range(0, size, CHUNK_BYTES):
            yield self.source.read(key, at, CHUNK_BYTES)

    def _report(self, key: str, error: Damaged) -> None:
        """Delete a damaged copy. If the original is damaged too, add a problem; else raise StoreError."""
        self.target.delete(key)
        with suppress(KeyError):
            try:
                check(self.source, key)
            except Damaged:
                self.problems.append(Problem(error.message, key))
                return
        raise StoreError(
            f"the copy of {key} in {self.target.where} was damaged and is deleted", "run the same command again"
        ) from error


def check(backend: Backend, key: str) -> None:
    """Read a file of a store completely and verify its checksums. Raises Damaged, KeyError if it is missing."""
    try:
        if key.startswith("packs/"):
            PartStore(backend, threads=1).check_pack(key)
        elif key.startswith(("journals/", "eventlogs/")):
            journal = Journal(backend, key)
            for at in range(journal.block_count):
                journal.block(at)
        elif key.startswith("records/"):
            Records(backend).check_single(key)
        elif key.startswith("events/"):
            read_file(backend, key)
    except StoreTooNew as error:
        raise Damaged(error.message, error.hint) from error


def _mark(refs: Refs) -> None:
    """Mark the copy as incomplete: until its refs are copied too, they may disagree with its events."""
    if refs.get(COPYING) is None:
        refs.move(COPYING, None, "a backup is running, or was interrupted")


def _refs_of(store: OpenStore) -> dict[str, str]:
    """Return all refs as they are between two moves."""
    with ExitStack() as locks:
        with suppress(StoreReadOnly):
            locks.enter_context(store.backend.lock("moves"))
        return store.refs.all()


def _copy_format(source: Backend, target: Backend) -> None:
    now = bytes(source.read(layout.KEY))
    before = bytes(target.read(layout.KEY)) if _exists(target, layout.KEY) else None
    if before != now and not target.swap(layout.KEY, before, now):
        raise StoreError("another process changed the format of the backup", "run the same command again")


def _copy_refs(target: Backend, source: dict[str, str]) -> None:
    """Set the refs of the target to those of the source. Without any source refs, none is deleted."""
    refs = Refs(target)
    present, damaged = refs.readable()
    if damaged:
        raise damaged[0]
    for name, value in source.items():
        if present.get(name) != value:
            refs.move(name, present.get(name), value)
    for name in present.keys() - source.keys() - {COPYING} if source else ():
        refs.delete(name, present[name])
    refs.delete(COPYING)


def _exists(backend: Backend, key: str) -> bool:
    try:
        backend.size(key)
    except KeyError:
        return False
    return True
