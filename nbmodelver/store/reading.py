"""From ids to raw bytes: whole parts, their ids checked on what is handed out. decoding.py does the decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, MissingPart, StoreError, StoreTooNew
from nbmodelver.model import Backend, ObjectId, Progress
from nbmodelver.store.bases import Bases
from nbmodelver.store.decoding import Decoder
from nbmodelver.store.hashes import id_of, id_of_pieces
from nbmodelver.store.lanes import room
from nbmodelver.store.limits import SEGMENT_BYTES
from nbmodelver.store.ranges import RUN_BYTES, Base, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbmodelver.store.index import PartIndex, Place
    from nbmodelver.store.packs import Block, Contents
    from nbmodelver.store.workers import Workers

Wanted = tuple[ObjectId, memoryview]
WIDE_BYTES = 2 << 20
"""Parts from here on are decoded by all threads together; below, each thread takes parts of its own."""

LARGE_BYTES = 32 << 20
"""Bases from here on are decoded where someone looks: a part that changed a little then costs little memory."""


class Reader:
    """Gives raw bytes, every byte checked. Any thread may call it. Knows backend, index and workers of its store."""

    def __init__(self, backend: Backend, index: PartIndex, workers: Workers) -> None:
        self.backend = backend
        self.index = index
        self.workers = workers
        self.bases = Bases()
        self._checked: set[ObjectId] = set()
        self._decoder = Decoder(backend, self.place, workers)

    def place(self, id_: ObjectId) -> Place:
        """Where the part is. Raises MissingPart."""
        place = self.index.find(id_)
        if place is None:
            raise self._missing(id_)
        return place

    def _missing(self, id_: ObjectId) -> StoreError:
        bad = self.index.unreadable()
        newer = next((error for error in bad.values() if isinstance(error, StoreTooNew)), None)
        if newer is not None:
            return newer
        why = f" ({len(bad)} packs of it are damaged)" if bad else ""
        hint = "nbmodelver verify names the versions that need it"
        return MissingPart(f"part {id_} is not in the store at {self.backend.where}{why}", hint)

    def get(self, id_: ObjectId, wide: bool = True) -> memoryview:
        """The raw bytes in writable memory of their own. wide: with all threads; not for a task of the pool itself."""
        raw = _room(self.place(id_))
        self.fill(id_, raw, wide)
        return raw

    def base(self, id_: ObjectId) -> memoryview:
        """The raw bytes to code a delta against; in memory already if the part changed lately."""
        return self.bases.get(id_) or self.get(id_, wide=False)

    def base_in_runs(self, id_: ObjectId) -> Base:
        """The same, but a large part is decoded only where it is looked at. Raises Damaged.

        Its id is compared once, run by run: a delta to wrong bytes would be lost where another pack has the right ones.
        """
        size = self.place(id_).entry.size
        if size < LARGE_BYTES:
            return self.base(id_)
        whole = Stretch(lambda out, start, wide: self._fill(id_, out, start, wide=wide), 0, size)
        if id_ not in self._checked:
            if id_of_pieces(whole.pieces(RUN_BYTES)) != id_:
                raise self._other_hash(id_)
            self._checked.add(id_)
        return whole

    def written(self, ids: Iterable[ObjectId]) -> None:
        """These parts were just stored here, every block decoded again and compared."""
        self._checked.update(ids)

    def fill(self, id_: ObjectId, out: memoryview, wide: bool = True) -> None:
        """Put the raw bytes into `out`, whose length must be right. What is in it after an error is no data."""
        size = self.place(id_).entry.size
        if len(out) != size:
            raise StoreError(f"part {id_} has {size} bytes, not {len(out)}", "this is a bug in nbmodelver")
        self._fill(id_, out, 0, wide=wide)
        if id_of(out, threads=wide) != id_:
            raise self._other_hash(id_)
        if size >= LARGE_BYTES:
            self._checked.add(id_)

    def _other_hash(self, id_: ObjectId) -> Damaged:
        pack = self.place(id_).contents.pack
        return Damaged(f"part {id_} in pack {pack} is damaged: its bytes have another hash", _HINT)

    def _fill(self, id_: ObjectId, out: memoryview, start: int, *, wide: bool) -> None:
        try:
            self._decoder.fill(self.place(id_), out, start, wide=wide)
        except KeyError:  # The pack was merged or rewritten by someone else: the part is in another one now.
            self.index.refresh()
            try:
                self._decoder.fill(self.place(id_), out, start, wide=wide)
            except KeyError as error:
                raise MissingPart(f"pack {error.args[0]} with part {id_} is gone", "restore it from a copy") from error

    def fill_many(self, wanted: Sequence[Wanted], progress: Progress | None = None) -> None:
        """`fill` for many, in the order in which they lie on disk."""
        total = sum(len(out) for _, out in wanted)
        done = 0
        for batch in _batches(sorted(wanted, key=self._position)):
            if len(batch) == 1 and len(batch[0][0][1]) >= WIDE_BYTES:
                self.fill(*batch[0][0])
            else:
                self.workers.map(self._fill_all, batch)
            done += sum(len(out) for group in batch for _, out in group)
            if progress:
                progress(done, total, "bytes read")

    def _fill_all(self, group: Sequence[Wanted]) -> None:
        for id_, out in group:
            self.fill(id_, out, wide=False)

    def _position(self, one: Wanted) -> tuple[str, int]:
        place = self.place(one[0])
        return place.contents.pack, place.entry.raw_start

    def unchecked(self, place: Place) -> memoryview:
        """The raw bytes of one copy of a part, their hash not compared. For verify."""
        raw = _room(place)
        self._decoder.fill(place, raw)
        return raw

    def stored(self, contents: Contents, block: Block) -> memoryview:
        """The stored bytes of a block, checked. Raises Damaged, KeyError."""
        return self._decoder.stored(contents, block)


def _room(place: Place) -> memoryview:
    """Memory for a part whose declared size is possible at all."""
    place.contents.covering(place.entry)
    return room(place.entry.size)


_HINT = "nbmodelver verify --full names every version that needs it"


def _batches(wanted: Sequence[Wanted]) -> list[list[list[Wanted]]]:
    """Big parts one by one, small ones in groups of about a segment, groups together."""
    batches: list[list[list[Wanted]]] = [[]]
    for one in wanted:
        if len(one[1]) >= WIDE_BYTES:
            batches += [[[one]], []]
            continue
        groups = batches[-1]
        if not groups or sum(len(out) for _, out in groups[-1]) >= SEGMENT_BYTES:
            groups.append([])
        groups[-1].append(one)
    return [batch for batch in batches if batch]
