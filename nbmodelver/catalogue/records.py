"""Records: the truth about what versions there are. Immutable; a new one is a file, old ones lie together in journals.

A record is canonical JSON (sorted keys, ASCII, no spaces) in one zstd frame with a checksum. The version's id is the
hash of that JSON, so two stores with the same id have the same content, and a changed byte is found on reading.
"""

from __future__ import annotations

import heapq
import json
import re
from typing import TYPE_CHECKING, Any

import zstandard
from blake3 import blake3

from nbmodelver.catalogue import folding, sense
from nbmodelver.catalogue.forgotten import Forgotten
from nbmodelver.catalogue.journal import Record
from nbmodelver.catalogue.journals import Journals
from nbmodelver.errors import Damaged, LimitExceeded, NbmodelverError, StoreError, UnknownVersion
from nbmodelver.model import Version, VersionId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from nbmodelver.model import Backend

PREFIX = "records/"
MAX_RAW_BYTES = 64 << 20
MAX_STORED_BYTES = 16 << 20
MAX_DEPTH = 64
"""JSON inside JSON: nothing that nbmodelver writes goes deeper than a few levels, parameters included."""

_ID = re.compile(r"[0-9a-f]{40}")
_KEY = re.compile(r"records/([0-9a-f]{2})/([0-9a-f]{40})")
_NUMBER = re.compile(rb'"number":(\d{1,18})[,}]')
_LEVEL = 3


