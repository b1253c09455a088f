"""The heads of a remote: two small objects that say what it has. They move atomically; all other objects are immutable.

The head `work` lists segments and has branches and tags. The head `registry` lists the segments with the events of
models, stages and policy, and has their refs. They are apart so that credentials can allow one and not the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.errors import NotSupported, RemoteChanged, RemoteTooNew
from nbmodelver.remote import numbered_heads
from nbmodelver.store.framed import broken, canonical, compress, decompress, id_of, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.remotes import ObjectStorage, WriteRule
    from nbmodelver.model.versions import Json

Area = Literal["work", "registry"]
AREAS: tuple[Area, ...] = ("work", "registry")
FORMAT = 1
MOST_SEQUENCE = 10**12 - 1
MOST_SEGMENT_BYTES = 1 << 30
MOST_CHARACTERS = 1000
MOST_STORED_BYTES = 64 << 20
_SEGMENT = re.compile(r"segments/([0-9a-f]{2})/([0-9a-f]{40})")
_NUMBERED = re.compile(r"(?:work|registry)/\d{12}")


@dataclass(frozen=True)
class Listing:
    """A segment in a head: its key, its size, and how many versions, events and packs it has."""

    key: str
    size_bytes: int
    versions: int
    events: int
    packs: int


@dataclass(frozen=True)
class Head:
    """A head.

    remote: the random id of the remote. history: the id of the stores that share it (`store` of their events).
    sequence: 1 for the first, 1 more for each move. previous: id of the head before it. segments: oldest first.
    refs: name -> value. condemned: pack -> when it was found unneeded; a push does not count on it.
    doomed: pack or segment -> since when it is being deleted; nobody may count on it any more. by, at_utc: who moved
    the head and when, for display. format: of the head; one above FORMAT can only be read. stored_id: the hash of the
    JSON that was read.
    """

    area: Area
    remote: str
    history: str
    sequence: int = 0
    previous: str = ""
    segments: tuple[Listing, ...] = ()
    refs: Mapping[str, Json] = field(default_factory=dict)
    condemned: Mapping[str, str] = field(default_factory=dict)
    doomed: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    at_utc: str = ""
    format: int = FORMAT
    stored_id: str = field(default="", compare=False)

    @property
    def id(self) -> str:
        """The hash of its JSON."""
        return self.stored_id or id_of(_canonical(self))

    def next(self, **changes: Any) -> Head:
        """Return the head that follows this one."""
        own = {"sequence": self.sequence + 1, "previous": self.id if self.sequence else "", "stored_id": ""}
        return replace(self, **{**changes, **own})


def encode(head: Head) -> bytes:
    """Return the bytes of a head."""
    return compress(_canonical(head))


def decode(stored: bytes, what: str) -> Head:
    """Return a head. Raises Damaged, RemoteTooNew."""
    raw = decompress(stored, what)
    data = parse(raw, what)
    readable_by = data.get("readable_by", data.get("format"))
    if type(readable_by) is not int or readable_by > FORMAT:
        raise RemoteTooNew(
            f"{what} has format {data.get('format')}; this nbmodelver reads up to {FORMAT}", "upgrade nbmodelver"
        )
    try:
        return Head(
            _area(data["area"]), _hex(data["remote"], 32), _text(data["history"]), natural(data["sequence"]),
            _hex(data["previous"], 40) if data["previous"] else "", tuple(map(_listing, data["segments"])),
            dict(_ref(name, value) for name, value in data["refs"].items()),
            {_hex(pack, 32): _text(since) for pack, since in data["condemned"].items()},
            {_doomed(name): _text(since) for name, since in data["doomed"].items()},
            _text(data["by"]), _text(data["at"]), natural(data["format"]), id_of(raw),
        )  # fmt: skip
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise broken(what, f"it is malformed ({error})") from error


def _area(value: Json) -> Area:
    if value not in AREAS:
        raise ValueError("area")
    return value


def natural(value: Json, most: int = MOST_SEQUENCE) -> int:
    """Return a number of a head. Raises ValueError for anything but an integer from 0 to `most`."""
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError("number")
    return value


def _text(value: Json) -> str:
    if type(value) is not str or len(value) > MOST_CHARACTERS:
        raise ValueError("text")
    return value


def _hex(value: Json, digits: int) -> str:
    if type(value) is not str or len(value) != digits or set(value) - set("0123456789abcdef"):
        raise ValueError("id")
    return value


def _doomed(value: Json) -> str:
    """Return the name of a pack (32 hex digits) or of a segment (40) that is being deleted."""
    return _hex(value, 40 if isinstance(value, str) and len(value) == 40 else 32)


def is_remote_id(value: Json) -> bool:
    """Return True for 32 lower-case hex digits."""
    try:
        return bool(_hex(value, 32))
    except ValueError:
        return False


def _listing(value: Json) -> Listing:
    if type(value) is not list:
        raise ValueError("segment")
    key, *numbers = value
    match = _SEGMENT.fullmatch(key) if type(key) is str else None
    if match is None or not match[2].startswith(match[1]):
        raise ValueError("segment")
    size, versions, events, packs = numbers
    return Listing(match[0], natural(size, MOST_SEGMENT_BYTES), natural(versions), natural(events), natural(packs))


def _ref(name: str, value: Json) -> tuple[str, Json]:
    """Return a ref. Branches and tags are ids of versions; nothing else is known of the refs of the registry."""
    if not _text(name).isprintable():
        raise ValueError("ref")
    if name.startswith(("heads/", "tags/")):
        _hex(value, 40)
    return name, value


def _canonical(head: Head) -> bytes:
    return canonical(
        {
            "format": head.format,
            "readable_by": min(head.format, FORMAT),
            "area": head.area,
            "remote": head.remote,
            "history": head.history,
            "sequence": head.sequence,
            "previous": head.previous,
            "segments": [[s.key, s.size_bytes, s.versions, s.events, s.packs] for s in head.segments],
            "refs": dict(head.refs),
            "condemned": dict(head.condemned),
            "doomed": dict(head.doomed),
            "by": head.by,
            "at": head.at_utc,
        }
    )


@dataclass(frozen=True)
class ReadHead:
    """A head as it was read, with the tag that its replacement expects. head: None before the first push."""

    head: Head | None
    tag: str = ""


class HeadPlace:
    """Reads and moves one head by the rule of its remote."""

    def __init__(self, storage: ObjectStorage, area: Area, rule: WriteRule) -> None:
        self._storage, self.area, self.rule = storage, area, rule

    def read(self, known: Head | None = None) -> ReadHead:
        """Return the current head. known: a head that was seen before; numbered heads are listed from it on.

        One request; two with numbered heads, and a search where nothing can be listed (see numbered_heads.py). Raises
        RemoteError, RemoteChanged, Damaged, RemoteTooNew.
        """
        if self.rule == "numbered":
            return self._read_numbered(known)
        try:
            tagged = self._storage.read_tagged(self._key())
        except KeyError:
            return ReadHead(None)
        return ReadHead(self._decoded(tagged.data, self._key()), tagged.tag)

    def _read_numbered(self, known: Head | None) -> ReadHead:
        last = 0 if known is None else known.sequence
        number = self._newest(last)
        if not number and known is None:
            return ReadHead(None)
        key = self._key(number)
        try:
            return ReadHead(self._decoded(self._storage.read(key, 0, MOST_STORED_BYTES), key))
        except KeyError:
            raise RemoteChanged(
                f"{self._storage.where} has no head at or after number {last}, which was there before",
                "somebody replaced or emptied the remote; to accept that: --accept-older",
            ) from None

    def _newest(self, known: int) -> int:
        """Return the number of the newest head, 0 before the first. A place that cannot be listed is searched."""
        after = self._key(known - 1) if known > 1 else f"{self.area}/"
        try:
            keys = [one.key for one in self._storage.list(f"{self.area}/", after) if _NUMBERED.fullmatch(one.key)]
        except NotSupported:
            return numbered_heads.newest(self._is_there, known)
        return int(keys[-1].rpartition("/")[2]) if keys else 0

    def _is_there(self, sequence: int) -> bool:
        try:
            return self._storage.size(self._key(sequence)) > 0
        except KeyError:
            return False

    def _decoded(self, data: bytes, key: str) -> Head:
        head = decode(data, f"{key} of {self._storage.where}")
        if head.area != self.area or (self.rule == "numbered" and key != self._key(head.sequence)):
            raise broken(f"{key} of {self._storage.where}", "it is another head than its name says")
        return head

    def move(self, before: ReadHead, after: Head) -> ReadHead | None:
        """Replace the head, and return it as read; None if somebody else moved it since `before`. One request.

        Raises RemoteTooNew for a head that can only be read, RemoteError.
        """
        if before.head is not None and before.head.format > FORMAT:
            raise RemoteTooNew(
                f"{self._storage.where} has format {before.head.format}; this nbmodelver writes up to {FORMAT}",
                "upgrade nbmodelver to push",
            )
        data = encode(after)
        if self.rule == "numbered":
            return ReadHead(after) if self._storage.create(self._key(after.sequence), data) else None
        if before.head is None and self.rule == "swap":
            return ReadHead(after) if self._storage.create(self._key(), data) else None
        if self.rule == "swap":
            tag = self._storage.replace(self._key(), data, before.tag)
            return None if tag is None else ReadHead(after, tag)
        if self.rule == "single writer":
            return self._overwrite(before, after, data)
        raise NotSupported(f"{self._storage.where} is read-only", "push to another remote")

    def _overwrite(self, before: ReadHead, after: Head, data: bytes) -> ReadHead | None:
        """Write without protection, for a single writer: another push at the same moment could be lost."""
        now = self.read()
        if now.head != before.head:
            return None
        self._storage.put(self._key(), [data], len(data))
        return ReadHead(after)

    def _key(self, sequence: int = 0) -> str:
        return f"{self.area}/{sequence:012}" if self.rule == "numbered" else f"{self.area}/head"
