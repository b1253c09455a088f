"""A copy of the store in another folder: resumed after a kill, incremental the next time, checked, a store itself.

Refs are looked at first and written last, packs looked at last and written first: whatever others commit meanwhile,
the copy holds the parts of every version in it. Nothing that a backup holds is ever deleted but refs; gc can be run
on it like on any store.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.catalogue.journal import Journal
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import Damaged, StoreError, StoreReadOnly, StoreTooNew, UsageError
from nbmodelver.model import Problem
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
ORDER = ("packs/", "journals/", "records/", "forgotten/")
"""What is copied, in this order: parts before the records that name them."""


@dataclass(frozen=True)
class BackedUp:
    """What a backup did. files, bytes: copied this time. problems: damage in the store, which was not copied."""

    folder: str
    files: int
    bytes: int
    versions: int
    problems: tuple[Problem, ...] = ()


def backup(store: OpenStore, folder: Path, *, full: bool = False, progress: Progress | None = None) -> BackedUp:
    """Bring the copy in `folder` up to date. full: also check what was copied before.

    Raises UsageError for a folder that holds something else, StoreError; then run it again: it goes on from there.
    """
    target = _target(store, folder)
    with ExitStack() as held:
        with suppress(StoreReadOnly):  # Then nobody else changes it either.
            held.enter_context(store.parts.hold_files())
        held.enter_context(target.lock("backup"))
        refs = store.refs.all()
        wanted = {prefix: list(store.backend.list(prefix)) for prefix in reversed(ORDER)}
        wanted["packs/"] = sorted(set(wanted["packs/"]) - condemned.read(store.backend))
        wanted["records/"].sort(key=store.history.records.number_of_key)  # Parents first.
        known = _exists(target, layout.KEY)
        if known:  # Before anything that an older nbmodelver would not understand.
            _copy_format(store.backend, target)
        work = _Copying(store.backend, target, full, progress, sum(map(len, wanted.values())))
        if known:
            held.enter_context(PartStore(target).lease())
            condemned.set_aside(target, _new(target, wanted["packs/"]))
        for prefix in ORDER:
            for key in wanted[prefix]:
                work.bring(key)
            if known and prefix == ORDER[0]:
                condemned.count_again(target)
        _copy_refs(target, refs)
        if not known:  # A first backup that was killed is no store yet.
            _copy_format(store.backend, target)
    there = Records(target)
    return BackedUp(str(folder), work.files, work.bytes, len(there.readable_ids()[0]), tuple(work.problems))


def _new(target: Backend, packs: list[str]) -> list[str]:
    """The packs that are not there, and those of a run that was killed: deltas may come before what they build on."""
    there = set(target.list("packs/")) - condemned.read(target)
    return [key for key in packs if key not in there]


def _target(store: OpenStore, folder: Path) -> LocalBackend:
    """The folder, made if need be. Raises UsageError for one that is no backup of this store."""
    folder = folder.expanduser().absolute()
    root = store.backend.local_path()
    if root is not None:
        here, there = root.resolve(), folder.resolve()
        if here == there or here in there.parents or there in here.parents:
            raise UsageError(f"a backup at {folder} would lie in the store, or around it", "choose a folder beside it")
    if folder.is_dir() and not (folder / "format").exists():
        strange = [p.name for p in folder.iterdir() if p.name not in _OWN]
        if strange:
            raise UsageError(f"{folder} holds something else: {strange[0]}", "choose an empty or a new folder")
    target = LocalBackend(folder, create=True)
    theirs = Records(target).readable_ids()[0]
    ours = store.history.records.present() | set(store.history.records.forgotten.all())
    ours |= {r.removeprefix("forgotten/") for r in store.refs.readable("forgotten/")[0]}  # type: ignore[misc]  # ids
    if theirs and not ours & set(theirs):
        raise UsageError(f"{folder} holds another store", "choose an empty or a new folder")
    return target


_OWN = {"packs", "journals", "records", "forgotten", "refs", "tmp", "locks"}


class _Copying:
    """One run: copies what is not there, checks what it copied, and goes on past what is damaged in the store."""

    def __init__(
        self, source: Backend, target: LocalBackend, full: bool, progress: Progress | None, total: int
    ) -> None:
        self.source, self.target, self.full = source, target, full
        self.files, self.bytes, self.done = 0, 0, 0
        self.problems: list[Problem] = []
        self._progress, self._total = progress, total

    def bring(self, key: str) -> None:
        """Make sure that the target has this file, and that it is whole."""
        new = False
        try:
            if not self._has(key):
                new = True
                self.bytes += self._copy(key)
            if new or self.full:
                check(self.target, key)
        except Damaged as error:
            self._blame(key, error)
        except KeyError as error:
            raise StoreError(f"{key} vanished while it was copied", "run the same command again") from error
        self.files += new
        self.done += 1
        if self._progress:
            self._progress(self.done, self._total, "files copied")

    def _has(self, key: str) -> bool:
        """Whether the file is there; it got its name only when it was complete."""
        try:
            if self.target.size(key) == self.source.size(key):
                return True
        except KeyError:
            return False
        self.target.delete(key)
        return False

    def _copy(self, key: str) -> int:
        size = self.source.size(key)
        self.target.create(key, self._chunks(key, size))
        return size

    def _chunks(self, key: str, size: int) -> Iterator[bytes | memoryview]:
        for at in range(0, size, CHUNK_BYTES):
            yield self.source.read(key, at, CHUNK_BYTES)

    def _blame(self, key: str, error: Damaged) -> None:
        """Say whether the store is damaged, or the copy; a damaged copy is removed, and comes again the next time."""
        self.target.delete(key)
        with suppress(KeyError):
            try:
                check(self.source, key)
            except Damaged:
                self.problems.append(Problem(error.message, key))
                return
        raise StoreError(f"{key} changed on its way to {self.target.where}", "run the same command again") from error


def check(backend: Backend, key: str) -> None:
    """Read every byte of a file of a store and compare it with its own sums. Raises Damaged."""
    try:
        if key.startswith("packs/"):
            PartStore(backend, threads=1).check_pack(key)
        elif key.startswith("journals/"):
            journal = Journal(backend, key)
            for at in range(journal.block_count):
                journal.block(at)
        elif key.startswith("records/"):
            Records(backend).check_single(key)
    except StoreTooNew as error:
        raise Damaged(error.message, error.hint) from error


def _copy_format(source: Backend, target: Backend) -> None:
    now = bytes(source.read(layout.KEY))
    before = bytes(target.read(layout.KEY)) if _exists(target, layout.KEY) else None
    if before != now and not target.swap(layout.KEY, before, now):
        raise StoreError("the format of the backup was changed by someone else", "run the same command again")


def _copy_refs(target: Backend, wanted: dict[str, str]) -> None:
    refs = Refs(target)
    present, damaged = refs.readable()
    if damaged:
        raise damaged[0]
    for name, value in wanted.items():
        if present.get(name) != value:
            refs.move(name, present.get(name), value)
    for name in present.keys() - wanted.keys() if wanted else ():
        refs.delete(name, present[name])


def _exists(backend: Backend, key: str) -> bool:
    try:
        backend.size(key)
    except KeyError:
        return False
    return True
