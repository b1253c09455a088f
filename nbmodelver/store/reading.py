"""From ids to raw bytes: find the blocks, check their sums, decode them, check the part's id on what is handed out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, MissingPart, StoreError, StoreTooNew
from nbmodelver.model import Backend, ObjectId, Progress
from nbmodelver.store import encodings
from nbmodelver.store.bases import Bases
from nbmodelver.store.hashes import id_of, sum_of
from nbmodelver.store.lanes import room
from nbmodelver.store.limits import MAX_BLOCK_BYTES, MAX_DEPTH, SEGMENT_BYTES
from nbmodelver.store.packs import COPY, Block, Contents, Entry, Use, damaged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.store.index import Index, Place
    from nbmodelver.store.workers import Workers

Wanted = tuple[ObjectId, memoryview]
WIDE_BYTES = 2 << 20
"""Parts from here on are decoded by all threads together; below, each thread takes parts of its own."""

_IN_PLACE = {COPY, 7, 8}
"""Encodings whose decoders may find the base in the very memory that they fill."""

_CACHE_BYTES = 32 << 20
_MOST_BASES = 2 * MAX_DEPTH


class Reader:
    """Gives raw bytes, every byte checked. Any thread may call it. Knows backend, index and workers of its store."""

    def __init__(self, backend: Backend, index: Index, workers: Workers) -> None:
        self.backend = backend
        self.index = index
        self.workers = workers
        self.bases = Bases()
        self._solid = _Solid()

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

    def fill(self, id_: ObjectId, out: memoryview, wide: bool = True) -> None:
        """Put the raw bytes into `out`, whose length must be right. What is in it after an error is no data."""
        try:
            self._fill(self.place(id_), out, wide, 0)
        except KeyError:  # The pack was merged or rewritten by someone else: the part is in another one now.
            self.index.refresh()
            try:
                self._fill(self.place(id_), out, wide, 0)
            except KeyError as error:
                raise MissingPart(f"pack {error.args[0]} with part {id_} is gone", "restore it from a copy") from error
        if id_of(out, threads=wide) != id_:
            pack = self.place(id_).contents.pack
            raise Damaged(f"part {id_} in pack {pack} is damaged: its bytes have another hash", _HINT)

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

    # -- one part, not yet checked

    def _fill(self, place: Place, out: memoryview, wide: bool, deep: int) -> None:
        contents, entry = place
        if len(out) != entry.size:
            raise StoreError(f"part {entry.id} has {entry.size} bytes, not {len(out)}", "this is a bug in nbmodelver")
        if deep > _MOST_BASES:
            raise damaged(contents.pack, f"part {entry.id} goes through more than {_MOST_BASES} bases")
        indices = contents.covering(entry)
        in_place = self._in_place_base(contents, entry, indices)
        bases: dict[ObjectId, memoryview] = {}
        if in_place is not None:
            self._fill(self.place(in_place), out, wide, deep + 1)
        else:
            bases = self._bases(contents, entry, indices, wide, deep)

        def one(index: int) -> None:
            self._block_of_part(place, index, out, None if in_place else bases, deep)

        if wide and entry.size >= SEGMENT_BYTES // 2:
            self.workers.map(one, indices)
        else:
            for index in indices:
                one(index)

    def _in_place_base(self, contents: Contents, entry: Entry, indices: range) -> ObjectId | None:
        """The base that can be decoded into the part's own memory first: one, equally long, used place by place."""
        found: ObjectId | None = None
        for block in (contents.blocks[i] for i in indices):
            at = block.raw_start - entry.raw_start
            for use in block.uses:
                fits = block.encoding in _IN_PLACE and (use.start, use.length) == (at, block.raw)
                if not fits or at + block.raw > entry.size or use.base != (found or use.base):
                    return None
                found = use.base
        if found is None or self.place(found).entry.size != entry.size:
            return None
        return found

    def _bases(
        self, contents: Contents, entry: Entry, indices: range, wide: bool, deep: int
    ) -> dict[ObjectId, memoryview]:
        wanted = {u.base for i in indices if not _is_shared(contents.blocks[i], entry) for u in contents.blocks[i].uses}
        return {base: self._unchecked(base, wide, deep + 1) for base in sorted(wanted)}

    def unchecked(self, place: Place) -> memoryview:
        """The raw bytes of one copy of a part, their hash not compared. For verify."""
        raw = _room(place)
        self._fill(place, raw, True, 0)
        return raw

    def _unchecked(self, id_: ObjectId, wide: bool, deep: int) -> memoryview:
        place = self.place(id_)
        raw = _room(place)
        self._fill(place, raw, wide, deep)
        return raw

    def _block_of_part(
        self, place: Place, index: int, out: memoryview, bases: Mapping[ObjectId, memoryview] | None, deep: int
    ) -> None:
        """Fill the run of `out` that block `index` holds. bases: None when `out` holds the base already."""
        contents, entry = place
        block = contents.blocks[index]
        first = max(block.raw_start, entry.raw_start)
        end = min(block.raw_start + block.raw, entry.raw_start + entry.size)
        target = out[first - entry.raw_start : end - entry.raw_start]
        if _is_shared(block, entry):
            raw = self._shared(contents, index, deep)
            target[:] = raw[first - block.raw_start : end - block.raw_start]
        elif bases is None:
            if block.encoding != COPY:
                self._decode(contents, block, target, target if block.uses else b"")
        else:
            self._decode(contents, block, target, _gather(contents, block.uses, bases))

    def _shared(self, contents: Contents, index: int, deep: int) -> memoryview:
        """The raw bytes of a block that holds several parts; the last few are kept."""
        key = (contents.pack, index)
        raw = self._solid.get(key)
        if raw is None:
            block = contents.blocks[index]
            if block.raw > MAX_BLOCK_BYTES:
                raise damaged(contents.pack, f"a shared block of {block.raw} bytes is above the limit")
            raw = memoryview(bytearray(block.raw))
            bases = {b: self._unchecked(b, False, deep + 1) for b in sorted({u.base for u in block.uses})}
            self._decode(contents, block, raw, _gather(contents, block.uses, bases))
            self._solid.put(key, raw)
        return raw

    def _decode(self, contents: Contents, block: Block, out: memoryview, base: bytes | memoryview) -> None:
        stored = self.stored(contents, block)
        try:
            encodings.decode(block.encoding, stored, out, base)
        except ValueError as error:
            raise damaged(contents.pack, f"the block at byte {block.start} cannot be decoded ({error})") from error

    def stored(self, contents: Contents, block: Block) -> memoryview:
        """The stored bytes of a block, checked. Raises Damaged, KeyError."""
        stored = memoryview(self.backend.read(contents.pack, block.start, block.stored) if block.stored else b"")
        if len(stored) != block.stored or sum_of(stored) != block.sum:
            raise damaged(contents.pack, f"the block at byte {block.start} was changed or cut")
        return stored


