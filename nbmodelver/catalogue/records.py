"""Records: the authoritative, immutable descriptions of versions. A new record is a file; old ones lie in journals.

A record is canonical JSON (sorted keys, ASCII, no spaces) in one zstd frame with a checksum. The version's id is the
hash of that JSON, so versions with the same id have the same content, and every changed byte is detected on reading.
"""

from __future__ import annotations

import heapq
import json
import re
from typing import TYPE_CHECKING, Any

import zstandard
from blake3 import blake3

from nbmodelver.catalogue import folding, validation
from nbmodelver.catalogue.forgotten import Forgotten
from nbmodelver.catalogue.journal import Record
from nbmodelver.catalogue.journals import Journals
from nbmodelver.errors import Damaged, LimitExceeded, NbmodelverError, StoreError, UnknownVersion
from nbmodelver.model import Version, VersionId, is_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from nbmodelver.model import Backend

PREFIX = "records/"
MAX_RAW_BYTES = 64 << 20
MAX_STORED_BYTES = 16 << 20
MAX_DEPTH = 64
"""Deepest nesting of the JSON. Records that nbmodelver writes have a few levels, parameters included."""

MANY_ADDED = 64
"""More records of another store than this are written as one journal instead of one file each."""

_KEY = re.compile(r"records/([0-9a-f]{2})/([0-9a-f]{40})")
_NUMBER = re.compile(rb'"number":(\d{1,18})[,}]')
_LEVEL = 3


