"""The pack file: header, blocks, table of contents and trailer. FORMAT.md describes every byte.

The decoded blocks of a pack form one stream of raw bytes, and a part is a range of that stream. So a big part can take
many blocks, and many small parts can share one. writing.py writes packs, reading.py reads parts.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import zstandard

from nbmodelver.errors import Damaged, StoreTooNew
from nbmodelver.model import Backend, ObjectId
from nbmodelver.store import part_rows
from nbmodelver.store.hashes import ID_BYTES, checksum
from nbmodelver.store.limits import MAX_BLOCK_BYTES, MAX_DEPTH, MAX_PART_BYTES, MAX_TOC_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

VERSION = 1
MAGIC, TAIL_MAGIC = b"NBMVPACK", b"NBMVTAIL"
HEADER = struct.Struct("<8sII16s")
TRAILER = struct.Struct("<QQQ32s8s")
_COUNTS = struct.Struct("<IIII")
_BLOCK = struct.Struct("<QQQHHI")
_USE = struct.Struct("<IIQQ")
_PART = struct.Struct(f"<{ID_BYTES}sIQQ")
_PART_ID = struct.Struct(f"<{ID_BYTES}s20x")
_TAIL_GUESS_BYTES = 8192
COPY = 6
"""The number of the encoding without stored bytes: the raw bytes are those of the base."""


@dataclass(frozen=True, slots=True)
class Use:
    """A range of another part's raw bytes that is needed to decode a block."""

    base: ObjectId
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a pack.

    start, stored: offset and length of its bytes in the file. raw_start, raw: offset and length in the raw stream.
    sum: xxh3_64 of the stored bytes.
    """

    start: int
    stored: int
    raw_start: int
    raw: int
    sum: int
    encoding: int
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A part in a pack: offset and length in the raw stream. depth: length of its chain of bases, 0 without a base."""

    id: ObjectId
    raw_start: int
    size: int
    depth: int


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block before its offsets are known. The fields are those of Block."""

    raw: int
    stored: int
    sum: int
    encoding: int
    uses: tuple[Use, ...] = ()


class Contents:
    """The table of contents of one pack, parsed on demand: opening a store parses only the ids of parts.

    pack: its key. end_of_blocks: offset of the table of contents in the file. size: bytes of the file.
    read_block: returns the stored bytes of one of its blocks; None if the pack is a file of this store.
    """

    read_block: Callable[[Block], bytes | memoryview] | None = None

    def __init__(self, pack: str, raw: bytes, end_of_blocks: int, size: int) -> None:
        """raw: the decompressed table. Raises Damaged if its length does not match its counts."""
        self.pack, self.end_of_blocks, self.size = pack, end_of_blocks, size
        self._raw = raw
        counts = _COUNTS.unpack_from(raw) if len(raw) >= _COUNTS.size else (0, 0, 0, 0)
        sizes = [n * s for n, s in zip(counts, (_BLOCK.size, _USE.size, ID_BYTES, _PART.size), strict=True)]
        self._at = list(accumulate(sizes, initial=_COUNTS.size))
        if self._at[-1] != len(raw):
            raise damaged(pack, "its table of contents does not add up")

    def _table(self, number: int) -> memoryview:
        return memoryview(self._raw)[self._at[number] : self._at[number + 1]]

    @property
    def count(self) -> int:
        """Number of parts."""
        return len(self._table(3)) // _PART.size

    def ids(self) -> Iterator[bytes]:
        """Yield the id of each part (20 bytes), in the order of the entries."""
        return (id_ for (id_,) in _PART_ID.iter_unpack(self._table(3)))

    def rows(self) -> memoryview:
        """Return the raw part table, part_rows.ROW_BYTES bytes per part; a read-only view of the table."""
        return self._table(3)

    def entry(self, row: int) -> Entry:
        """Return one part by its index among the entries."""
        id_, depth, start, size = _PART.unpack_from(self._table(3), row * _PART.size)
        return Entry(ObjectId(id_.hex()), start, size, depth)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The parts, in the order in which they were put."""
        rows = _PART.iter_unpack(self._table(3))
        return tuple(Entry(ObjectId(id_.hex()), start, size, depth) for id_, depth, start, size in rows)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks, in the order of the file and of the raw stream."""
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        bases = [ObjectId(b.hex()) for (b,) in struct.iter_unpack(f"{ID_BYTES}s", self._table(2))]
        uses = _USE.iter_unpack(self._table(1))
        start, raw_start = HEADER.size, 0
        try:
            for stored, raw, sum_, encoding, _reserved, n_uses in _BLOCK.iter_unpack(self._table(0)):
                own = tuple(
                    Use(bases[base], at, length) for base, _pad, at, length in (next(uses) for _ in range(n_uses))
                )
                if raw > (MAX_PART_BYTES if encoding == COPY else MAX_BLOCK_BYTES):
                    raise damaged(self.pack, f"a block of {raw} bytes is above the limit")
                yield Block(start, stored, raw_start, raw, sum_, encoding, own)
                start, raw_start = start + stored, raw_start + raw
        except (IndexError, StopIteration, RuntimeError):
            raise damaged(self.pack, "its table of contents does not add up") from None

    @cached_property
    def _raw_starts(self) -> list[int]:
        return [b.raw_start for b in self.blocks]

    @property
    def raw_bytes(self) -> int:
        """Length of the raw stream in bytes."""
        return self.blocks[-1].raw_start + self.blocks[-1].raw if self.blocks else 0

    @property
    def stored_bytes(self) -> int:
        """Bytes of all blocks in the file."""
        return self.blocks[-1].start + self.blocks[-1].stored - HEADER.size if self.blocks else 0

    def covering(self, entry: Entry, start: int = 0, end: int | None = None) -> range:
        """Return the indices of the blocks that hold bytes `start` to `end` of the part (default: all of it).

        The range is empty for no bytes. Raises Damaged if the part lies outside of the pack.
        """
        end = entry.size if end is None else end
        if entry.size > MAX_PART_BYTES or entry.raw_start + entry.size > self.raw_bytes:
            raise damaged(self.pack, f"part {entry.id} lies outside of it")
        if start >= end:
            return range(0)
        first = bisect_right(self._raw_starts, entry.raw_start + start) - 1
        last = bisect_right(self._raw_starts, entry.raw_start + end - 1)
        return range(first, last)

    def bases_of(self, entry: Entry) -> set[ObjectId]:
        """Return the direct bases of a part: the parts that are needed to decode it. Raises Damaged."""
        return {use.base for i in self.covering(entry) for use in self.blocks[i].uses}


def damaged(pack: str, what: str) -> Damaged:
    """Return the error for a damaged pack."""
    return Damaged(f"pack {pack} is damaged: {what}", "run nbmodelver verify --full to see which versions need it")


def header(pack_id: bytes) -> bytes:
    """Return the header of the pack named `pack_id` (16 bytes)."""
    return HEADER.pack(MAGIC, VERSION, 0, pack_id)


def ending(pack_id: bytes, blocks: Sequence[NewBlock], entries: Sequence[Entry]) -> bytes:
    """Return table of contents and trailer, which complete the pack after its header and blocks."""
    toc = _toc(blocks, entries)
    stored = zstandard.ZstdCompressor(level=3).compress(toc)
    at = HEADER.size + sum(b.stored for b in blocks)
    sum_ = checksum([header(pack_id), struct.pack("<QQQ", at, len(stored), len(toc)), stored])
    return stored + TRAILER.pack(at, len(stored), len(toc), sum_, TAIL_MAGIC)


def _toc(blocks: Sequence[NewBlock], entries: Sequence[Entry]) -> bytes:
    bases = {base: i for i, base in enumerate(dict.fromkeys(u.base for b in blocks for u in b.uses))}
    uses = [_USE.pack(bases[u.base], 0, u.start, u.length) for b in blocks for u in b.uses]
    return b"".join(
        [
            _COUNTS.pack(len(blocks), len(uses), len(bases), len(entries)),
            *(_BLOCK.pack(b.stored, b.raw, b.sum, b.encoding, 0, len(b.uses)) for b in blocks),
            *uses,
            *(bytes.fromhex(base) for base in bases),
            *(_PART.pack(bytes.fromhex(e.id), e.depth, e.raw_start, e.size) for e in entries),
        ]
    )


def read_contents(backend: Backend, key: str) -> Contents:
    """Read and verify the table of contents of a pack. Raises Damaged, StoreTooNew, KeyError.

    Reads the last 8 KiB of the file, and more only if the table is larger. Sizes are checked before they are allocated.
    """
    head, ending, size = _read_ends(backend, key)
    return contents_of(key, size, head, ending)


def read_ends(backend: Backend, key: str) -> bytes:
    """Return header, table of contents and trailer of a pack, joined: all that `contents_of` needs.

    Raises Damaged, KeyError.
    """
    head, ending, _ = _read_ends(backend, key)
    return head + ending


def contents_of_ends(key: str, size: int, ends: bytes) -> Contents:
    """Return the table of contents from what `read_ends` returned. size: of the pack. Raises Damaged, StoreTooNew."""
    if len(ends) < HEADER.size + TRAILER.size:
        raise damaged(key, "it is too short")
    return contents_of(key, size, ends[: HEADER.size], ends[HEADER.size :])


def contents_of(key: str, size: int, head: bytes, ending: bytes) -> Contents:
    """Verify and parse a table of contents. head: the header. ending: table of contents and trailer.

    Raises Damaged, StoreTooNew.
    """
    at, stored_bytes, raw_bytes, sum_, _magic = TRAILER.unpack(ending[-TRAILER.size :])
    stored = ending[: -TRAILER.size]
    if len(stored) != stored_bytes or at + stored_bytes + TRAILER.size != size or raw_bytes > MAX_TOC_BYTES:
        raise damaged(key, "its end is missing or changed")
    if checksum([head, struct.pack("<QQQ", at, stored_bytes, raw_bytes), stored]) != sum_:
        raise damaged(key, "its beginning or its table of contents was changed")
    _check_header(key, head)
    contents = Contents(key, _decompress(key, stored, raw_bytes), at, size)
    if part_rows.deepest(contents.rows()) > MAX_DEPTH:
        raise damaged(key, f"its deltas go deeper than {MAX_DEPTH}")
    return contents


def _read_ends(backend: Backend, key: str) -> tuple[bytes, bytes, int]:
    """Return the header of a pack, its table of contents with the trailer, and its size. Raises Damaged, KeyError."""
    size = backend.size(key)
    if size < HEADER.size + TRAILER.size:
        raise damaged(key, "it is too short")
    tail_at = max(size - _TAIL_GUESS_BYTES, 0)
    tail = backend.read(key, tail_at, size - tail_at)
    head = bytes(backend.read(key, 0, HEADER.size) if tail_at else tail[: HEADER.size])
    if len(tail) != size - tail_at:
        raise damaged(key, "it became shorter while it was read")
    at, stored_bytes, raw_bytes, _sum, magic = TRAILER.unpack(tail[-TRAILER.size :])
    if magic != TAIL_MAGIC or at + stored_bytes + TRAILER.size != size or at < HEADER.size:
        raise damaged(key, "its end is missing or changed")
    if max(stored_bytes, raw_bytes) > MAX_TOC_BYTES:
        raise damaged(key, f"its table of contents is above {MAX_TOC_BYTES} bytes")
    if at >= tail_at:
        return head, bytes(tail[at - tail_at :]), size
    return head, bytes(backend.read(key, at, stored_bytes)) + bytes(tail[-TRAILER.size :]), size


def read_leniently(backend: Backend, key: str) -> Contents | None:
    """Return the table of contents of a damaged pack without verifying it, None if it cannot be parsed.

    For repair: the caller verifies each part by its id.
    """
    try:
        size = backend.size(key)
        tail = bytes(backend.read(key, max(size - TRAILER.size, 0), TRAILER.size))
        at, stored_bytes, raw_bytes, _, _ = TRAILER.unpack(tail)
        if at < HEADER.size or at + stored_bytes > size or max(stored_bytes, raw_bytes) > MAX_TOC_BYTES:
            return None
        contents = Contents(key, _decompress(key, bytes(backend.read(key, at, stored_bytes)), raw_bytes), at, size)
        fine = all(e.depth <= MAX_DEPTH and e.size <= MAX_PART_BYTES for e in contents.entries) and contents.blocks
    except (KeyError, struct.error, Damaged):
        return None
    return contents if fine else None


def _check_header(key: str, head: bytes) -> None:
    magic, version, _reserved, pack_id = HEADER.unpack(head)
    if magic != MAGIC or _reserved or not key.endswith(pack_id.hex()):
        raise damaged(key, "its beginning was changed")
    if version > VERSION:
        raise StoreTooNew(
            f"pack {key} has version {version}; this nbmodelver reads up to {VERSION}",
            "upgrade nbmodelver to read this version",
        )


def _decompress(key: str, stored: bytes | memoryview, raw_bytes: int) -> bytes:
    try:
        if zstandard.get_frame_parameters(stored).content_size != raw_bytes:
            raise damaged(key, "its table of contents has another length than declared")
        return zstandard.ZstdDecompressor(max_window_size=1 << 27).decompress(stored)
    except zstandard.ZstdError as error:
        raise damaged(key, f"its table of contents cannot be read ({error})") from error