def _room(place: Place) -> memoryview:
    """Memory for a part whose declared size is possible at all."""
    place.contents.covering(place.entry)
    return room(place.entry.size)


_HINT = "nbmodelver verify --full names every version that needs it"


def _is_shared(block: Block, entry: Entry) -> bool:
    end = entry.raw_start + entry.size
    return block.raw_start < entry.raw_start or block.raw_start + block.raw > end


def _gather(contents: Contents, uses: Sequence[Use], bases: Mapping[ObjectId, memoryview]) -> bytes | memoryview:
    pieces = [bases[use.base][use.start : use.start + use.length] for use in uses]
    if any(len(piece) != use.length for piece, use in zip(pieces, uses, strict=True)):
        raise damaged(contents.pack, "a block uses bytes that its base does not have")
    if len(pieces) == 1:
        return pieces[0]
    if sum(map(len, pieces)) > 2 * MAX_BLOCK_BYTES:
        raise damaged(contents.pack, "a block uses more bytes of its bases than the limit")
    return b"".join(pieces)


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


class _Solid:
    """The blocks with several parts that were decoded last."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._blocks: OrderedDict[tuple[str, int], memoryview] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[str, int]) -> memoryview | None:
        with self._guard:
            raw = self._blocks.get(key)
            if raw is not None:
                self._blocks.move_to_end(key)
            return raw

    def put(self, key: tuple[str, int], raw: memoryview) -> None:
        with self._guard:
            if key not in self._blocks:
                self._blocks[key] = raw
                self._bytes += len(raw)
            while self._bytes > _CACHE_BYTES and len(self._blocks) > 1:
                self._bytes -= len(self._blocks.popitem(last=False)[1])
