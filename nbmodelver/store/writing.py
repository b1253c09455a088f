"""The pack writer: takes parts, encodes them into blocks, and makes all of them visible when the pack is sealed."""

from __future__ import annotations

import secrets
from collections import deque
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, StoreError
from nbmodelver.model import ObjectId, Progress
from nbmodelver.store.blocks import Encoded, changed_meanwhile, copied, encoded, encoded_solid, finished
from nbmodelver.store.choice import width_of
from nbmodelver.store.hashes import Print, id_of, print_of
from nbmodelver.store.index import PREFIX
from nbmodelver.store.jobs import Job
from nbmodelver.store.limits import MAX_DEPTH, SEGMENT_BYTES, SMALL_BYTES
from nbmodelver.store.packs import Entry, NewBlock, Use, ending, header, read_contents
from nbmodelver.store.planning import Planner
from nbmodelver.store.prints import WORTH_A_TASK_BYTES, prints_of
from nbmodelver.store.reading import LARGE_BYTES
from nbmodelver.store.rows import LEAST_COLUMNS
from nbmodelver.store.sealing import Stream
from nbmodelver.store.workers import stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbmodelver.store.deltas import Piece
    from nbmodelver.store.jobs import Prepared
    from nbmodelver.store.ranges import Base
    from nbmodelver.store.reading import Reader

Item = tuple["bytes | bytearray | memoryview", ObjectId | None, str]
"""(raw bytes, id of a similar part or None, layout): the arguments of `PackWriter.put`."""

_NEAR_SMALL_BYTES = 256 << 10
"""Largest base of a small part: each base of a shared block is decoded whole."""


@dataclass
class _Batch:
    """Small parts collected for one shared block. parts: (id, start in `raw`, size). bases: id -> raw bytes."""

    raw: bytearray = field(default_factory=bytearray)
    parts: list[tuple[ObjectId, int, int]] = field(default_factory=list)
    bases: dict[ObjectId, bytes] = field(default_factory=dict)
    depth: int = 0


@dataclass(frozen=True)
class _Listed:
    id: ObjectId
    raw_start: int
    size: int
    depth: int
    blocks: range


