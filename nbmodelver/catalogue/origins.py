"""Where versions come from that were not committed here: the files `origins/`, on which trust in pickles depends.

A fetch writes one file before it writes records, so a version of somebody else is never taken for one's own. A bundle
that is imported has the ref `origin/VERSION` instead.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import zstandard
from blake3 import blake3

from nbmodelver.errors import Damaged
from nbmodelver.model import VersionId, is_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Backend

PREFIX = "origins/"
MAX_BYTES = 64 << 20
MOST_VERSIONS = 500_000
"""Of one file, so that it stays below MAX_BYTES."""

UNKNOWN = "unknown"
"""The origin of every version while a file of origins is damaged: none of them is trusted then."""


class Origins:
    """The origins of fetched versions in one store."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._files: dict[str, dict[str, list[str]]] = {}
        self._of: dict[str, str] = {}
        self._is_damaged = False

    def of(self, version: VersionId) -> str | None:
        """Return the origin of a version, None for one that was committed here. Costs one listing."""
        self._refresh()
        return UNKNOWN if self._is_damaged else self._of.get(version)

    def all(self) -> dict[VersionId, str]:
        """Return version -> origin of all versions that were not committed here. {} while a file is damaged."""
        self._refresh()
        return {} if self._is_damaged else {VersionId(version): origin for version, origin in self._of.items()}

    def add(self, origins: Mapping[str, Sequence[VersionId]]) -> None:
        """Record versions by origin, durably. A version that has one keeps it. Raises StoreFull, StoreReadOnly."""
        self._refresh()
        new = {origin: sorted(v for v in versions if v not in self._of) for origin, versions in origins.items()}
        for origin, every in sorted(new.items()):
            for at in range(0, len(every), MOST_VERSIONS):
                raw = json.dumps({origin: every[at : at + MOST_VERSIONS]}, separators=(",", ":")).encode("ascii")
                frame = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(raw)
                self._backend.create(PREFIX + blake3(raw).hexdigest(20), [frame])
        if any(new.values()):
            self._refresh()

    def _refresh(self) -> None:
        keys = set(self._backend.list(PREFIX))
        if keys == self._files.keys() and not self._is_damaged:
            return
        self._is_damaged = False
        self._files = {key: origins for key, origins in self._files.items() if key in keys}
        for key in keys:
            if key in self._files:
                continue
            try:
                self._files[key] = _parse(bytes(self._backend.read(key, 0, MAX_BYTES)), key)
            except (Damaged, KeyError):
                self._is_damaged = True
        self._of = {}
        for key in sorted(self._files):
            for origin, versions in self._files[key].items():
                for version in versions:
                    self._of.setdefault(version, origin)


def _parse(stored: bytes, key: str) -> dict[str, list[str]]:
    try:
        if not 0 <= zstandard.get_frame_parameters(stored).content_size <= MAX_BYTES:
            raise ValueError(key)
        raw = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompress(stored, allow_extra_data=False)
        data = json.loads(raw)
        if PREFIX + blake3(raw).hexdigest(20) != key or not all(is_id(v) for own in data.values() for v in own):
            raise ValueError(key)
    except (zstandard.ZstdError, ValueError, TypeError, AttributeError, RecursionError):
        raise Damaged(f"the list of origins {key} is damaged", "fetch from the remote again") from None
    return {str(origin): list(versions) for origin, versions in data.items()}
