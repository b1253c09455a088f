"""The store of parts: bytes in, ids out, and back. What the folders above see of packs, deltas and threads."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreFull, StoreReadOnly
from nbmodelver.store import collecting, merging, salvaging, verifying
from nbmodelver.store.hashes import id_of, print_of
from nbmodelver.store.index import PartIndex
from nbmodelver.store.lanes import copy
from nbmodelver.store.packs import read_contents
from nbmodelver.store.prints import PRINTS, prints_of
from nbmodelver.store.reading import Reader
from nbmodelver.store.workers import Workers
from nbmodelver.store.writing import PackWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.model import Backend, GcReport, ObjectId, Problem, Progress
    from nbmodelver.store.hashes import Print

LEASE = "lease"
_LOCK_TIMEOUT_S = 30.0
_MOST_KNOWN = 500_000


class PartStore:
    """Parts by id over a backend. Reads from any thread; one writer at a time in a thread, any number of processes.

    threads: for hashing, compressing and reading (default: the cores, at most 8). level: of zstd.
    """

    def __init__(self, backend: Backend, *, threads: int | None = None, level: int = 1) -> None:
        self._backend = backend
        self._workers = Workers(threads)
        self._level = level
        self._index = PartIndex(backend)
        self._reader = Reader(backend, self._index, self._workers)
        self._known: dict[Print, ObjectId] = {}
        self._print_of: Callable[[memoryview], Print] = PRINTS.of

    def watch_pages(self, wanted: bool) -> None:
        """Whether memory that the system says was not written is believed to be so, instead of being hashed."""
        if not wanted:
            PRINTS.forget()
        self._print_of = PRINTS.of if wanted else print_of

    # -- looking

    def has(self, id_: ObjectId) -> bool:
        """Whether a sealed pack lists the part."""
        return self._index.find(id_) is not None

    def size(self, id_: ObjectId) -> int:
        """Raw bytes of the part. Raises MissingPart."""
        return self._reader.place(id_).entry.size

    def stored_size(self, id_: ObjectId) -> int:
        """Bytes on disk for the part, by its share of blocks that it has with others; bases not counted."""
        contents, entry = self._reader.place(id_)
        blocks = [contents.blocks[i] for i in contents.covering(entry)]
        raw = sum(b.raw for b in blocks)
        return -(-sum(b.stored for b in blocks) * entry.size // raw) if raw else 0

    def prints(self, raws: Sequence[memoryview]) -> list[Print]:
        """The prints of the bytes, long ones with all threads."""
        return prints_of(raws, self._print_of, self._workers)

    def bases(self, id_: ObjectId) -> set[ObjectId]:
        """The parts that this one is a delta to, not theirs. Raises MissingPart."""
        contents, entry = self._reader.place(id_)
        return contents.bases_of(entry)

    def pack_sizes(self) -> dict[str, int]:
        """Bytes of each pack that can be read, by key."""
        return {key: contents.size for key, contents in self._index.packs().items()}

    def overhead(self) -> int:
        """Bytes of packs that are no blocks: headers, tables of contents, trailers."""
        return sum(contents.size - contents.stored_bytes for contents in self._index.packs().values())

    def identify(self, raws: Sequence[memoryview]) -> list[ObjectId]:
        """The ids that `put` would give, without writing. Bytes seen before in this process cost only their xxh3."""
        prints = self.prints(raws)
        for raw, print_ in zip(raws, prints, strict=True):
            if print_ not in self._known:
                self._known[print_] = id_of(raw)
        return [self._known[print_] for print_ in prints]

    def copy_many(self, pairs: Sequence[tuple[memoryview, memoryview]]) -> None:
        """Copy each second into its first, with all threads."""
        self._workers.map(lambda pair: copy(*pair), pairs)

    # -- writing

    def lease(self, timeout_s: float = _LOCK_TIMEOUT_S) -> AbstractContextManager[None]:
        """Keep gc out for the block: from the first put until the record that needs the parts is written.

        Shared: any number of commits hold it at once. Goes with the process.
        """
        return self._backend.lock(LEASE, timeout_s, shared=True)

    def alone(self) -> AbstractContextManager[None]:
        """Keep everyone who writes out for the block."""
        return self._backend.lock(LEASE, _LOCK_TIMEOUT_S)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Keep every file where it is for the block: nothing is collected, merged or folded; commits go on."""
        with self.lease(), self._backend.lock("merge", _LOCK_TIMEOUT_S), self._backend.lock("fold", _LOCK_TIMEOUT_S):
            yield

    @contextmanager
    def watched(self) -> Iterator[None]:
        """`still` for who only looks: where the store cannot be written there is no lock, and not for want of one."""
        with ExitStack() as held:
            with suppress(StoreReadOnly, StoreFull):
                held.enter_context(self.still())
            yield

    @contextmanager
    def writing(self, progress: Progress | None = None) -> Iterator[PackWriter]:
        """A writer whose parts become durable and visible together when the block ends normally.

        After an exception, KeyboardInterrupt included, nothing is left. Nothing new: no file is written.
        """
        with self.lease():
            self._index.refresh()
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            writer = self._writer(progress)
            try:
                yield writer
                writer.seal()
            except BaseException:
                writer.abandon()
                raise

    def _writer(self, progress: Progress | None = None, *, again: bool = False) -> PackWriter:
        return PackWriter(self._reader, self._known, self._level, progress, again=again, print_of=self._print_of)

    # -- reading

    def get(self, id_: ObjectId) -> memoryview:
        """The raw bytes in fresh memory that belongs to the caller. Raises MissingPart, Damaged."""
        return self._reader.get(id_)

    def read_into(self, id_: ObjectId, out: memoryview) -> None:
        """Put the raw bytes into `out` (writable, as long as the part), checked there. Raises MissingPart, Damaged."""
        self._reader.fill(id_, out.cast("B") if out.nbytes else out)

    def read_many(self, wanted: Sequence[tuple[ObjectId, memoryview]], progress: Progress | None = None) -> None:
        """`read_into` for many, with all threads, in the order of the disk."""
        self._reader.fill_many([(id_, out.cast("B") if out.nbytes else out) for id_, out in wanted], progress)

    # -- keeping house

    def verify(self, full: bool, progress: Progress | None = None) -> list[Problem]:
        """What is wrong with the packs; [] for a healthy store. full: every byte is decoded and hashed."""
        return verifying.verify(self._reader, full, progress, self.watched)

    def check_pack(self, key: str) -> None:
        """Read every stored byte of a pack and compare it with its sums. Raises Damaged, StoreTooNew, KeyError."""
        verifying.check_pack(read_contents(self._backend, key), self._reader)

    def collect(
        self,
        live: set[ObjectId] | Callable[[], set[ObjectId]],
        *,
        dry_run: bool = False,
        grace_s: float = 3600,
        exact: bool = False,
        allow_empty: bool = False,
    ) -> GcReport:
        """Remove what is not in `live`. A callable is asked while no commit is under way, which makes it exact.

        grace_s: packs younger than this stay. exact: leave no byte of a part that is not live (for purge), instead
        of rewriting only packs that are less than half alive. Raises StoreError for an empty `live` unless told
        that it is meant, Damaged for a pack or MissingPart for a live part that cannot be read: nothing is removed.
        Can be killed anywhere; the next one ends what was begun.
        """
        with self.watched() if dry_run else self.alone():
            found = live() if callable(live) else live
            plan = collecting.plan(self._reader, found, grace_s, exact, allow_empty)
            if dry_run:
                return plan.report(dry_run=True)
            return collecting.carry_out(plan, self._reader, lambda: self._writer(again=True))

    def salvage(self, move: Callable[[str, str], None]) -> salvaging.Finding:
        """Bring what can be read of damaged packs into new ones, then move the damaged, saying why; under `alone`."""
        reader = Reader(self._backend, PartIndex(self._backend), self._workers)
        found = salvaging.find(reader)
        salvaging.carry_out(found, reader, lambda: PackWriter(reader, {}, self._level, again=True), move)
        self._index.refresh()
        return found

    def merge_small(self, most_bytes: int | None = None, timeout_s: float = _LOCK_TIMEOUT_S) -> int:
        """Merge packs below 4 MiB when there are more than 64; the number of packs that went away.

        most_bytes: move no more than this. Raises StoreLocked when another process merges or collects all the time.
        """
        with self.lease(timeout_s), self._backend.lock("merge", timeout_s):
            return merging.merge_small(self._reader, most_bytes)