class Records:
    """The versions of a store by id. Any thread and any process may write."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.journals = Journals(backend)
        self.forgotten = Forgotten(backend)
        self._numbers: dict[VersionId, int] = {}

    def write(self, version: Version) -> VersionId:
        """Store `version` durably and give its id; the id that it has already is not looked at.

        Written last of a commit: every part that it names must be in the store. The same version twice is one.
        """
        wrong = next(sense.nonsense_told(version), "")
        if wrong:  # It would be taken for damage by whoever reads it.
            raise StoreError(f"{version.name} cannot be stored: {wrong} makes no sense", "this is a bug in nbmodelver")
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
        self._numbers[id_] = version.number
        return id_

    def read(self, id_: VersionId) -> Version:
        """The version, its hash checked. Raises UnknownVersion, Damaged."""
        return _version(self._raw(id_), id_)

    def ids(self) -> list[VersionId]:
        """Every version's id, sorted; forgotten ones are none. Raises Damaged for what is no record or journal."""
        found, problems = self.readable_ids()
        for problem in problems:
            raise problem
        return found

    def readable_ids(self) -> tuple[list[VersionId], list[StoreError]]:
        """The same without what is hidden by damaged files, and what is wrong with these."""
        singles, problems = self._listed()
        found = set(singles).union(*(journal.ids for journal in self.journals.all()))
        problems += [*self.journals.unreadable().values(), *self.forgotten.unreadable().values()]
        return sorted(found - self.forgotten.all().keys()), problems

    def count(self) -> int:
        """How many versions there are; no record of a journal is looked at. Raises Damaged."""
        singles, problems = self._listed()
        for problem in (*problems, *self.journals.unreadable().values(), *self.forgotten.unreadable().values()):
            raise problem
        gone = self.forgotten.all()
        own = {id_ for id_ in singles if not self.journals.holds(id_)}
        if not self.journals.disjoint():  # Left by a kill: records that are in two of them.
            return len(own.union(*(journal.ids for journal in self.journals.all())) - gone.keys())
        return len(own - gone.keys()) + self.journals.count(gone)

    def present(self) -> set[VersionId]:
        """Every id that has a record, forgotten ones as well. Raises Damaged."""
        singles, problems = self._listed()
        for problem in (*problems, *self.journals.unreadable().values()):
            raise problem
        return set(singles).union(*(journal.ids for journal in self.journals.all()))

    def all(self) -> Iterator[Version]:
        """Every version, in the order of the ids. Raises Damaged at the first that cannot be read."""
        return (self.read(id_) for id_ in self.ids())

    def singles(self) -> list[VersionId]:
        """The records that are files of their own."""
        return self._listed()[0]

    def newest(self) -> Iterator[VersionId]:
        """Ids from the highest number down, as far as they are asked for; no record is read. Raises Damaged."""
        return (id_ for _, id_ in self._descending())

    def numbers(self) -> Iterator[int]:
        """The versions' numbers, from the highest down, in the same way."""
        return (number for number, _ in self._descending())

    def _descending(self) -> Iterator[tuple[int, VersionId]]:
        singles = sorted(((self._number(id_), id_) for id_ in self.singles()), reverse=True)
        for problem in (*self.journals.unreadable().values(), *self.forgotten.unreadable().values()):
            raise problem
        last: VersionId | None = None
        gone = self.forgotten.all()
        runs = [iter(singles), *(journal.newest() for journal in self.journals.all())]
        for number, id_ in heapq.merge(*runs, reverse=True):
            if id_ != last and id_ not in gone:
                yield number, id_
            last = id_

    def numbered(self, number: int) -> list[VersionId]:
        """The ids of the versions with this number: one, unless something was lost."""
        found = {id_ for id_ in self.singles() if self._number(id_) == number}
        found = found.union(*(journal.numbered(number) for journal in self.journals.all()))
        return sorted(found - self.forgotten.all().keys())

    def prefixed(self, hexes: str) -> list[VersionId]:
        """The ids that begin with these hex digits."""
        found = {id_ for id_ in self.singles() if id_.startswith(hexes)}
        found = found.union(*(journal.prefixed(hexes) for journal in self.journals.all()))
        return sorted(found - self.forgotten.all().keys())

    def exists(self, id_: VersionId) -> bool:
        """Whether there is a record; it is not read."""
        if not _ID.fullmatch(id_):
            return False
        try:
            self._backend.size(_key(id_))
        except KeyError:
            self.journals.refresh()
            return self.journals.holds(id_)
        return True

    def _listed(self) -> tuple[list[VersionId], list[StoreError]]:
        """The single records, once journals and tombstones are known that belong to the same moment.

        Listed first: what became part of a journal before that is in a journal that is listed after.
        """
        found: list[VersionId] = []
        problems: list[StoreError] = []
        for key in self._backend.list(PREFIX):
            match = _KEY.fullmatch(key)
            if match and match[2].startswith(match[1]):
                found.append(VersionId(match[2]))
            else:
                problems.append(Damaged(f"{key} is no record", "move it out of the store"))
        keys = self.journals.keys()
        while keys != (again := self.journals.keys()):  # A listing may miss both of two that are being exchanged.
            keys = again
        self.journals.refresh(keys)
        self.forgotten.refresh()
        return found, problems

    def number_of_key(self, key: str) -> int:
        """The number of the version in this file; 0 when it cannot be read."""
        return self._number(VersionId(key.rpartition("/")[2]))

    def _number(self, id_: VersionId) -> int:
        """The number of a single record; 0 for one that cannot be read."""
        if id_ not in self._numbers:
            try:
                raw = self._raw(id_)
                written = _NUMBER.findall(raw)  # More than one: a metric or parameter is called so too.
                number = int(written[0]) if len(written) == 1 else parse(raw)["number"]
            except (StoreError, LimitExceeded, ValueError, KeyError, TypeError, UnknownVersion):
                return 0
            self._numbers[id_] = number if type(number) is int and 0 <= number < 1 << 62 else 0
        return self._numbers[id_]

    def delete(self, id_: VersionId) -> None:
        """Remove the record durably; a missing one is no error. Its parts go with the next gc."""
        self.delete_many([id_])

    def delete_many(self, ids: Iterable[VersionId]) -> None:
        """Remove records durably, one after the other; those in journals last, each journal as a whole."""
        ids = list(ids)
        for id_ in ids:
            self._backend.delete(_key(id_))
        folding.leave_out(self._backend, self.journals, set(ids))

    def fold(self, *, more_than: int, keep: int) -> int:
        """Move single records, all but the newest `keep`, into a journal when there are more than `more_than`.

        Gives how many moved. At most `folding.MOST` a call, so that it is over soon; nobody may remove records
        meanwhile. Killed anywhere, a record is where it was or in both places.
        """
        singles = sorted(self.singles(), key=lambda id_: (self._number(id_), id_))
        if len(singles) <= more_than:
            return 0
        chosen: list[Record] = []
        size = 0
        for id_ in singles[: max(len(singles) - keep, 0)][: folding.MOST]:
            record = self._record(id_)
            if record is not None:
                chosen.append(record)
                size += len(record.raw)
            if size >= folding.MOST_BYTES:
                break
        moved = folding.fold(self._backend, self.journals, chosen)
        for id_ in moved:  # One that comes back after a power loss is the same record twice.
            self._backend.delete(_key(id_), durable=False)
        return len(moved)

    def write_raw(self, raw: bytes, listed: Collection[VersionId] | None) -> bool:
        """Store a record that was saved from a damaged journal; False when it is there, or none of those `listed`.

        Raises Damaged for what is no record.
        """
        id_ = id_of(raw)
        if (listed is not None and id_ not in listed) or self.exists(id_):
            return False
        version = _version(raw, id_)
        if canonical(version) != raw:
            raise _damaged(id_, "it is not written as records are")
        self.write(version)
        return True

    def check_single(self, key: str) -> None:
        """Read a record that is a file of its own, and compare it with its id. Raises Damaged, KeyError."""
        id_ = key.rpartition("/")[2]
        if id_of(decompress(bytes(self._backend.read(key, 0, MAX_STORED_BYTES + 1)), id_)) != id_:
            raise _damaged(id_, "its content has another hash")

    def _record(self, id_: VersionId) -> Record | None:
        """The record for a journal; None for one that is damaged and stays where it is."""
        try:
            raw = decompress(bytes(self._backend.read(_key(id_), 0, MAX_STORED_BYTES + 1)), id_)
        except (KeyError, Damaged, LimitExceeded):
            return None
        return Record(id_, self._number(id_), raw) if id_of(raw) == id_ else None

    def _raw(self, id_: VersionId) -> bytes:
        if not _ID.fullmatch(id_):
            raise UnknownVersion(f"{id_!r} is no version id", "an id has 40 digits from 0-9 and a-f")
        try:
            raw = decompress(bytes(self._backend.read(_key(id_), 0, MAX_STORED_BYTES + 1)), id_)
        except KeyError:
            found = self.journals.raw(id_)
            if found is None:
                raise self._unknown(id_) from None
            raw = found
        if id_of(raw) != id_:
            raise _damaged(id_, "its content has another hash")
        return raw

    def _unknown(self, id_: VersionId) -> NbmodelverError:
        for problem in self.journals.unreadable().values():
            return problem
        return UnknownVersion(f"version {id_} is not in the store at {self._backend.where}")

    def _check_existing(self, id_: VersionId, stored: bytes) -> None:
        """Replace a record that was damaged on disk; a file is not good because it has the right name."""
        try:
            self._raw(id_)
        except Damaged:
            self._backend.delete(_key(id_))
            if not self._backend.create(_key(id_), [stored]):
                raise StoreError(f"record {id_} is being written by someone else", "commit again") from None


