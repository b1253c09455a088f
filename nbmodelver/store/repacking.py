"""Copying of blocks from old packs into a new one. No block is decoded: bases are named by id, so deltas stay valid."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.store.index import PREFIX
from nbmodelver.store.packs import Contents, Entry, NewBlock, ending, header, read_contents
from nbmodelver.store.sealing import Stream

if TYPE_CHECKING:
    from nbmodelver.store.reading import Reader

Kept = tuple[Contents, Sequence[Entry]]
"""A pack and those of its entries that are copied."""


def repack(reader: Reader, kept: Iterable[Kept]) -> None:
    """Write one new pack with the given entries of the given packs, durably. Writes none if there are no entries.

    Old packs stay. Raises Damaged if the checksum of a block is wrong; nothing is written then.
    """
    name = secrets.token_bytes(16)
    key = f"{PREFIX}{name.hex()}"
    new = _New(Stream(reader.backend, key))
    try:
        new.stream.write(header(name))
        for contents, own in kept:
            _move(reader, contents, own, new)
        if not new.entries:
            new.stream.abort()
            return
        new.stream.write(ending(name, new.blocks, new.entries))
        new.stream.close()
    except BaseException:
        new.stream.abort()
        raise
    reader.index.add(read_contents(reader.backend, key))


@dataclass
class _New:
    """The new pack while it is written."""

    stream: Stream
    blocks: list[NewBlock] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def _move(reader: Reader, contents: Contents, own: Sequence[Entry], new: _New) -> None:
    raw_at = sum(b.raw for b in new.blocks)
    shift: dict[int, int] = {}
    for i in sorted({i for entry in own for i in contents.covering(entry)}):
        block = contents.blocks[i]
        stored = bytes(reader.stored(contents, block))
        if stored:
            new.stream.write(stored)
        new.blocks.append(NewBlock(block.raw, block.stored, block.sum, block.encoding, block.uses))
        shift[i] = raw_at - block.raw_start
        raw_at += block.raw
    for entry in own:
        covering = contents.covering(entry)
        at = entry.raw_start + shift[covering[0]] if covering else 0
        new.entries.append(Entry(entry.id, at, entry.size, entry.depth))
