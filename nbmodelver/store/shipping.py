"""Chooses the packs that carry parts from one store to another place, and the bytes of these packs.

A pack whose parts are all wanted is copied as it is. From other packs only the wanted parts and their bases are taken,
into new packs. A block that small parts share is written anew, with zeros for those that are not wanted, so the bytes
of versions that were not chosen never leave the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import MissingPart
from nbmodelver.store.elsewhere import by_pack, with_bases
from nbmodelver.store.encodings.plain import Zstd
from nbmodelver.store.repacking import Assembly, Kept, assembled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbmodelver.model import Backend, ObjectId
    from nbmodelver.store.index import PartIndex
    from nbmodelver.store.packs import Contents, Entry
    from nbmodelver.store.reading import Reader
    from nbmodelver.store.repacking import Source

CHUNK_BYTES = 8 << 20
MOST_BYTES = 64 << 20
"""A new pack for selected parts ends with the pack that reaches this size."""


@dataclass(frozen=True)
class Shipment:
    """The packs to copy. whole: packs as they are. chosen: new packs with parts of other packs."""

    whole: tuple[Contents, ...] = ()
    chosen: tuple[Assembly, ...] = ()

    @property
    def packs(self) -> tuple[Contents | Assembly, ...]:
        """All of them."""
        return (*self.whole, *self.chosen)

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(c.size for c in self.whole) + sum(a.size for a in self.chosen)

    @property
    def parts(self) -> int:
        """Number of parts."""
        return sum(c.count for c in self.whole) + sum(len(a.entries) for a in self.chosen)


def shipment(
    index: PartIndex, reader: Reader, ids: Iterable[ObjectId], has: Callable[[ObjectId], bool], where: str
) -> Shipment:
    """Return the packs that bring these parts and their bases to a place. has: what the place has, with its bases.

    reader: of the store. where: its place, for messages. Raises MissingPart for a part that neither place has, Damaged.
    """
    wanted = {id_: place for id_, place in with_bases(index, (i for i in ids if not has(i))).items() if not has(id_)}
    lost = next((id_ for id_, place in wanted.items() if place is None), None)
    if lost is not None:
        raise MissingPart(f"part {lost} is not in {where}", "see which versions need it: nbmodelver verify")
    whole, partly = [], []
    for contents, entries in by_pack(place for place in wanted.values() if place is not None).values():
        if len(entries) == contents.count:
            whole.append(contents)
        else:
            partly.append((contents, entries))
    return Shipment(tuple(whole), tuple(_assemblies(partly, reader)))


def _assemblies(partly: Sequence[tuple[Contents, list[Entry]]], reader: Reader) -> Iterator[Assembly]:
    def without_others(contents: Contents, index: int, entries: Sequence[Entry]) -> bytes | None:
        return _without_others(reader, contents, index, entries)

    run: list[Kept] = []
    size = 0
    for contents, entries in partly:
        run.append((contents, entries))
        size += sum(contents.blocks[i].stored for i in {i for e in entries for i in contents.covering(e)})
        if size >= MOST_BYTES:
            yield from filter(None, [assembled(run, other=without_others)])
            run, size = [], 0
    yield from filter(None, [assembled(run, other=without_others)])


def _without_others(reader: Reader, contents: Contents, index: int, entries: Sequence[Entry]) -> bytes | None:
    """Return a block with zeros for all but these parts as one zstd frame; None if it has no other part."""
    block = contents.blocks[index]
    starts = [(e.raw_start - block.raw_start, e.raw_start + e.size - block.raw_start) for e in entries]
    kept = sorted((max(start, 0), min(end, block.raw)) for start, end in starts if start < block.raw and end > 0)
    at = 0
    for start, end in kept:
        if start > at:
            break
        at = max(at, end)
    if at >= block.raw:
        return None
    raw = reader.block(contents, index)
    cleaned = bytearray(len(raw))
    for start, end in kept:
        cleaned[start:end] = raw[start:end]
    return bytes(Zstd().encode(memoryview(cleaned), b"")[0])


def file_chunks(backend: Backend, contents: Contents) -> Iterator[bytes | memoryview]:
    """Yield the bytes of a pack file. Raises KeyError if it is gone, StoreError."""
    for at in range(0, contents.size, CHUNK_BYTES):
        yield backend.read(contents.pack, at, min(CHUNK_BYTES, contents.size - at))


def stored_blocks(reader: Reader) -> Callable[[Sequence[Source]], Iterator[memoryview]]:
    """Return a function that yields the stored bytes of blocks, each checksum verified. It raises Damaged, KeyError."""
    return lambda sources: (reader.stored(contents, block) for contents, block in sources)