class Records:
    """The versions of a store by id. Any thread and any process may write.

    journals, forgotten: those of the store, refreshed by each listing.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.journals = Journals(backend)
        self.forgotten = Forgotten(backend)
        self._numbers: dict[VersionId, int] = {}

    def write(self, version: Version) -> VersionId:
        """Store `version` durably and return its id, computed from its content; `version.id` is ignored.

        Every part that the version names must already be in the store. Writing an equal version again changes nothing.
        Raises LimitExceeded, StoreFull, StoreReadOnly; StoreError for a version with invalid fields.
        """
        wrong = next(validation.invalid_labels(version), "")
        if wrong:  # A reader would report it as damage.
            raise StoreError(f"{version.name} cannot be stored: {wrong} is invalid", "this is a bug in nbmodelver")
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
        """Return the version, its hash verified. Raises UnknownVersion, Damaged, LimitExceeded."""
        return version_of(self._raw(id_), id_)

    def ids(self) -> list[VersionId]:
        """Return the sorted ids of all versions, without forgotten ones. Raises Damaged for any unreadable file."""
        found, problems = self.readable_ids()
        for problem in problems:
            raise problem
        return found

    def readable_ids(self) -> tuple[list[VersionId], list[StoreError]]:
        """Return the ids that can be listed, and one error for each unreadable file."""
        singles, problems = self._listed()
        found = set(singles).union(*(journal.ids for journal in self.journals.all()))
        problems += [*self.journals.unreadable().values(), *self.forgotten.unreadable().values()]
        return sorted(found - self.forgotten.all().keys()), problems

    def count(self) -> int:
        """Return the number of versions. Reads no record of a journal. Raises Damaged."""
        singles, problems = self._listed()
        for problem in (*problems, *self.journals.unreadable().values(), *self.forgotten.unreadable().values()):
            raise problem
        gone = self.forgotten.all()
        own = {id_ for id_ in singles if not self.journals.holds(id_)}
        if not self.journals.are_disjoint():  # After a kill, records can be in two journals.
            return len(own.union(*(journal.ids for journal in self.journals.all())) - gone.keys())
        return len(own - gone.keys()) + self.journals.count(gone)

    def present(self) -> set[VersionId]:
        """Return every id that has a record, including forgotten ones. Raises Damaged."""
        singles, problems = self._listed()
        for problem in (*problems, *self.journals.unreadable().values()):
            raise problem
        return set(singles).union(*(journal.ids for journal in self.journals.all()))

    def all(self) -> Iterator[Version]:
        """Iterate over all versions in the order of ids. Raises Damaged at the first unreadable one."""
        return (self.read(id_) for id_ in self.ids())

    def singles(self) -> list[VersionId]:
        """Return the ids of records that are files of their own, not in journals."""
        return self._listed()[0]

    def newest(self) -> Iterator[VersionId]:
        """Iterate over the ids from the highest number down. Records in journals are not read. Raises Damaged."""
        return (id_ for _, id_ in self._descending())

    def numbers(self) -> Iterator[int]:
        """Iterate over the numbers of versions from the highest down, as `newest`."""
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
        """Return the ids of the versions with this number: at most one, unless refs were lost."""
        found = {id_ for id_ in self.singles() if self._number(id_) == number}
        found = found.union(*(journal.numbered(number) for journal in self.journals.all()))
        return sorted(found - self.forgotten.all().keys())

    def prefixed(self, hexes: str) -> list[VersionId]:
        """Return the ids that begin with these lower-case hex digits, sorted."""
        found = {id_ for id_ in self.singles() if id_.startswith(hexes)}
        found = found.union(*(journal.prefixed(hexes) for journal in self.journals.all()))
        return sorted(found - self.forgotten.all().keys())

    def exists(self, id_: VersionId) -> bool:
        """Return True if there is a record with this id. It is not read."""
        if not is_id(id_):
            return False
        try:
            self._backend.size(_key(id_))
        except KeyError:
            self.journals.refresh()
            return self.journals.holds(id_)
        return True

    def _listed(self) -> tuple[list[VersionId], list[StoreError]]:
        """Return the ids of single records and the errors of other files; then refresh journals and tombstones.

        Single records are listed first: a record that was folded before this listing is in a journal listed after it.
        """
        found: list[VersionId] = []
        problems: list[StoreError] = []
        for key in self._backend.list(PREFIX):
            match = _KEY.fullmatch(key)
            if match and match[2].startswith(match[1]):
                found.append(VersionId(match[2]))
            else:
                problems.append(Damaged(f"{key} is not a record", "move the file out of the store"))
        keys = self.journals.keys()
        while keys != (again := self.journals.keys()):  # A listing can miss both a journal and its replacement.
            keys = again
        self.journals.refresh(keys)
        self.forgotten.refresh()
        return found, problems

    def number_of_key(self, key: str) -> int:
        """Return the number of the version in the file of this key, 0 if it cannot be read."""
        return self._number(VersionId(key.rpartition("/")[2]))

    def _number(self, id_: VersionId) -> int:
        """Return the number of a single record, 0 if it cannot be read."""
        if id_ not in self._numbers:
            try:
                raw = self._raw(id_)
                written = _NUMBER.findall(raw)  # Several matches: a metric or parameter is also named "number".
                number = int(written[0]) if len(written) == 1 else parse(raw)["number"]
            except (StoreError, LimitExceeded, ValueError, KeyError, TypeError, UnknownVersion):
                return 0
            self._numbers[id_] = number if type(number) is int and 0 <= number < 1 << 62 else 0
        return self._numbers[id_]

    def delete(self, id_: VersionId) -> None:
        """Delete a record durably; a missing one is not an error. The next gc removes its parts."""
        self.delete_many([id_])

    def delete_many(self, ids: Iterable[VersionId]) -> None:
        """Delete records durably: single ones one by one, then those in journals by rewriting each journal."""
        ids = list(ids)
        for id_ in ids:
            self._backend.delete(_key(id_))
        folding.leave_out(self._backend, self.journals, set(ids))

    def fold(self, *, more_than: int, keep: int) -> int:
        """Move single records into a journal if there are more than `more_than`; the newest `keep` stay.

        Returns how many moved, at most folding.MOST, which bounds the time. The caller holds the lease and the fold
        lock, so no records are deleted meanwhile. After a kill, a record is in its file, or in both places.
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
        for id_ in moved:  # A power loss may undo a deletion; the record is then listed twice, which is harmless.
            self._backend.delete(_key(id_), durable=False)
        return len(moved)

    def write_raw(self, raw: bytes, listed: Collection[VersionId] | None) -> bool:
        """Store a record that was read from a damaged journal. Return False if it exists or is not in `listed`.

        raw: canonical JSON. listed: ids that the journal's index lists, None if the index is unreadable too.
        Raises Damaged if `raw` is not a record.
        """
        id_ = id_of(raw)
        if (listed is not None and id_ not in listed) or self.exists(id_):
            return False
        version = version_of(raw, id_)
        if canonical(version) != raw:
            raise _damaged(id_, "it is not canonical JSON")
        self.write(version)
        return True

    def stored(self, id_: VersionId) -> bytes:
        """Return the canonical JSON of a record, its hash verified, also of a forgotten version.

        Raises UnknownVersion, Damaged, LimitExceeded.
        """
        return self._raw(id_)

    def add(self, records: Sequence[Record]) -> int:
        """Store records of another store durably, and return how many are new. Their parts must be stored already.

        More than MANY_ADDED become a journal. The caller holds the lease and the lock "fold". Raises Damaged if the
        hash of one is not its id; nothing was added then.
        """
        for record in records:
            if len(record.raw) > MAX_RAW_BYTES or id_of(record.raw) != record.id:
                raise _damaged(record.id, "its content has another hash")
        present = self.present()
        new = [record for record in records if record.id not in present]
        if len(new) > MANY_ADDED:
            folding.fold(self._backend, self.journals, new)
        else:
            for record in new:
                stored = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(record.raw)
                self._backend.create(_key(record.id), [stored])
        return len(new)

    def check_single(self, key: str) -> None:
        """Read a record that is a file of its own and verify its hash. Raises Damaged, LimitExceeded, KeyError."""
        id_ = key.rpartition("/")[2]
        if id_of(decompress(bytes(self._backend.read(key, 0, MAX_STORED_BYTES + 1)), id_)) != id_:
            raise _damaged(id_, "its content has another hash")

    def _record(self, id_: VersionId) -> Record | None:
        """Return a single record for a journal, None if it is damaged; such a record stays in its file."""
        try:
            raw = decompress(bytes(self._backend.read(_key(id_), 0, MAX_STORED_BYTES + 1)), id_)
        except (KeyError, Damaged, LimitExceeded):
            return None
        return Record(id_, self._number(id_), raw) if id_of(raw) == id_ else None

    def _raw(self, id_: VersionId) -> bytes:
        if not is_id(id_):
            raise UnknownVersion(f"{id_!r} is not a version id", "give 40 hex digits (0-9, a-f)")
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
        """Verify a record that already exists under the right name, and replace it if it is damaged."""
        try:
            self._raw(id_)
        except Damaged:
            self._backend.delete(_key(id_))
            if not self._backend.create(_key(id_), [stored]):
                raise StoreError(f"another process is writing record {id_}", "commit again") from None


