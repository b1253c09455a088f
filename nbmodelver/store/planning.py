"""What becomes of a big part, found before its blocks are made: its id, and how it is cut against which base."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from nbmodelver.errors import Damaged
from nbmodelver.store import deltas, rows
from nbmodelver.store.choice import pick, width_of
from nbmodelver.store.deltas import Piece
from nbmodelver.store.encodings.gather import Gather
from nbmodelver.store.hashes import id_of
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
    from nbmodelver.store.ranges import Base
    from nbmodelver.store.reading import Reader

_WIDE_BYTES = 32 << 20
"""Parts from here on are hashed by all threads even when several are planned at once."""

_T = TypeVar("_T")
_MANY_ALIKE, _PROBED, _LEAST_PROBE_BYTES = 64, 16, 4 << 10
_GOLDEN_RATIO = 0.618033988749895


class Job(NamedTuple):
    """A part to be put, as bytes."""

    raw: memoryview
    near: ObjectId | None
    layout: str


@dataclass(frozen=True)
class Prepared:
    """What is known of a big part before its blocks are made; no pieces for one that is stored already."""

    id: ObjectId
    pieces: list[Piece] = field(default_factory=list)
    base: Base = field(default_factory=lambda: memoryview(b""))
    depth: int = 0


class Planner:
    """Plans for one writer. has: whether a part needs no blocks because it is stored already."""

    def __init__(self, reader: Reader, has: Callable[[ObjectId], bool], level: int) -> None:
        self._reader, self._has, self._level = reader, has, level
        self._usual: BlockEncoder | None = None
        self._moved: dict[tuple[int, int], tuple[ObjectId, memoryview]] = {}

    def find_moved_rows(self, jobs: Sequence[Job], put: Callable[[memoryview], ObjectId]) -> None:
        """Find out which of these parts are columns of tables whose rows moved. put: stores an index."""
        self._moved = {}
        with suppress(Damaged):
            self._moved = {m.rows: (put(m.index), m.index) for m in rows.moved_rows(jobs, self._reader)}

    def prepared(self, jobs: Sequence[Job]) -> Generator[Prepared, None, None]:
        """Id and plan of each job, in order. Several jobs: by all threads, a few ahead of whoever asks."""
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
        """The jobs; where many parts of a layout became longer or shorter and gain nothing, none asks its parent.

        A forest that was fitted anew has hundreds of such parts, and nothing of the old ones is in it. A few of the
        larger ones tell; lost is at most what others of these parts, below a megabyte each, would have gained.
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
        """Whether the part is smaller with its parent. Nothing is remembered: it may change before it is taken."""
        near = self._base_for(job.near)
        if near is None:
            return False
        try:
            pieces = deltas.against(job.raw, near[0], self._reader.base(near[0]), job.layout, self._level)
        except Damaged:
            return False
        return any(piece.uses for piece in pieces)

    def _prepare(self, job: Job, wide: bool, alone: bool = False) -> Prepared:
        """wide: hash with all threads. alone: this is no task of the pool, and may use it."""
        id_ = id_of(job.raw, wide)
        if self._has(id_):
            return Prepared(id_)
        try:
            found = self._gathered(job, id_) or self._delta(job, id_, alone)
        except Damaged:  # An old version that is lost must not keep anyone from a new one.
            found = None
        usual = None if job.layout else self._usual
        return found or Prepared(id_, deltas.whole(job.raw, job.layout, self._level, usual))

    def _common_encoder(self, jobs: Sequence[Job]) -> BlockEncoder | None:
        """What parts without a known layout, records and blobs, get when a few of very many all choose the same.

        The choice costs four times the coding. Who differs from all that were asked is coded plainly where the
        common encoder gains nothing.
        """
        unknown = [job for job in jobs if not job.layout]
        if len(unknown) < _MANY_ALIKE:
            return None
        first, *others = self._reader.workers.map(lambda job: pick(job.raw, "", self._level).encoder, _spread(unknown))
        return first if all(other == first for other in others) else None

    def _delta(self, job: Job, id_: ObjectId, alone: bool) -> Prepared | None:
        """The part against its parent, or plainly where that gains little; None without a parent."""
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
        """The part as what an index takes from its parent; None when it is not that.

        `matches_gather` decodes and compares, so the block need not be decoded again: random reads of the base cost
        more than everything else here.
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
        """The part to code against: `near`, or one that its chain goes back to when that is as long as may be.

        Further back, the delta is larger, about by the deltas in between, but the chain has room for more. The best
        is where a byte buys most room: 20 versions with equal changes then need 34 changes' bytes, against 43 when
        each new chain begins where the old one did (docs/decisions/0007).
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
        """The part that this one is a delta to; of several, the one that is most like it in length."""
        known = (self._reader.index.known(base) for base in place.contents.bases_of(place.entry))
        found = [base for base in known if base is not None]
        return min(found, key=lambda base: abs(base.entry.size - place.entry.size), default=None)


def _spread(items: Sequence[_T]) -> list[_T]:
    """Some of many, everywhere and at no fixed distance: kinds of parts may take turns."""
    return [items[int(len(items) * (n * _GOLDEN_RATIO % 1))] for n in range(_PROBED)]


def _stored(place: Place) -> int:
    """About how many bytes the part's blocks take."""
    return sum(place.contents.blocks[i].stored for i in place.contents.covering(place.entry))
