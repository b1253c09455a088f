"""A journal: one immutable file with many records and an index at its end. store/FORMAT.md describes every byte.

Records lie in blocks, each one zstd frame with some lines of canonical JSON. Consecutive versions are nearly equal, so
a block takes a fraction of the bytes of single files. Reading one record decodes one block.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import zstandard
from blake3 import blake3

from nbmodelver.errors import Damaged, StoreTooNew
from nbmodelver.model import Backend, VersionId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PREFIX = "journals/"
VERSION = 1
MAGIC, TAIL_MAGIC = b"NBMVJRNL", b"NBMVJEND"
HEADER = struct.Struct("<8sII16s")
TRAILER = struct.Struct("<QQQ32s8s")
_BLOCK = struct.Struct("<II8s")
_ROW = struct.Struct("<20sQIII")
_POSITION = struct.Struct("<I")
BLOCK_BYTES = 64 << 10
"""A block ends with the record that reaches this size: tens of records, decoded in a fraction of a millisecond."""

MAX_BLOCK_BYTES = 65 << 20
"""A block can be a single record, which has at most 64 MiB."""

MAX_INDEX_BYTES = 256 << 20
_LEVEL = 3


class JournalRow(NamedTuple):
    """A row of the index: a version's id (20 bytes) and number, and where its record is in the raw bytes of a block.

    start, length: in bytes, without the newline behind the record.
    """

    id: bytes
    number: int
    block: int
    start: int
    length: int


class Record(NamedTuple):
    """A record that goes into a journal. raw: its canonical JSON."""

    id: VersionId
    number: int
    raw: bytes


@dataclass(frozen=True)
class JournalBlock:
    """A stored block with its rows. The writer of the journal fills in `block` of each row."""

    stored: bytes
    raw_bytes: int
    rows: tuple[JournalRow, ...]


class Journal:
    """One journal: its index in memory, its blocks read on demand. Immutable, except for caches."""

    def __init__(self, backend: Backend, key: str) -> None:
        """Read the index. Raises Damaged, StoreTooNew, KeyError."""
        self.key = key
        self._backend = backend
        self.size = backend.size(key)
        blocks, self.count, index_at, index = _read_index(backend, key, self.size)
        rows_at, order_at = blocks * _BLOCK.size, blocks * _BLOCK.size + self.count * _ROW.size
        view = memoryview(index)
        self._blocks = list(_BLOCK.iter_unpack(view[:rows_at]))
        self._rows, self._by_id = view[rows_at:order_at], view[order_at:]
        self._starts = list(accumulate((b[0] for b in self._blocks), initial=HEADER.size))
        if self._starts[-1] != index_at:
            raise damaged(key, "its blocks do not fill it")

    def row(self, at: int) -> JournalRow:
        """Return one row by its index; rows are ordered by number, then id."""
        return JournalRow(*_ROW.unpack_from(self._rows, at * _ROW.size))

    @property
    def block_count(self) -> int:
        """Number of blocks."""
        return len(self._blocks)

    @cached_property
    def ids(self) -> frozenset[VersionId]:
        """The ids of all its records."""
        return frozenset(VersionId(row[0].hex()) for row in _ROW.iter_unpack(self._rows))

    def numbers(self) -> list[int]:
        """Return the numbers of its versions, ascending."""
        return [row[1] for row in _ROW.iter_unpack(self._rows)]

    def find(self, id_: bytes) -> JournalRow | None:
        """Return the row of this id (20 bytes) by binary search, or None."""
        at = bisect_left(range(self.count), id_, key=self._id_at)
        found = self._row_by_id(at) if at < self.count else None
        return found if found is not None and found.id == id_ else None

    def prefixed(self, hexes: str) -> list[VersionId]:
        """Return the ids that begin with these lower-case hex digits."""
        low, high = bytes.fromhex(hexes.ljust(40, "0")), bytes.fromhex(hexes.ljust(40, "f"))
        first = bisect_left(range(self.count), low, key=self._id_at)
        last = bisect_right(range(self.count), high, key=self._id_at)
        return [VersionId(self._row_by_id(at).id.hex()) for at in range(first, last)]

    def numbered(self, number: int) -> list[VersionId]:
        """Return the ids of its versions with this number."""
        found, at = [], bisect_left(range(self.count), number, key=lambda i: self.row(i).number)
        while at < self.count and self.row(at).number == number:
            found.append(VersionId(self.row(at).id.hex()))
            at += 1
        return found

    def newest(self) -> Iterator[tuple[int, VersionId]]:
        """Yield number and id of each record, from the highest number down."""
        for at in range(self.count - 1, -1, -1):
            row = self.row(at)
            yield row.number, VersionId(row.id.hex())

    def block(self, at: int) -> bytes:
        """Return the raw bytes of a block. Raises Damaged, KeyError."""
        stored = self.stored(at)
        size = self._blocks[at][1]
        try:
            if size > MAX_BLOCK_BYTES or zstandard.get_frame_parameters(stored).content_size != size:
                raise damaged(self.key, f"block {at} has another length than declared")
            raw: bytes = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompress(stored, max(size, 1))
        except zstandard.ZstdError as error:
            raise damaged(self.key, f"block {at} cannot be decompressed ({error})") from error
        return raw

    def stored(self, at: int) -> bytes:
        """Return the stored bytes of a block, their checksum verified. Raises Damaged, KeyError."""
        length, _, sum_ = self._blocks[at]
        stored = bytes(self._backend.read(self.key, self._starts[at], length))
        if len(stored) != length or _sum(stored) != sum_:
            raise damaged(self.key, f"block {at}, at byte {self._starts[at]}, was changed or cut")
        return stored

    def pieces(self, without: frozenset[VersionId] | set[VersionId] = frozenset()) -> Iterator[JournalBlock]:
        """Yield its blocks with their rows, for another journal. Blocks with records in `without` are written again."""
        rows: dict[int, list[JournalRow]] = {}
        for at in range(self.count):
            row = self.row(at)
            rows.setdefault(row.block, []).append(row)
        for block, own in sorted(rows.items()):
            kept = [r for r in own if VersionId(r.id.hex()) not in without]
            if len(kept) == len(own):
                yield JournalBlock(self.stored(block), self._blocks[block][1], tuple(own))
            elif kept:
                raw = self.block(block)
                yield from pieces_of(Record(VersionId(r.id.hex()), r.number, cut(raw, r)) for r in kept)

    def _id_at(self, at: int) -> bytes:
        return self._row_by_id(at).id

    def _row_by_id(self, at: int) -> JournalRow:
        (row,) = _POSITION.unpack_from(self._by_id, at * _POSITION.size)
        if row >= self.count:
            raise damaged(self.key, "its order by id names a row that it does not have")
        return self.row(row)


def cut(raw: bytes, row: JournalRow) -> bytes:
    """Return the record of a row from the raw bytes of its block. The caller verifies its hash."""
    return raw[row.start : row.start + row.length]


def pieces_of(records: Iterable[Record]) -> Iterator[JournalBlock]:
    """Yield the records in blocks, each decompressed again and compared (D12, see docs/durability.md)."""
    waiting: list[Record] = []
    size = 0
    for record in records:
        waiting.append(record)
        size += len(record.raw) + 1
        if size >= BLOCK_BYTES:
            yield _piece(waiting)
            waiting, size = [], 0
    if waiting:
        yield _piece(waiting)


def _piece(records: Sequence[Record]) -> JournalBlock:
    raw = b"".join(r.raw + b"\n" for r in records)
    stored = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(raw)
    if zstandard.ZstdDecompressor().decompress(stored) != raw:
        raise Damaged("records changed during compression, so nothing was written", "check this machine's memory")
    starts = accumulate((len(r.raw) + 1 for r in records), initial=0)
    rows = (
        JournalRow(bytes.fromhex(r.id), r.number, 0, at, len(r.raw)) for r, at in zip(records, starts, strict=False)
    )
    return JournalBlock(stored, len(raw), tuple(rows))


def written(name: bytes, pieces: Iterable[JournalBlock]) -> Iterator[bytes]:
    """Yield the bytes of a journal. name: 16 random bytes. A record that is in two blocks is listed once."""
    head = HEADER.pack(MAGIC, VERSION, 0, name)
    yield head
    at = HEADER.size
    blocks: list[bytes] = []
    rows: dict[bytes, JournalRow] = {}
    for piece in pieces:
        rows |= {r.id: r._replace(block=len(blocks)) for r in piece.rows}
        blocks.append(_BLOCK.pack(len(piece.stored), piece.raw_bytes, _sum(piece.stored)))
        at += len(piece.stored)
        yield piece.stored
    ordered = sorted(rows.values(), key=lambda r: (r.number, r.id))
    by_id = sorted(range(len(ordered)), key=lambda i: ordered[i].id)
    index = b"".join([*blocks, *(_ROW.pack(*r) for r in ordered), *map(_POSITION.pack, by_id)])
    numbers = struct.pack("<QQQ", at, len(blocks), len(ordered))
    yield index + numbers + blake3(head + numbers + index).digest() + TAIL_MAGIC


def _read_index(backend: Backend, key: str, size: int) -> tuple[int, int, int, bytes]:
    if size < HEADER.size + TRAILER.size:
        raise damaged(key, "it is too short")
    head = bytes(backend.read(key, 0, HEADER.size))
    tail = bytes(backend.read(key, size - TRAILER.size, TRAILER.size))
    if len(head) != HEADER.size or len(tail) != TRAILER.size:
        raise damaged(key, "it became shorter while it was read")
    at, blocks, rows, sum_, magic = TRAILER.unpack(tail)
    length = blocks * _BLOCK.size + rows * (_ROW.size + _POSITION.size)
    if magic != TAIL_MAGIC or at < HEADER.size or at + length + TRAILER.size != size:
        raise damaged(key, "its end is missing or changed")
    if length > MAX_INDEX_BYTES:
        raise damaged(key, f"its index is above {MAX_INDEX_BYTES} bytes")
    index = bytes(backend.read(key, at, length))
    if blake3(head + tail[:24] + index).digest() != sum_:
        raise damaged(key, "its beginning or its index was changed")
    magic, version, zero, name = HEADER.unpack(head)
    if magic != MAGIC or zero or not key.endswith(name.hex()):
        raise damaged(key, "its beginning was changed")
    if version > VERSION:
        raise StoreTooNew(
            f"journal {key} has version {version}; this nbmodelver reads up to {VERSION}", "upgrade nbmodelver"
        )
    return blocks, rows, at, index


def salvaged(data: bytes) -> Iterator[bytes]:
    """Yield the lines that can still be read of a damaged journal: JSON of records, not verified.

    Frames that cannot be decoded are skipped; the next frame is found by its magic number.
    """
    at = data.find(_FRAME, 0)
    while at >= 0:
        end = at + len(_FRAME)
        try:
            size = zstandard.get_frame_parameters(data[at : at + 18]).content_size
            if size <= MAX_BLOCK_BYTES:
                reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
                raw = reader.decompress(data[at:])
                if reader.eof and len(raw) == size:
                    yield from filter(None, raw.split(b"\n"))
                    end = len(data) - len(reader.unused_data)
        except (zstandard.ZstdError, MemoryError):
            pass
        at = data.find(_FRAME, end)


_FRAME = b"\x28\xb5\x2f\xfd"


def _sum(stored: bytes) -> bytes:
    return blake3(stored).digest(8)


def damaged(key: str, what: str) -> Damaged:
    """Return the error for a damaged journal."""
    return Damaged(f"journal {key} is damaged: {what}", "run nbmodelver repair, which saves the readable records")