def _version(raw: bytes, id_: VersionId) -> Version:
    try:
        data = parse(raw)
        version = Version.from_dict({**data, "id": id_})
        wrong = next(sense.nonsense(version), "")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise _damaged(id_, f"it is no version that this nbmodelver knows ({error})") from error
    if wrong:
        raise _damaged(id_, f"it makes no sense: {wrong}")
    return version


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
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _deeper(raw, MAX_DEPTH):
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    data = json.loads(raw)
    if not isinstance(data, dict):
        raise TypeError("not an object")
    return data


def _deeper(raw: bytes, most: int) -> bool:
    """Whether brackets outside of texts are nested deeper; the innermost pairs are taken away again and again."""
    left = _STRING.sub(b"", raw).translate(_ALIKE, _NO_BRACKETS)
    for _ in range(most):
        if not left:
            return False
        shorter = left.replace(b"[]", b"")
        if len(shorter) == len(left):
            return True  # They do not match: no JSON, or deeper than was looked.
        left = shorter
    return bool(left)


_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_ALIKE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _key(id_: str) -> str:
    return f"{PREFIX}{id_[:2]}/{id_}"


def _damaged(id_: str, what: str) -> Damaged:
    return Damaged(
        f"the record of version {id_} is damaged: {what}", "nbmodelver repair moves it away; a backup may have it whole"
    )
