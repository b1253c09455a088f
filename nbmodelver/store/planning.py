"""The planner: for each big part its id, its base and how it is cut into pieces, before any block is encoded."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from nbmodelver.errors import Damaged
from nbmodelver.store import deltas, rows
from nbmodelver.store.choice import pick, width_of
from nbmodelver.store.deltas import Piece
from nbmodelver.store.encodings.gather import Gather
from nbmodelver.store.hashes import id_of
from nbmodelver.store.jobs import Prepared
from nbmodelver.store.limits import MAX_DEPTH
from nbmodelver.store.packs import Use
from nbmodelver.store.ranges import Stretch
from nbmodelver.store.workers import stop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from concurrent.futures import Future

    from nbmodelver.model import ObjectId
    from nbmodelver.store.encodings.protocol import BlockEncoder
    from nbmodelver.store.index import Place
    from nbmodelver.store.jobs import Job
    from nbmodelver.store.reading import Reader

_WIDE_BYTES = 32 << 20
"""Parts of at least this size are hashed by all threads, even if several parts are planned at once."""

_T = TypeVar("_T")
_MANY_ALIKE, _PROBED, _LEAST_PROBE_BYTES = 64, 16, 4 << 10
"""If a commit has at least _MANY_ALIKE parts of one sort, _PROBED of them decide for all (docs/decisions/0010). Parts
below _LEAST_PROBE_BYTES are too small to say anything."""

_GOLDEN_RATIO = 0.618033988749895
"""Multiples of it modulo 1 spread evenly over [0, 1) for any count (Weyl's additive recurrence)."""


class Planner:
    """The planner of one writer. has: returns True for a part that is already stored and needs no blocks."""

    def __init__(self, reader: Reader, has: Callable[[ObjectId], bool], level: int) -> None:
        self._reader, self._has, self._level = reader, has, level
        self._usual: BlockEncoder | None = None
        self._moved: dict[tuple[int, int], tuple[ObjectId, memoryview]] = {}

    def find_moved_rows(self, jobs: Sequence[Job], put: Callable[[memoryview], ObjectId]) -> None:
        """Find the jobs that are columns of a table whose rows were moved, for the following `prepared`.

        put: stores an index (u32 row numbers as bytes) and returns its id.
        """
        self._moved = {}
        with suppress(Damaged):
            self._moved = {m.rows: (put(m.index), m.index) for m in rows.moved_rows(jobs, self._reader)}

    def prepared(self, jobs: Sequence[Job]) -> Generator[Prepared, None, None]:
        """Yield the plan of each job, in order. Several jobs are planned by all threads, a few ahead of the caller."""
        self._usual = self._common_encoder(jobs)
        if len(jobs) < 2 or self._reader.workers.threads == 1:
            yield from (self._prepare(job, wide=True, alone=True) for job in jobs)
            return
        ahead: deque[Future[Prepared]] = deque()
        rest = iter(jobs)
        try:
            for _ in jobs:
                for job in islice(rest, 2 * self._reader.workers.threads - len(ahead)):
                    ahead.append(self._reader.workers.submit(self._prepare, job, len(job.raw) >= _WIDE_BYTES))
                yield ahead[0].result()
                ahead.popleft()
        finally:
            stop(ahead)

    def drop_useless_bases(self, jobs: Sequence[Job]) -> list[Job]:
        """Return the jobs, without `near` for layouts whose parts changed their length and gain nothing from a base.

        A refitted forest has hundreds of such parts, and none resembles the tree before it. A sample of _PROBED larger
        parts decides for all parts of the layout. The loss is bounded: only parts below SLACK_BYTES are affected.
        Measured in docs/decisions/0010.
        """
        others: dict[str, list[int]] = {}
        for k, job in enumerate(jobs):
            if self._has_another_length(job):
                others.setdefault(job.layout, []).append(k)
        found = list(jobs)
        for of_layout in others.values():
            larger = [k for k in of_layout if len(jobs[k].raw) >= _LEAST_PROBE_BYTES]
            if len(larger) < _MANY_ALIKE:
                continue
            if not any(self._reader.workers.map(self._gains, [jobs[k] for k in _spread(larger)])):
                for k in of_layout:
                    found[k] = jobs[k]._replace(near=None)
        return found

    def _has_another_length(self, job: Job) -> bool:
        place = self._reader.index.known(job.near) if job.near and len(job.raw) <= deltas.SLACK_BYTES else None
        return place is not None and place.entry.size != len(job.raw)

    def _gains(self, job: Job) -> bool:
        """Return True if the part is smaller as a delta to its parent. Caches nothing: the memory may still change."""
        near = self._base_for(job.near)
        if near is None:
            return False
        try:
            pieces = deltas.against(job.raw, near[0], self._reader.base(near[0]), job.layout, self._level)
        except Damaged:
            return False
        return any(piece.uses for piece in pieces)

    def _prepare(self, job: Job, wide: bool, alone: bool = False) -> Prepared:
        """Plan one job. wide: hash with all threads. alone: the caller is not a task of the pool, so it may use it."""
        id_ = id_of(job.raw, wide)
        if self._has(id_):
            return Prepared(id_)
        try:
            found = self._gathered(job, id_) or self._delta(job, id_, alone)
        except Damaged:  # A damaged old version must not prevent a new commit.
            found = None
        usual = None if job.layout else self._usual
        return found or Prepared(id_, deltas.whole(job.raw, job.layout, self._level, usual))

    def _common_encoder(self, jobs: Sequence[Job]) -> BlockEncoder | None:
        """Return the encoder for all parts of unknown layout if a sample of many such parts agrees on one, else None.

        The choice of an encoder costs four times as much as encoding (docs/decisions/0010). A part for which the common
        encoder gains nothing is stored with plain zstd or raw.
        """
        unknown = [job for job in jobs if not job.layout]
        if len(unknown) < _MANY_ALIKE:
            return None
        first, *others = self._reader.workers.map(lambda job: pick(job.raw, "", self._level).encoder, _spread(unknown))
        return first if all(other == first for other in others) else None

    def _delta(self, job: Job, id_: ObjectId, alone: bool) -> Prepared | None:
        """Plan a delta to the parent, or a plain encoding if the delta gains little. None if there is no parent."""
        near = self._base_for(job.near)
        if near is None:
            return None
        base = self._reader.base_in_runs(near[0])
        seen = base.with_all_threads() if alone and isinstance(base, Stretch) else base
        pieces = deltas.against(job.raw, near[0], seen, job.layout, self._level)
        if not any(piece.uses for piece in pieces):
            return Prepared(id_, pieces)
        self._reader.bases.drop(near[0])
        self._reader.bases.keep(id_, job.raw)
        return Prepared(id_, pieces, base, near[1] + 1)

    def _gathered(self, job: Job, id_: ObjectId) -> Prepared | None:
        """Plan the part as a gather from its parent through a shared row index; None if it does not match.

        `matches_gather` decodes and compares, so the block is not decoded again when it is written: random reads of the
        base are the most expensive step here.
        """
        moved = self._moved.get(rows.rows_of(job, self._reader) or (0, 0))
        near = rows.source(job, self._reader)
        if moved is None or near is None:
            return None
        index_id, index = moved
        base = self._reader.base(near)
        if not rows.matches_gather(job, base, index):
            return None
        uses = Use(near, 0, len(base)), Use(index_id, 0, len(index))
        depth = self._reader.place(near).entry.depth + 1
        encoder = Gather(width_of(job.layout))
        pieces = [Piece(0, len(job.raw), encoder, uses, encoder.stored)]
        return Prepared(id_, pieces, depth=depth)

    def _base_for(self, near: ObjectId | None) -> tuple[ObjectId, int] | None:
        """Return (id, depth) of the base for a delta: `near`, or one of its own bases if its chain has MAX_DEPTH steps.

        A base further back makes a larger delta (about the sum of the deltas in between) but leaves room for more
        deltas. The base with the lowest cost per remaining step is chosen. With it, 20 versions with equal changes
        take the bytes of 34 changes; a new chain at the old root each time takes 43 (docs/decisions/0007).
        """
        place = self._reader.index.known(near) if near else None
        if place is None or place.entry.depth < MAX_DEPTH:
            return None if place is None else (place.entry.id, place.entry.depth)
        best, behind = None, 0
        newest = _stored(place)
        while place is not None and place.entry.depth:
            behind += _stored(place)
            place = self._parent_of(place)
            if place is not None and place.entry.depth < MAX_DEPTH:
                price = (behind + newest) / (MAX_DEPTH - place.entry.depth)
                best = min(
                    best or (price, place.entry.depth, place), (price, place.entry.depth, place), key=itemgetter(0, 1)
                )
        return None if best is None else (best[2].entry.id, best[1])

    def _parent_of(self, place: Place) -> Place | None:
        """Return the base of this part; if it has several, the one closest to it in length."""
        known = (self._reader.index.known(base) for base in place.contents.bases_of(place.entry))
        found = [base for base in known if base is not None]
        return min(found, key=lambda base: abs(base.entry.size - place.entry.size), default=None)


def _spread(items: Sequence[_T]) -> list[_T]:
    """Return _PROBED items at irregular distances: at a fixed distance, alternating sorts of parts would be missed."""
    return [items[int(len(items) * (n * _GOLDEN_RATIO % 1))] for n in range(_PROBED)]


def _stored(place: Place) -> int:
    """Return the stored bytes of the blocks that the part lies in."""
    return sum(place.contents.blocks[i].stored for i in place.contents.covering(place.entry))
