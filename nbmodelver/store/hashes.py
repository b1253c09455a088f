"""The hashes of the store: blake3 for ids and checksums of files, xxh3 for fingerprints and checksums of blocks.

An id is stable for ever. A fingerprint (`Print`) is used within one process only and never stored.
"""

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
"""A fingerprint: xxh3_128 and length in bytes. Not collision-resistant against an attacker, so never stored."""


def id_of(raw: bytes | bytearray | memoryview, threads: bool = True) -> ObjectId:
    """Return the id of a part with these raw bytes. threads: use all cores for 1 MiB and more."""
    wide = threads and len(raw) >= _WORTH_THREADS_BYTES
    return ObjectId(blake3(raw, max_threads=_ALL_CORES if wide else 1).hexdigest(ID_BYTES))


def id_of_pieces(pieces: Iterable[bytes | memoryview]) -> ObjectId:
    """Return the id of a part from consecutive pieces of its raw bytes."""
    hasher = blake3()
    for piece in pieces:
        hasher.update(piece)
    return ObjectId(hasher.hexdigest(ID_BYTES))


def id_of_file(place: str) -> ObjectId:
    """Return the id that the content of a file has as a part. Raises OSError."""
    return ObjectId(blake3(max_threads=_ALL_CORES).update_mmap(place).hexdigest(ID_BYTES))


def print_of(raw: bytes | memoryview) -> Print:
    """Return the fingerprint of a run of bytes. raw: C-contiguous; only read."""
    return xxhash.xxh3_128_digest(raw), len(raw)


def sum_of(stored: bytes | memoryview) -> int:
    """Return the xxh3_64 (seed 0) of the stored bytes of a block. It is checked before the block is decoded."""
    return xxhash.xxh3_64_intdigest(stored)


def checksum(pieces: Iterable[bytes | memoryview]) -> bytes:
    """Return the 32 bytes of blake3 over the concatenated `pieces`."""
    hasher = blake3()
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest()
