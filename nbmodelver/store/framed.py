"""The coding of small documents: canonical JSON in one zstd frame, with a limit on the declared size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import zstandard
from blake3 import blake3

from nbmodelver.errors import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_RAW_BYTES = 64 << 20
MAX_DEPTH = 64
"""Deepest nesting of JSON that is accepted."""

_LEVEL = 3


def canonical(data: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON: sorted keys, no spaces, ASCII."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def id_of(raw: bytes) -> str:
    """Return the first 20 bytes of blake3, in hex."""
    return str(blake3(raw).hexdigest(20))


def compress(raw: bytes) -> bytes:
    """Return a zstd frame with content size and checksum."""
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(raw)


def decompress(stored: bytes, what: str, most_bytes: int = MAX_RAW_BYTES) -> bytes:
    """Return the content of one frame. what: for messages. Raises Damaged; checks the size before it allocates."""
    try:
        size = zstandard.get_frame_parameters(stored).content_size
        if not 0 <= size <= most_bytes:
            raise broken(what, f"it declares {size} bytes; the limit is {most_bytes}")
        decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        raw: bytes = decompressor.decompress(stored, max_output_size=max(size, 1), allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise broken(what, f"it cannot be decompressed ({error})") from error
    if len(raw) != size:
        raise broken(what, "its length is not the declared one")
    return raw


def parse(raw: bytes, what: str) -> dict[str, Any]:
    """Return the JSON object. Raises Damaged, also if it is nested beyond MAX_DEPTH."""
    try:
        data = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise broken(what, "it is not JSON") from error
    if not isinstance(data, dict):
        raise broken(what, "it is not a JSON object")
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return data
    raise broken(what, f"it is nested deeper than {MAX_DEPTH}")


def _inside(value: Any) -> Iterable[Any]:
    """Return the objects and arrays in an object or array."""
    every = value.values() if isinstance(value, dict) else value
    return [inner for inner in every if isinstance(inner, dict | list)]


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def broken(what: str, why: str) -> Damaged:
    """Return the error for a document that cannot be used."""
    return Damaged(f"{what} is damaged: {why}", "restore it from another copy of the remote; nothing here was changed")
