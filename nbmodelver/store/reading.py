"""The reader: returns whole parts by id and verifies their hash on the returned bytes. decoding.py decodes blocks."""

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

    from nbmodelver.store.elsewhere import Elsewhere
    from nbmodelver.store.index import PartIndex, Place
    from nbmodelver.store.packs import Block, Contents
    from nbmodelver.store.workers import Workers

Wanted = tuple[ObjectId, memoryview]
WIDE_BYTES = 2 << 20
"""Parts of at least this size are decoded by all threads together; smaller parts are distributed over the threads."""

LARGE_BYTES = 32 << 20
"""Bases of at least this size are decoded run by run: a small change to a large part then needs little memory."""


class Reader:
    """Reads parts; every returned byte is verified. Any thread may call it.

    backend, index, workers: those of its store, shared with the writer and with maintenance.
    """

    def __init__(self, backend: Backend, index: PartIndex, workers: Workers) -> None:
        self.backend = backend
        self.index = index
        self.workers = workers
        self.elsewhere: Elsewhere | None = None
        """Where parts are read from that the store does not have; None: nowhere."""
        self.bases = Bases()
        self._checked: set[ObjectId] = set()
        self._decoder = Decoder(backend, self.place, workers)

    def place(self, id_: ObjectId) -> Place:
        """Return pack and entry of the part. Raises MissingPart; StoreTooNew if only a newer pack can have it."""
        place = self._place(id_)
        if place is None:
            raise self._missing(id_)
        return place

    def _place(self, id_: ObjectId) -> Place | None:
        if self.elsewhere is None:
            return self.index.find(id_)
        return self.index.known(id_) or self.elsewhere.place(id_) or self.index.find(id_)

    def _missing(self, id_: ObjectId) -> StoreError:
        bad = self.index.unreadable()
        newer = next((error for error in bad.values() if isinstance(error, StoreTooNew)), None)
        if newer is not None:
            return newer
        why = f" ({len(bad)} packs of it are damaged)" if bad else ""
        hint = "run nbmodelver verify to see which versions need it"
        return MissingPart(f"part {id_} is not in the store at {self.backend.where}{why}", hint)

    def get(self, id_: ObjectId, wide: bool = True) -> memoryview:
        """Return the raw bytes: 1-D uint8, writable, in new memory that belongs to the caller.

        wide: decode with all threads; must be False in a task of the pool. Raises MissingPart, Damaged.
        """
        raw = _room(self.place(id_))
        self.fill(id_, raw, wide)
        return raw

    def base(self, id_: ObjectId) -> memoryview:
        """Return the raw bytes of a base for a delta, from the cache if possible. Read-only for the caller."""
        return self.bases.get(id_) or self.get(id_, wide=False)

    def base_in_runs(self, id_: ObjectId) -> Base:
        """Like `base`, but a part of at least LARGE_BYTES comes as a Stretch that decodes only the slices read.

        Its hash is verified once per process, run by run: a delta to damaged bytes could not be decoded with an intact
        copy from another pack. Raises MissingPart, Damaged.
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
        """Note that these parts were stored by this process, so their hashes need no verification."""
        self._checked.update(ids)

    def fill(self, id_: ObjectId, out: memoryview, wide: bool = True) -> None:
        """Decode the part into `out` and verify its hash. Raises MissingPart, Damaged, StoreError.

        out: writable, uint8, exactly as long as the part. After an error its content is undefined.
        """
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
        except KeyError:  # Another process merged or rewrote the pack: the part is now in another one.
            self.index.refresh()
            try:
                self._decoder.fill(self.place(id_), out, start, wide=wide)
            except KeyError as error:
                raise MissingPart(
                    f"pack {error.args[0]} with part {id_} is gone", "restore it from a backup"
                ) from error

    def fill_many(self, wanted: Sequence[Wanted], progress: Progress | None = None) -> None:
        """`fill` for many parts, in the order in which they lie on disk."""
        if self.elsewhere is not None:
            self.elsewhere.prepare([id_ for id_, _ in wanted if not self.index.has(id_)], progress)
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
        """Return the raw bytes of this copy of a part; the caller verifies the hash. Raises Damaged, KeyError."""
        raw = _room(place)
        self._decoder.fill(place, raw)
        return raw

    def fill_unchecked(self, place: Place, out: memoryview, start: int, *, wide: bool) -> None:
        """Decode a range of this copy of a part; the caller verifies the hash. Raises Damaged, KeyError."""
        self._decoder.fill(place, out, start, wide=wide)

    def block(self, contents: Contents, index: int) -> memoryview:
        """Return the raw bytes of a block that several parts share. Read-only. Raises Damaged, KeyError."""
        return self._decoder.block(contents, index)

    def stored(self, contents: Contents, block: Block) -> memoryview:
        """Return the stored bytes of a block, their checksum verified. Raises Damaged, KeyError."""
        return self._decoder.stored(contents, block)


def _room(place: Place) -> memoryview:
    """Allocate memory for a part, after checking its declared size. Raises Damaged."""
    place.contents.covering(place.entry)
    return room(place.entry.size)


_HINT = "run nbmodelver verify --full to see which versions need it"


def _batches(wanted: Sequence[Wanted]) -> list[list[list[Wanted]]]:
    """Return batches to decode one after the other: one big part, or groups of small parts for parallel work.

    A group is about SEGMENT_BYTES: the unit of work of one thread.
    """
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
