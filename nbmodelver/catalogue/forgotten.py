"""Forgotten versions: named, with their parents, in small immutable files. From then on they do not count.

A record names its parents by id and ids cover content, so records of children are never rewritten: whoever walks
from a child finds here what its forgotten parent's parents were. Records and parts themselves go with the next gc.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard
from blake3 import blake3

from nbmodelver.errors import Damaged
from nbmodelver.model import VersionId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbmodelver.model import Backend, Version

PREFIX = "forgotten/"
MAX_BYTES = 64 << 20
MANY = 16
DAY_S = 86400
"""From this many files older than a day on they become one; younger ones still say when gc may go ahead."""

_KEY = re.compile(r"forgotten/[0-9a-f]{40}")
_ID = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Tombstone:
    """What stays of a forgotten version. number: 0 for one whose record was lost."""

    number: int
    parents: tuple[VersionId, ...]


class Forgotten:
    """The forgotten versions of a store. Any thread and any process may add."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._files: dict[str, dict[VersionId, Tombstone]] = {}
        self._all: dict[VersionId, Tombstone] = {}
        self._unreadable: dict[str, Damaged] = {}
        self._loaded = False

    def all(self) -> Mapping[VersionId, Tombstone]:
        """Every forgotten version, as of the last refresh."""
        if not self._loaded:
            self.refresh()
        return self._all

    def unreadable(self) -> dict[str, Damaged]:
        """The files that are damaged: versions named in them may have come back."""
        self.refresh()
        return dict(self._unreadable)

    def refresh(self) -> None:
        """Read what is new. Costs one listing when nothing is."""
        keys = set(self._backend.list(PREFIX))
        if keys != self._files.keys() | self._unreadable.keys() or not self._loaded:
            for key in sorted(keys - self._files.keys() - self._unreadable.keys()):
                self._read(key)
            self._files = {k: v for k, v in self._files.items() if k in keys}
            self._unreadable = {k: v for k, v in self._unreadable.items() if k in keys}
            self._all = {id_: stone for stones in self._files.values() for id_, stone in stones.items()}
        self._loaded = True

    def add(self, versions: Iterable[Version]) -> None:
        """Forget these versions, durably and all at once."""
        self._write({v.id: Tombstone(v.number, v.parents) for v in versions})
        self.refresh()
        old = [key for key in self._files if abs(self._backend.age_s(key)) > DAY_S]
        if len(old) >= MANY:
            self._make_one(old)

    def add_lost(self, ids: Iterable[VersionId]) -> None:
        """The same for versions whose records are lost: what they descended from is not known."""
        self._write({id_: Tombstone(0, ()) for id_ in ids})
        self.refresh()

    def take_back(self, ids: Iterable[VersionId]) -> None:
        """Let these versions count again. Killed on the way, some of them do."""
        self.refresh()
        back = set(ids)
        for key, stones in dict(self._files).items():
            if back & stones.keys():
                self._write({id_: stone for id_, stone in stones.items() if id_ not in back})
                self._backend.delete(key)
        self.refresh()

    def ages_s(self) -> dict[VersionId, float]:
        """How long ago each version was forgotten, in seconds by the clock of the store's place."""
        self.refresh()
        return {id_: abs(self._backend.age_s(key)) for key, stones in self._files.items() for id_ in stones}

    def _make_one(self, old: list[str]) -> None:
        """One file for several: durable before the others go. Killed in between, versions are named twice."""
        together = {id_: stone for key in old for id_, stone in self._files[key].items()}
        self._write(together)
        for key in set(old) - {_key(together)}:
            self._backend.delete(key)
        self.refresh()

    def _write(self, stones: Mapping[VersionId, Tombstone]) -> None:
        if stones:
            frame = zstandard.ZstdCompressor(level=3, write_checksum=True).compress(_form(stones))
            self._backend.create(_key(stones), [frame])

    def _read(self, key: str) -> None:
        try:
            self._files[key] = _parse(bytes(self._backend.read(key, 0, MAX_BYTES)), key)
        except KeyError:  # Made one with others since the listing.
            return
        except Damaged as error:
            self._unreadable[key] = error


def _form(stones: Mapping[VersionId, Tombstone]) -> bytes:
    data = {id_: {"number": s.number, "parents": list(s.parents)} for id_, s in stones.items()}
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode("ascii")


def _key(stones: Mapping[VersionId, Tombstone]) -> str:
    return PREFIX + blake3(_form(stones)).hexdigest(20)


def _parse(stored: bytes, key: str) -> dict[VersionId, Tombstone]:
    try:
        if not _KEY.fullmatch(key) or zstandard.get_frame_parameters(stored).content_size > MAX_BYTES:
            raise ValueError(key)
        raw = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompress(stored, allow_extra_data=False)
        if PREFIX + blake3(raw).hexdigest(20) != key:
            raise ValueError(key)
        return dict(_stone(id_, entry["number"], entry["parents"]) for id_, entry in json.loads(raw).items())
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Damaged(
            f"the list of forgotten versions {key} is damaged", "try: nbmodelver repair; versions in it may come back"
        ) from None


def _stone(id_: str, number: int, parents: list[str]) -> tuple[VersionId, Tombstone]:
    fine = type(number) is int and 0 <= number < 1 << 62 and all(type(p) is str for p in parents)
    if not fine or not all(map(_ID.fullmatch, (id_, *parents))):
        raise ValueError(id_)
    return VersionId(id_), Tombstone(number, tuple(map(VersionId, parents)))
