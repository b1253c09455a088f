"""The two hashes of the store: blake3 names bytes for ever, xxh3 recognises them within one process or one pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xxhash
from blake3 import blake3

from nbmodelver.model import ObjectId

if TYPE_CHECKING:
    from collections.abc import Iterable

ID_BYTES = 20
_ALL_CORES = blake3.AUTO
_WORTH_THREADS_BYTES = 1 << 20

Print = tuple[bytes, int]
"""xxh3_128 and length: enough to recognise one's own memory, never stored and never trusted from others."""


def id_of(raw: bytes | bytearray | memoryview, threads: bool = True) -> ObjectId:
    """The id of a part with these raw bytes."""
    wide = threads and len(raw) >= _WORTH_THREADS_BYTES
    return ObjectId(blake3(raw, max_threads=_ALL_CORES if wide else 1).hexdigest(ID_BYTES))


def id_of_pieces(pieces: Iterable[bytes | memoryview]) -> ObjectId:
    """The id of a part whose raw bytes come one after the other."""
    hasher = blake3()
    for piece in pieces:
        hasher.update(piece)
    return ObjectId(hasher.hexdigest(ID_BYTES))


def print_of(raw: bytes | memoryview) -> Print:
    """What a run of bytes is recognised by within this process."""
    return xxhash.xxh3_128_digest(raw), len(raw)


def sum_of(stored: bytes | memoryview) -> int:
    """xxh3_64 of stored bytes: finds damage before a decoder sees it."""
    return xxhash.xxh3_64_intdigest(stored)


def checksum(pieces: Iterable[bytes | memoryview]) -> bytes:
    """32 bytes of blake3 over `pieces`, one after the other."""
    hasher = blake3()
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest()
