"""Assembles a pack from blocks of other packs. No block is decoded: bases are named by id, so deltas stay valid."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from blake3 import blake3

from nbmodelver.store.encodings.plain import Zstd
from nbmodelver.store.hashes import sum_of
from nbmodelver.store.index import PREFIX
from nbmodelver.store.packs import Block, Contents, Entry, NewBlock, ending, header, read_contents
from nbmodelver.store.sealing import Stream

if TYPE_CHECKING:
    from nbmodelver.store.reading import Reader

ZSTD = Zstd.number

Kept = tuple[Contents, Sequence[Entry]]
"""A pack and those of its entries that are copied."""

Source = tuple[Contents, Block]
"""A block and the pack that it is copied from."""


@dataclass(frozen=True)
class Assembly:
    """A pack that consists of blocks of other packs.

    kept: where its parts come from. ending: its table of contents and trailer. size: bytes of its file. given: index in
    `sources` -> the stored bytes of a block that is not copied as it is.
    """

    name: bytes
    kept: tuple[Kept, ...]
    sources: tuple[Source, ...]
    entries: tuple[Entry, ...]
    ending: bytes
    size: int
    given: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def ends(self) -> bytes:
        """Header, table of contents and trailer, as `packs.read_ends` returns them."""
        return header(self.name) + self.ending

    def named(self, name: bytes) -> Assembly:
        """Return the same pack under another name. name: 16 bytes."""
        blocks = [NewBlock(b.raw, b.stored, b.sum, b.encoding, b.uses) for _, b in self.sources]
        end = ending(name, blocks, self.entries)
        size = len(header(name)) + sum(b.stored for b in blocks) + len(end)
        return replace(self, name=name, ending=end, size=size)

    def chunks(self, read: Callable[[Sequence[Source]], Iterable[bytes | memoryview]]) -> Iterator[bytes | memoryview]:
        """Yield the bytes of the file. read: returns the stored bytes of each of the given blocks, in order."""
        yield header(self.name)
        wanted = [s for at, s in enumerate(self.sources) if s[1].stored and at not in self.given]
        copied = iter(read(wanted))
        for at, (_, block) in enumerate(self.sources):
            if at in self.given:
                yield self.given[at]
            elif block.stored:
                yield next(copied)
        yield self.ending


def _same(_contents: Contents, _index: int, _kept: Sequence[Entry]) -> None:
    """Every block is copied as it is."""


def assembled(
    kept: Iterable[Kept],
    name: bytes | None = None,
    other: Callable[[Contents, int, Sequence[Entry]], bytes | None] = _same,
) -> Assembly | None:
    """Return the pack with the given entries of the given packs; None without any entry.

    name: 16 bytes; None: a hash of the entries and of the packs that they come from, so that the same selection has the
    same name. other: returns one zstd frame for a block that is not copied as it is, None for one that is.
    """
    kept = tuple(kept)
    sources: list[Source] = []
    entries: list[Entry] = []
    digest = blake3()
    given: dict[int, bytes] = {}
    raw_at = 0
    for contents, own in kept:
        shift: dict[int, int] = {}
        digest.update(contents.pack.encode())
        for i in sorted({i for entry in own for i in contents.covering(entry)}):
            block = contents.blocks[i]
            frame = other(contents, i, own)
            if frame is not None:
                given[len(sources)] = frame
                block = replace(block, stored=len(frame), sum=sum_of(frame), encoding=ZSTD, uses=())
            sources.append((contents, block))
            shift[i] = raw_at - block.raw_start
            raw_at += block.raw
        for entry in own:
            covering = contents.covering(entry)
            at = entry.raw_start + shift[covering[0]] if covering else 0
            entries.append(Entry(entry.id, at, entry.size, entry.depth))
            digest.update(bytes.fromhex(entry.id))
    if not entries:
        return None
    made = Assembly(b"", kept, tuple(sources), tuple(entries), b"", 0, given)
    return made.named(digest.digest(16) if name is None else name)


def repack(reader: Reader, kept: Iterable[Kept]) -> None:
    """Write one new pack with the given entries of the given packs, durably. Writes none if there are no entries.

    Old packs stay. Raises Damaged if the checksum of a block is wrong; nothing is written then.
    """
    pack = assembled(kept, secrets.token_bytes(16))
    if pack is None:
        return
    key = f"{PREFIX}{pack.name.hex()}"
    stream = Stream(reader.backend, key)
    try:
        for chunk in pack.chunks(lambda sources: (bytes(reader.stored(*source)) for source in sources)):
            stream.write(bytes(chunk))
        stream.close()
    except BaseException:
        stream.abort()
        raise
    reader.index.add(read_contents(reader.backend, key))
