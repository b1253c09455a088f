"""The part store: stores runs of bytes, returns their ids, and reads them back. The interface for the layers above."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreFull, StoreReadOnly
from nbmodelver.store import collecting, merging, receiving, salvaging, shipping, verifying
from nbmodelver.store.hashes import id_of, print_of
from nbmodelver.store.index import PartIndex
from nbmodelver.store.lanes import copy
from nbmodelver.store.packs import Contents, read_contents, read_ends
from nbmodelver.store.prints import PRINTS, prints_of
from nbmodelver.store.reading import Reader
from nbmodelver.store.receiving import Receiving
from nbmodelver.store.workers import Workers
from nbmodelver.store.writing import PackWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbmodelver.model import Backend, GcReport, ObjectId, Problem, Progress
    from nbmodelver.store.elsewhere import Elsewhere
    from nbmodelver.store.hashes import Print
    from nbmodelver.store.repacking import Assembly
    from nbmodelver.store.shipping import Shipment

LEASE = "lease"
_LOCK_TIMEOUT_S = 30.0
_MOST_KNOWN = 500_000


class PartStore:
    """Parts by id over a backend. Any thread may read; each writer belongs to one thread; any number of processes.

    threads: for hashing, compression and reading (default: number of cores, at most 8). level: zstd level.
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
        """Turn page marks on or off. With them, memory that the system reports as unwritten is not hashed again."""
        if not wanted:
            PRINTS.forget()
        self._print_of = PRINTS.of if wanted else print_of

    # -- queries

    def has(self, id_: ObjectId) -> bool:
        """Return True if a sealed pack lists the part."""
        return self._index.find(id_) is not None

    def size(self, id_: ObjectId) -> int:
        """Return the raw size of the part in bytes. Raises MissingPart."""
        return self._reader.place(id_).entry.size

    def stored_size(self, id_: ObjectId) -> int:
        """Return the bytes on disk of the part. A shared block counts in proportion; bases do not count.

        Raises MissingPart.
        """
        contents, entry = self._reader.place(id_)
        blocks = [contents.blocks[i] for i in contents.covering(entry)]
        raw = sum(b.raw for b in blocks)
        return -(-sum(b.stored for b in blocks) * entry.size // raw) if raw else 0

    def prints(self, raws: Sequence[memoryview]) -> list[Print]:
        """Return the fingerprint of each buffer (see hashes.Print). Large buffers are hashed by all threads."""
        return prints_of(raws, self._print_of, self._workers)

    def bases(self, id_: ObjectId) -> set[ObjectId]:
        """Return the direct bases of the part, without the bases of these. Raises MissingPart."""
        contents, entry = self._reader.place(id_)
        return contents.bases_of(entry)

    def pack_sizes(self) -> dict[str, int]:
        """Return the size in bytes of each readable pack, by key."""
        return {key: contents.size for key, contents in self._index.packs().items()}

    def overhead(self) -> int:
        """Return the bytes of all packs outside of blocks: headers, tables of contents and trailers."""
        return sum(contents.size - contents.stored_bytes for contents in self._index.packs().values())

    def identify(self, raws: Sequence[memoryview]) -> list[ObjectId]:
        """Return the ids that `put` would return, without writing. A buffer seen before costs one xxh3."""
        prints = self.prints(raws)
        for raw, print_ in zip(raws, prints, strict=True):
            if print_ not in self._known:
                self._known[print_] = id_of(raw)
        return [self._known[print_] for print_ in prints]

    def copy_many(self, pairs: Sequence[tuple[memoryview, memoryview]]) -> None:
        """Copy for each (target, source) pair the source into the target, with all threads. Lengths must be equal."""
        self._workers.map(lambda pair: copy(*pair), pairs)

    # -- writing

    def lease(self, timeout_s: float = _LOCK_TIMEOUT_S) -> AbstractContextManager[None]:
        """Hold the lease, shared, for the block: gc waits. Held from the first put until the record is written.

        Any number of commits hold it at once. It ends with the process. Raises StoreLocked after `timeout_s`.
        """
        return self._backend.lock(LEASE, timeout_s, shared=True)

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the lease exclusively for the block: no other writer runs. Raises StoreLocked."""
        return self._backend.lock(LEASE, _LOCK_TIMEOUT_S)

    @contextmanager
    def hold_files(self) -> Iterator[None]:
        """Keep every existing file in place for the block: no gc, merge or folding runs. Commits go on.

        Raises StoreLocked, StoreReadOnly, StoreFull.
        """
        with self.lease(), self._backend.lock("merge", _LOCK_TIMEOUT_S), self._backend.lock("fold", _LOCK_TIMEOUT_S):
            yield

    @contextmanager
    def hold_files_if_writable(self) -> Iterator[None]:
        """Like `hold_files`, for readers: on a read-only or full store the block runs without a lock."""
        with ExitStack() as held:
            with suppress(StoreReadOnly, StoreFull):
                held.enter_context(self.hold_files())
            yield

    @contextmanager
    def writing(self, progress: Progress | None = None) -> Iterator[PackWriter]:
        """Open a writer. Its parts become durable and visible together when the block ends without an exception.

        After an exception, KeyboardInterrupt included, no file remains on disk. If no part is new, no file is written.
        Raises StoreLocked, StoreReadOnly, StoreFull.
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

    # -- other places

    def read_from(self, elsewhere: Elsewhere | None) -> None:
        """Read parts that the store lacks from another place. Commits and gc do not count these parts as stored."""
        self._reader.elsewhere = elsewhere

    def look_elsewhere_again(self) -> None:
        """Tell the other place that it has changed, for example after a fetch."""
        if self._reader.elsewhere is not None:
            self._reader.elsewhere.look_again()

    @contextmanager
    def reading_from(self, elsewhere: Elsewhere) -> Iterator[None]:
        """Read parts that the store lacks from another place for the block."""
        before = self._reader.elsewhere
        self._reader.elsewhere = elsewhere
        try:
            yield
        finally:
            self._reader.elsewhere = before

    def refresh(self) -> None:
        """Read the tables of contents of packs that other processes wrote."""
        self._index.refresh()

    def is_here(self, id_: ObjectId) -> bool:
        """Return True if the store itself had the part when its packs were last listed."""
        return self._index.has(id_)

    def is_elsewhere(self, id_: ObjectId) -> bool:
        """Return True if the store lacks the part, and another place has it."""
        elsewhere = self._reader.elsewhere
        return elsewhere is not None and not self._index.has(id_) and elsewhere.place(id_) is not None

    def shipment(self, ids: Iterable[ObjectId], has: Callable[[ObjectId], bool]) -> Shipment:
        """Return the packs that bring parts to a place. See shipping.py. Raises MissingPart, Damaged."""
        self._index.refresh()
        return shipping.shipment(self._index, self._reader, ids, has, self._backend.where)

    def chunks_of(self, pack: Contents | Assembly) -> Iterator[bytes | memoryview]:
        """Yield the bytes of a pack of a shipment. Raises Damaged, StoreError, and KeyError if its file is gone."""
        if isinstance(pack, Contents):
            return shipping.file_chunks(self._backend, pack)
        return pack.chunks(shipping.stored_blocks(self._reader))

    def ends_of(self, contents: Contents) -> bytes:
        """Return header, table of contents and trailer of a pack file. Raises Damaged, KeyError."""
        return read_ends(self._backend, contents.pack)

    def receiving(self) -> Receiving:
        """Return what takes packs from another place. The caller holds the lease until their records are written."""
        return Receiving(self._reader)

    # -- reading

    def get(self, id_: ObjectId) -> memoryview:
        """Return the raw bytes: 1-D uint8, writable, in new memory that belongs to the caller.

        Raises MissingPart, Damaged.
        """
        return self._reader.get(id_)

    def read_into(self, id_: ObjectId, out: memoryview) -> None:
        """Decode the part into `out` and verify its hash there. Raises MissingPart, Damaged.

        out: writable, C-contiguous, exactly as long as the part. After an error its content is undefined.
        """
        self._reader.fill(id_, out.cast("B") if out.nbytes else out)

    def read_many(self, wanted: Sequence[tuple[ObjectId, memoryview]], progress: Progress | None = None) -> None:
        """`read_into` for many parts, with all threads, in the order in which they lie on disk."""
        self._reader.fill_many([(id_, out.cast("B") if out.nbytes else out) for id_, out in wanted], progress)

    # -- maintenance

    def verify(self, full: bool, progress: Progress | None = None) -> list[Problem]:
        """Return the problems of all packs, [] for a healthy store. full: every byte is decoded and hashed."""
        return verifying.verify(self._reader, full, progress, self.hold_files_if_writable)

    def check_pack(self, key: str) -> None:
        """Read every stored byte of a pack and compare it with its checksums. Raises Damaged, StoreTooNew, KeyError."""
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
        """Remove every part that is not in `live` and that no live part needs as a base.

        live: ids, or a callable that returns them; it is called while no commit runs, so its answer is exact.
        grace_s: packs younger than this many seconds stay. exact: remove every byte of parts that are not live (for
        purge), instead of rewriting only packs with less than LEAST_ALIVE live bytes. allow_empty: accept that nothing
        is live. Raises StoreError for an unexpected empty `live`, Damaged for an unreadable pack and MissingPart for a
        missing live part; nothing is removed then. Can be killed at any moment; the next run completes it.
        """
        with self.hold_files_if_writable() if dry_run else self.exclusive():
            found = live() if callable(live) else live
            plan = collecting.plan(self._reader, found, grace_s, exact, allow_empty)
            if dry_run:
                return plan.report(dry_run=True)
            receiving.clean(self._backend)
            return collecting.carry_out(plan, self._reader, lambda: self._writer(again=True))

    def salvage(self, move: Callable[[str, str], None]) -> salvaging.DamageReport:
        """Copy the readable parts of damaged packs into a new pack, then call `move(key, reason)` for each damaged one.

        The caller holds `exclusive`.
        """
        reader = Reader(self._backend, PartIndex(self._backend), self._workers)
        found = salvaging.find(reader)
        salvaging.carry_out(found, reader, lambda: PackWriter(reader, {}, self._level, again=True), move)
        self._index.refresh()
        return found

    def merge_small(self, most_bytes: int | None = None, timeout_s: float = _LOCK_TIMEOUT_S) -> int:
        """Merge packs below FEW_BYTES if there are more than MANY_PACKS; return by how many packs the store shrinks.

        most_bytes: move no more than this. Raises StoreLocked if another process holds the lock for `timeout_s`.
        """
        with self.lease(timeout_s), self._backend.lock("merge", timeout_s):
            return merging.merge_small(self._reader, most_bytes)