class PackWriter:
    """Stores parts and returns their ids. Created by PartStore.writing; for one thread.

    A part that the store already has costs one hash and writes nothing, unless the writer was created with `again`.
    """

    def __init__(
        self,
        reader: Reader,
        known: dict[Print, ObjectId],
        level: int = 1,
        progress: Progress | None = None,
        *,
        again: bool = False,
        print_of: Callable[[memoryview], Print] = print_of,
    ) -> None:
        """known: fingerprints of this process -> ids; updated by `seal`. again: also write parts that are stored.

        print_of: returns the fingerprint of live memory; may return a cached one if the memory is unwritten.
        """
        self._print_of = print_of
        self._reader, self._index, self._workers = reader, reader.index, reader.workers
        self._known, self._level, self._progress = known, level, progress
        self._name = secrets.token_bytes(16)
        self._key = f"{PREFIX}{self._name.hex()}"
        self._stream = Stream(reader.backend, self._key)
        self._new: dict[Print, ObjectId] = {}
        self._pending: set[ObjectId] = set()
        self._running: deque[Future[Encoded]] = deque()
        self._blocks: list[NewBlock] = []
        self._listed: list[_Listed] = []
        self._batches: dict[tuple[str, bool], _Batch] = {}
        self._submitted = 0
        self._raw_at = 0
        self._planner = Planner(reader, self._has, level)
        self._broken = False
        self._again = again

    @property
    def new_bytes(self) -> int:
        """Bytes written so far. After sealing: the size of the pack, 0 if no pack was written."""
        return self._stream.bytes

    def put(self, raw: memoryview | bytes | bytearray, *, near: ObjectId | None = None, layout: str = "") -> ObjectId:
        """Store one run of bytes and return its id.

        raw: C-contiguous, any length (0 allowed); only read, and not referenced after the call.
        near: a part that probably resembles it; a hint for delta coding, never needed for reading the part.
        layout: type of the elements ("f4", "i8", "b", "text", "lengths" ...); a hint.
        Raises StoreError if the memory changes during the call, StoreFull, StoreReadOnly.
        """
        if type(raw) is bytes and len(raw) < WORTH_A_TASK_BYTES and not self._broken:
            known = self._seen(print_of(raw))
            if known is not None:
                return known
        return self.put_many([(raw, near, layout)])[0]

    def put_many(self, items: Sequence[Item]) -> list[ObjectId]:
        """`put` for many parts, with all threads. The buffers are not read after it returns. Raises as `put`."""
        if self._broken:
            raise _gave_up()
        try:
            jobs = [Job(_flat(raw), near, layout) for raw, near, layout in items]
            prints = self._prints([job.raw for job in jobs])
            seen = [self._seen(print_) for print_ in prints]
            unseen = [k for k, id_ in enumerate(seen) if id_ is None]
            new = dict(zip(unseen, self._planner.drop_useless_bases([jobs[k] for k in unseen]), strict=True))
            large = [job for job in new.values() if len(job.raw) >= SMALL_BYTES]
            if len(large) >= LEAST_COLUMNS:
                self._planner.find_moved_rows(large, lambda index: self.put(index, layout="u4"))
            big = self._planner.prepared(large)
            fresh: list[tuple[memoryview, Print]] = []
            with closing(big):
                for k, job in new.items():
                    seen[k] = self._take(job, prints[k], big, fresh)
            self._settle(fresh)
        except BaseException:
            self._broken = True
            raise
        return [id_ for id_ in seen if id_ is not None]

    # -- taking parts

    def _prints(self, raws: Sequence[memoryview]) -> list[Print]:
        return prints_of(raws, self._print_of, self._workers)

    def _seen(self, print_: Print) -> ObjectId | None:
        id_ = self._known.get(print_) or self._new.get(print_)
        return id_ if id_ is not None and self._has(id_) else None

    def _take(
        self, job: Job, print_: Print, big: Iterator[Prepared], fresh: list[tuple[memoryview, Print]]
    ) -> ObjectId:
        if len(job.raw) < SMALL_BYTES:
            raw = memoryview(bytes(job.raw))  # It waits for more parts, and live memory may change until then.
            id_ = self._new[print_of(raw)] = id_of(raw)
            if not self._has(id_):
                self._pending.add(id_)
                self._put_small(id_, raw, job.near, job.layout)
            return id_
        prepared = next(big)
        self._new[print_] = prepared.id
        fresh.append((job.raw, print_))
        if prepared.pieces and not self._has(prepared.id):
            self._pending.add(prepared.id)
            self._put_big(job.raw, prepared)
        return prepared.id

    def _has(self, id_: ObjectId) -> bool:
        return id_ in self._pending or (not self._again and self._index.has(id_))

    def _put_small(self, id_: ObjectId, view: memoryview, near: ObjectId | None, layout: str) -> None:
        base = self._small_base(near)
        family = "" if len(view) % width_of(layout) else layout
        batch = self._batches.setdefault((family, base is not None), _Batch())
        batch.parts.append((id_, len(batch.raw), len(view)))
        batch.raw += view
        if base is not None:
            id_of_base, depth, raw = base
            batch.bases[id_of_base] = raw
            batch.depth = max(batch.depth, depth + 1)
        if len(batch.raw) >= SEGMENT_BYTES:
            self._flush(family, base is not None)

    def _small_base(self, near: ObjectId | None) -> tuple[ObjectId, int, bytes] | None:
        place = self._index.known(near) if near else None
        if near is None or place is None or not 64 <= place.entry.size <= _NEAR_SMALL_BYTES:
            return None
        if place.entry.depth >= MAX_DEPTH:
            return None
        with suppress(Damaged):  # A damaged old version must not prevent a new commit.
            return near, place.entry.depth, bytes(self._reader.get(near))
        return None

    def _flush(self, family: str, with_base: bool) -> None:
        batch = self._batches.pop((family, with_base))
        start, block = self._raw_at, self._submitted
        raw, base = memoryview(bytes(batch.raw)), b"".join(batch.bases.values())
        uses = tuple(Use(id_, 0, len(data)) for id_, data in batch.bases.items())
        self._submit(len(raw), encoded_solid, raw, family, base, uses, self._level)
        for id_, at, size in batch.parts:
            self._listed.append(_Listed(id_, start + at, size, batch.depth, range(block, block + 1)))

    def _put_big(self, raw: memoryview, prepared: Prepared) -> None:
        start, block = self._raw_at, self._submitted
        for piece in prepared.pieces:
            self._put_piece(raw, piece, prepared.base)
        self._listed.append(_Listed(prepared.id, start, len(raw), prepared.depth, range(block, self._submitted)))

    def _put_piece(self, view: memoryview, piece: Piece, base: Base) -> None:
        length = piece.end - piece.start
        if piece.encoder is None:
            self._append(length, _done(copied(length, piece.uses)))
            return
        if piece.stored is not None:
            self._append(length, _done(finished(length, piece.encoder, piece.stored, piece.uses)))
            return
        used = _base_of(piece, base)
        self._submit(length, encoded, view[piece.start : piece.end], piece.encoder, used, piece.uses, self._level)

    def close_blocks(self) -> None:
        """End the shared blocks: parts that are put later share no block with those put before."""
        for family, with_base in list(self._batches):
            self._flush(family, with_base)

    # -- blocks in order

    def _submit(self, length: int, work: Callable[..., Encoded], *args: object) -> None:
        if self._workers.threads == 1 or (length < WORTH_A_TASK_BYTES and not self._running):
            self._append(length, _done(work(*args)))
        else:
            self._append(length, self._workers.submit(work, *args))
        while len(self._running) > 4 * self._workers.threads:
            self._write_next()

    def _append(self, length: int, future: Future[Encoded]) -> None:
        self._running.append(future)
        self._submitted += 1
        self._raw_at += length

    def _write_next(self) -> None:
        done = self._running[0].result()
        self._running.popleft()
        if not self._stream.bytes:
            self._stream.write(header(self._name))
        if done.stored:
            self._stream.write(done.stored)
        self._blocks.append(done.block)
        if self._progress:
            self._progress(self._raw_at, self._raw_at, "bytes stored")

    def _drain(self) -> None:
        while self._running:
            self._write_next()

    def _settle(self, fresh: Sequence[tuple[memoryview, Print]]) -> None:
        """Wait until the buffers were read, then verify that none changed: id and blocks must be of one state.

        Raises StoreError if one changed.
        """
        if not fresh:
            return
        self._drain()
        if any(now != before for now, (_, before) in zip(self._prints([v for v, _ in fresh]), fresh, strict=True)):
            raise changed_meanwhile()

    # -- the end

    def seal(self) -> None:
        """Write the remaining blocks, the table of contents and the trailer, sync, and make the pack visible."""
        if self._broken:
            raise _gave_up()
        self.close_blocks()
        self._drain()
        if self._listed:
            if not self._stream.bytes:
                self._stream.write(header(self._name))
            self._stream.write(ending(self._name, self._blocks, [self._entry(one) for one in self._listed]))
            self._stream.close()
            self._index.add(read_contents(self._reader.backend, self._key))
        self._reader.written(one.id for one in self._listed if one.size >= LARGE_BYTES)
        self._known.update(self._new)

    def abandon(self) -> None:
        """Discard the pack. No buffer is read after this returns. Never raises."""
        self._broken = True
        stop(self._running)
        self._stream.abort()

    def _entry(self, one: _Listed) -> Entry:
        is_delta = any(self._blocks[i].uses for i in one.blocks)
        return Entry(one.id, one.raw_start, one.size, one.depth if is_delta else 0)


def _base_of(piece: Piece, base: Base) -> Base:
    """Return the section of the plan's base that a piece uses; all of it if it is already several ranges joined."""
    if len(piece.uses) == 1:
        return base[piece.uses[0].start : piece.uses[0].start + piece.uses[0].length]
    return base if piece.uses else base[:0]


def _flat(raw: bytes | bytearray | memoryview) -> memoryview:
    view = memoryview(raw)
    return view if view.format == "B" and view.ndim == 1 and view.c_contiguous else _as_bytes(view)


def _as_bytes(view: memoryview) -> memoryview:
    if not view.c_contiguous:
        raise StoreError("a part must be contiguous in memory", "this is a bug in nbmodelver")
    return memoryview(b"") if not view.nbytes else view.cast("B")


def _done(block: Encoded) -> Future[Encoded]:
    future: Future[Encoded] = Future()
    future.set_result(block)
    return future


def _gave_up() -> StoreError:
    return StoreError("this pack was discarded after an error, so nothing was written", "commit again")