def version_of(raw: bytes, id_: VersionId) -> Version:
    """Return the version with this canonical JSON. The caller compared the hash with the id. Raises Damaged."""
    try:
        data = parse(raw)
        version = Version.from_dict({**data, "id": id_})
        wrong = next(validation.invalid_fields(version), "")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise _damaged(id_, f"this version of nbmodelver cannot parse it ({error})") from error
    if wrong:
        raise _damaged(id_, f"{wrong} is invalid")
    return version


def canonical(version: Version) -> bytes:
    """Return the canonical JSON whose hash is the version's id: all fields except the id."""
    data = version.to_dict()
    data.pop("id", None)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def id_of(raw: bytes) -> VersionId:
    """Return the id of the version with this canonical JSON: the first 20 bytes of its blake3, in hex."""
    return VersionId(blake3(raw).hexdigest(20))


def decompress(stored: bytes, id_: str = "") -> bytes:
    """Return the JSON of a stored record. The declared length is checked before memory is allocated.

    Raises Damaged, LimitExceeded.
    """
    if len(stored) > MAX_STORED_BYTES:
        raise LimitExceeded(f"record {id_} is larger than {MAX_STORED_BYTES} bytes")
    try:
        size = zstandard.get_frame_parameters(stored).content_size
        if size > MAX_RAW_BYTES:  # zstandard also returns such a value for an unknown size.
            raise LimitExceeded(f"record {id_} declares {size} bytes; the limit is {MAX_RAW_BYTES}")
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        raw: bytes = reader.decompress(stored, max_output_size=max(size, 1), allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise _damaged(id_, f"it cannot be decompressed ({error})") from error
    if len(raw) != size:
        raise _damaged(id_, "it is incomplete")
    return raw


def parse(raw: bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises ValueError or TypeError for anything else, and if it is nested beyond MAX_DEPTH."""
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _deeper(raw, MAX_DEPTH):
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    data = json.loads(raw)
    if not isinstance(data, dict):
        raise TypeError("not an object")
    return data


def _deeper(raw: bytes, most: int) -> bool:
    """Return True if brackets outside of strings are nested deeper than `most`. Removes innermost pairs repeatedly."""
    left = _STRING.sub(b"", raw).translate(_ALIKE, _NO_BRACKETS)
    for _ in range(most):
        if not left:
            return False
        shorter = left.replace(b"[]", b"")
        if len(shorter) == len(left):
            return True  # The brackets do not match, so it is not JSON.
        left = shorter
    return bool(left)


_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_ALIKE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _key(id_: str) -> str:
    return f"{PREFIX}{id_[:2]}/{id_}"


def _damaged(id_: str, what: str) -> Damaged:
    return Damaged(
        f"the record of version {id_} is damaged: {what}", "run nbmodelver repair, or restore the record from a backup"
    )
