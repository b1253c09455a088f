"""Tombstones of forgotten versions: small immutable files with their ids and parents. Listings leave these ids out.

A record names its parents by id, and an id covers the content, so the records of children cannot be rewritten. A walk
from a child to its ancestors finds the parents of a forgotten version here. The next gc deletes records and parts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard
from blake3 import blake3

from nbmodelver.errors import Damaged
from nbmodelver.model import VersionId, is_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbmodelver.model import Backend, Version

PREFIX = "forgotten/"
MAX_BYTES = 64 << 20
MANY = 16
DAY_S = 86400
"""If MANY files are older than a day, they are merged. The age of younger files tells gc when their grace ends."""

_KEY = re.compile(r"forgotten/[0-9a-f]{40}")


@dataclass(frozen=True)
class Tombstone:
    """What is kept of a forgotten version. number: 0 if its record was lost."""

    number: int
    parents: tuple[VersionId, ...]


class Forgotten:
    """The forgotten versions of a store. Any thread and any process may add versions."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._files: dict[str, dict[VersionId, Tombstone]] = {}
        self._all: dict[VersionId, Tombstone] = {}
        self._unreadable: dict[str, Damaged] = {}
        self._loaded = False

    def all(self) -> Mapping[VersionId, Tombstone]:
        """Return every forgotten version, as of the last refresh. Read-only."""
        if not self._loaded:
            self.refresh()
        return self._all

    def unreadable(self) -> dict[str, Damaged]:
        """Refresh, and return the error for each damaged file. Versions listed in it may be visible again."""
        self.refresh()
        return dict(self._unreadable)

    def refresh(self) -> None:
        """Read new files. Costs one listing if nothing changed."""
        keys = set(self._backend.list(PREFIX))
        if keys != self._files.keys() | self._unreadable.keys() or not self._loaded:
            for key in sorted(keys - self._files.keys() - self._unreadable.keys()):
                self._read(key)
            self._files = {k: v for k, v in self._files.items() if k in keys}
            self._unreadable = {k: v for k, v in self._unreadable.items() if k in keys}
            self._all = {id_: stone for stones in self._files.values() for id_, stone in stones.items()}
        self._loaded = True

    def add(self, versions: Iterable[Version]) -> None:
        """Forget these versions durably, all at once. Raises StoreFull, StoreReadOnly."""
        self._write({v.id: Tombstone(v.number, v.parents) for v in versions})
        self.refresh()
        old = [key for key in self._files if abs(self._backend.age_s(key)) > DAY_S]
        if len(old) >= MANY:
            self._make_one(old)

    def add_elsewhere(self, stones: Mapping[VersionId, tuple[int, tuple[VersionId, ...]]]) -> None:
        """Forget versions that another store forgot and that never were here. stones: version -> (number, parents)."""
        self._write({id_: Tombstone(number, parents) for id_, (number, parents) in stones.items()})
        self.refresh()

    def add_lost(self, ids: Iterable[VersionId]) -> None:
        """Forget versions whose records are lost, so their parents are unknown."""
        self._write({id_: Tombstone(0, ()) for id_ in ids})
        self.refresh()

    def take_back(self, ids: Iterable[VersionId]) -> None:
        """Bring these versions back. After a kill, some of them are."""
        self.refresh()
        back = set(ids)
        for key, stones in dict(self._files).items():
            if back & stones.keys():
                self._write({id_: stone for id_, stone in stones.items() if id_ not in back})
                self._backend.delete(key)
        self.refresh()

    def ages_s(self) -> dict[VersionId, float]:
        """Return for each version how many seconds ago it was forgotten, by the clock of the backend."""
        self.refresh()
        return {id_: abs(self._backend.age_s(key)) for key, stones in self._files.items() for id_ in stones}

    def _make_one(self, old: list[str]) -> None:
        """Merge these files into one, which is durable before they are deleted. A kill leaves versions listed twice."""
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
        except KeyError:  # Merged with others since the listing.
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
            f"the list of forgotten versions {key} is damaged", "run nbmodelver repair; versions in it may come back"
        ) from None


def _stone(id_: str, number: int, parents: list[str]) -> tuple[VersionId, Tombstone]:
    fine = type(number) is int and 0 <= number < 1 << 62 and all(type(p) is str for p in parents)
    if not fine or not all(map(is_id, (id_, *parents))):
        raise ValueError(id_)
    return VersionId(id_), Tombstone(number, tuple(map(VersionId, parents)))
