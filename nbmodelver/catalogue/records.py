"""Records: one immutable file a version, the truth about what versions there are.

A record is canonical JSON (sorted keys, ASCII, no spaces) in one zstd frame with a checksum. The version's id is the
hash of that JSON, so two stores with the same id have the same content, and a changed byte is found on reading.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import zstandard
from blake3 import blake3

from nbmodelver.catalogue import sense
from nbmodelver.errors import Damaged, LimitExceeded, StoreError, UnknownVersion
from nbmodelver.model import Version, VersionId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Backend

PREFIX = "records/"
MAX_RAW_BYTES = 64 << 20
MAX_STORED_BYTES = 16 << 20
MAX_DEPTH = 64
"""JSON inside JSON: nothing that nbmodelver writes goes deeper than a few levels, parameters included."""

_ID = re.compile(r"[0-9a-f]{40}")
_KEY = re.compile(r"records/([0-9a-f]{2})/([0-9a-f]{40})")
_LEVEL = 3


class Records:
    """The versions of a store by id. Any thread and any process may write."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def write(self, version: Version) -> VersionId:
        """Store `version` durably and give its id; the id that it has already is not looked at.

        Written last of a commit: every part that it names must be in the store. The same version twice is one.
        """
        raw = canonical(version)
        id_ = id_of(raw)
        stored = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(raw)
        if len(raw) > MAX_RAW_BYTES or len(stored) > MAX_STORED_BYTES:
            raise LimitExceeded(
                f"the record of {version.name} has {len(raw)} bytes; the limit is {MAX_RAW_BYTES}",
                "keep long texts as variables, not as parameters or notes",
            )
        if not self._backend.create(_key(id_), [stored]):
            self._check_existing(id_, stored)
        return id_

    def read(self, id_: VersionId) -> Version:
        """The version, its hash checked. Raises UnknownVersion, Damaged."""
        raw = self._raw(id_)
        try:
            data = parse(raw)
            version = Version.from_dict({**data, "id": id_})
            wrong = next(sense.nonsense(version), "")
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise _damaged(id_, f"it is no version that this nbmodelver knows ({error})") from error
        if wrong:
            raise _damaged(id_, f"it makes no sense: {wrong}")
        return version

    def ids(self) -> list[VersionId]:
        """Every version's id, sorted. Raises Damaged for a file that is no record."""
        found = []
        for key in self._backend.list(PREFIX):
            match = _KEY.fullmatch(key)
            if not match or not match[2].startswith(match[1]):
                raise Damaged(f"{key} is no record", "move it out of the store")
            found.append(VersionId(match[2]))
        return sorted(found)

    def all(self) -> Iterator[Version]:
        """Every version, in the order of the ids. Raises Damaged at the first that cannot be read."""
        return (self.read(id_) for id_ in self.ids())

    def exists(self, id_: VersionId) -> bool:
        """Whether there is a record; it is not read."""
        if not _ID.fullmatch(id_):
            return False
        try:
            self._backend.size(_key(id_))
        except KeyError:
            return False
        return True

    def delete(self, id_: VersionId) -> None:
        """Remove the record durably; a missing one is no error. Its parts go with the next gc."""
        self._backend.delete(_key(id_))

    def _raw(self, id_: VersionId) -> bytes:
        if not _ID.fullmatch(id_):
            raise UnknownVersion(f"{id_!r} is no version id", "an id has 40 digits from 0-9 and a-f")
        try:
            stored = bytes(self._backend.read(_key(id_), 0, MAX_STORED_BYTES + 1))
        except KeyError:
            raise UnknownVersion(f"version {id_} is not in the store at {self._backend.where}") from None
        raw = decompress(stored, id_)
        if id_of(raw) != id_:
            raise _damaged(id_, "its content has another hash")
        return raw

    def _check_existing(self, id_: VersionId, stored: bytes) -> None:
        """Replace a record that was damaged on disk; a file is not good because it has the right name."""
        try:
            self._raw(id_)
        except Damaged:
            self._backend.delete(_key(id_))
            if not self._backend.create(_key(id_), [stored]):
                raise StoreError(f"record {id_} is being written by someone else", "commit again") from None


def canonical(version: Version) -> bytes:
    """The JSON whose hash is the version's id: everything but the id itself."""
    data = version.to_dict()
    data.pop("id", None)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def id_of(raw: bytes) -> VersionId:
    """The id of the version with this canonical JSON."""
    return VersionId(blake3(raw).hexdigest(20))


def decompress(stored: bytes, id_: str = "") -> bytes:
    """The JSON in a record's bytes, its declared length checked before anything is allocated. Raises Damaged."""
    if len(stored) > MAX_STORED_BYTES:
        raise LimitExceeded(f"record {id_} is larger than {MAX_STORED_BYTES} bytes")
    try:
        size = zstandard.get_frame_parameters(stored).content_size
        if size > MAX_RAW_BYTES:  # Also the value that zstandard gives for "unknown".
            raise LimitExceeded(f"record {id_} says it has {size} bytes; the limit is {MAX_RAW_BYTES}")
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        raw: bytes = reader.decompress(stored, max_output_size=max(size, 1), allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise _damaged(id_, f"it cannot be decompressed ({error})") from error
    if len(raw) != size:
        raise _damaged(id_, "it is incomplete")
    return raw


def parse(raw: bytes) -> dict[str, Any]:
    """The object in `raw`. Raises ValueError or TypeError for anything else, or one that is nested too deep."""
    depth = deepest = 0
    for brace in re.finditer(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', raw):
        first = brace[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH}")
    data = json.loads(raw)
    if not isinstance(data, dict):
        raise TypeError("not an object")
    return data


def _key(id_: str) -> str:
    return f"{PREFIX}{id_[:2]}/{id_}"


def _damaged(id_: str, what: str) -> Damaged:
    return Damaged(f"the record of version {id_} is damaged: {what}", "restore the file from a copy of the store")
