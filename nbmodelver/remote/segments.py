"""A segment: what one push added to a remote. Tables of contents of packs, records, events and tombstones.

Segments are immutable and named by the hash of their bytes. remote/FORMAT.md describes every byte.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.model import VersionId, is_id
from nbmodelver.store.framed import broken, canonical, compress, decompress, id_of, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PREFIX = "segments/"
MAGIC = b"NBMVSEGM"
HEADER = struct.Struct("<8sIIQ")
VERSION = 1
MAX_RAW_BYTES = 256 << 20
"""Largest raw size of either frame. A writer begins another segment at TARGET_RAW_BYTES."""

TARGET_RAW_BYTES = 32 << 20
MOST_NUMBER = 10**12
"""Above the number of every version. A store continues after the largest number of a remote."""


@dataclass(frozen=True)
class SentPack:
    """A pack at the remote. name: 32 hex digits. size_bytes: of its file. ends: header, table of contents, trailer."""

    name: str
    size_bytes: int
    ends: bytes


@dataclass(frozen=True)
class SentRecord:
    """A record at the remote. raw: its canonical JSON."""

    id: VersionId
    number: int
    parents: tuple[VersionId, ...]
    raw: bytes


@dataclass(frozen=True)
class SentEvent:
    """An event at the remote. key: "WRITER-SEQUENCE", as the name of its file. raw: the bytes of its file."""

    id: str
    key: str
    raw: bytes


@dataclass(frozen=True)
class Segment:
    """What a push added.

    writer: the name of the person who pushed, as this person's store states it. forgotten: version -> (number,
    parents), for ancestors that were forgotten before they could be sent. replaced: purged version -> its replacement.
    """

    writer: str = ""
    packs: tuple[SentPack, ...] = ()
    records: tuple[SentRecord, ...] = ()
    events: tuple[SentEvent, ...] = ()
    forgotten: Mapping[VersionId, tuple[int, tuple[VersionId, ...]]] = field(default_factory=dict)
    replaced: Mapping[VersionId, VersionId] = field(default_factory=dict)
    writers: Mapping[VersionId, str] = field(default_factory=dict)
    """The writer of versions that another writer sent: merged segments keep who sent what."""

    @property
    def is_empty(self) -> bool:
        """True if it says nothing."""
        return not (self.packs or self.records or self.events or self.forgotten or self.replaced)


@dataclass(frozen=True)
class SegmentIndex:
    """What a segment has, without the bytes of its records, events and tables of contents."""

    writer: str
    packs: Mapping[str, int]
    versions: Mapping[VersionId, tuple[int, tuple[VersionId, ...]]]
    events: Mapping[str, str]
    forgotten: Mapping[VersionId, tuple[int, tuple[VersionId, ...]]]
    replaced: Mapping[VersionId, VersionId]
    writers: Mapping[VersionId, str]


def encode(segment: Segment, salt: str = "") -> bytes:
    """Return the bytes of a segment. salt: a text that gives it another name, if one of its name is being deleted."""
    index = canonical(
        {
            "writer": segment.writer,
            "packs": [[p.name, p.size_bytes, len(p.ends)] for p in segment.packs],
            "records": [[r.id, r.number, list(r.parents), len(r.raw)] for r in segment.records],
            "events": [[e.id, e.key, len(e.raw)] for e in segment.events],
            "forgotten": {id_: [number, list(parents)] for id_, (number, parents) in segment.forgotten.items()},
            "replaced": dict(segment.replaced),
            "writers": dict(segment.writers),
            **({"salt": salt} if salt else {}),
        }
    )
    body = b"".join(
        [*(p.ends for p in segment.packs), *(r.raw for r in segment.records), *(e.raw for e in segment.events)]
    )
    first = compress(index)
    return HEADER.pack(MAGIC, VERSION, 0, len(first)) + first + compress(body)


def key_of(stored: bytes) -> str:
    """Return the key of a segment: it is named by the hash of its bytes."""
    name = id_of(stored)
    return f"{PREFIX}{name[:2]}/{name}"


def read_index(stored: bytes, key: str) -> SegmentIndex:
    """Return what a segment has. Raises Damaged for anything malformed. The caller compared the hash with the name."""
    return _index(_parsed(stored, key)[0], key)


def decode(stored: bytes, key: str) -> Segment:
    """Return a segment. Raises Damaged for anything malformed; each record and event is verified by its reader."""
    data, rest = _parsed(stored, key)
    index = _index(data, key)
    body = decompress(rest, key, MAX_RAW_BYTES)
    cutter = _Cutter(body, key)
    packs = tuple(SentPack(name, size, cutter.cut(length)) for name, size, length in data["packs"])
    records = tuple(
        SentRecord(VersionId(id_), number, tuple(map(VersionId, parents)), cutter.cut(length))
        for id_, number, parents, length in data["records"]
    )
    events = tuple(SentEvent(id_, name, cutter.cut(length)) for id_, name, length in data["events"])
    cutter.end()
    return Segment(index.writer, packs, records, events, index.forgotten, index.replaced, index.writers)


def verify(stored: bytes, key: str) -> bytes:
    """Return `stored` if its hash is the one in the key. Raises Damaged."""
    if key_of(stored) != key:
        raise broken(key, "its content has another hash than its name says")
    return stored


def merged(segments: Sequence[Segment], without: Iterable[str] = ()) -> Segment:
    """Return one segment that says what these say. without: packs that do not count any more."""
    gone = set(without)
    writers: dict[VersionId, str] = {}
    for segment in segments:
        writers |= {r.id: segment.writers.get(r.id, segment.writer) for r in segment.records}
    return Segment(
        "",
        tuple({p.name: p for s in segments for p in s.packs if p.name not in gone}.values()),
        tuple({r.id: r for s in segments for r in s.records}.values()),
        tuple({e.id: e for s in segments for e in s.events}.values()),
        {id_: stone for s in segments for id_, stone in s.forgotten.items()},
        {old: new for s in segments for old, new in s.replaced.items()},
        writers,
    )


def runs(segment: Segment) -> Iterator[Segment]:
    """Yield the segment in segments of about TARGET_RAW_BYTES, parents before children. At least one."""
    rest = Segment(segment.writer, forgotten=segment.forgotten, replaced=segment.replaced)
    size = 0
    packs: list[SentPack] = []
    records: list[SentRecord] = []
    events: list[SentEvent] = []

    def closed(**more: Any) -> Segment:
        own = {r.id: segment.writers[r.id] for r in records if r.id in segment.writers}
        return Segment(segment.writer, tuple(packs), tuple(records), tuple(events), writers=own, **more)

    every: list[SentPack | SentRecord | SentEvent] = [*segment.packs, *segment.records, *segment.events]
    for one in every:
        length = len(one.ends if isinstance(one, SentPack) else one.raw)
        if size and size + length > TARGET_RAW_BYTES:
            yield closed()
            size, packs, records, events = 0, [], [], []
        size += length
        if isinstance(one, SentPack):
            packs.append(one)
        elif isinstance(one, SentRecord):
            records.append(one)
        else:
            events.append(one)
    yield closed(forgotten=rest.forgotten, replaced=rest.replaced)


class _Cutter:
    """Cuts the body of a segment into the runs that its index lists."""

    def __init__(self, body: bytes, key: str) -> None:
        self._body, self._key, self._at = body, key, 0

    def cut(self, length: int) -> bytes:
        if self._at + length > len(self._body):
            raise broken(self._key, "its index lists more bytes than it has")
        self._at += length
        return self._body[self._at - length : self._at]

    def end(self) -> None:
        if self._at != len(self._body):
            raise broken(self._key, "it has more bytes than its index lists")


def _parsed(stored: bytes, key: str) -> tuple[dict[str, Any], bytes]:
    if len(stored) < HEADER.size:
        raise broken(key, "it is too short")
    magic, version, zero, length = HEADER.unpack_from(stored)
    if magic != MAGIC or zero or version != VERSION or HEADER.size + length > len(stored):
        raise broken(key, "its beginning is not that of a segment of this format")
    index = stored[HEADER.size : HEADER.size + length]
    return parse(decompress(index, key, MAX_RAW_BYTES), key), stored[HEADER.size + length :]


def _index(data: dict[str, Any], key: str) -> SegmentIndex:
    try:
        return SegmentIndex(
            _text(data["writer"]),
            {_hex(name, 32): _natural(size) for name, size, length in data["packs"] if _natural(length) >= 0},
            {
                _id(id_): (_natural(number, MOST_NUMBER), _parents(parents))
                for id_, number, parents, length in data["records"]
                if _natural(length) >= 0
            },
            {_hex(id_, 40): _event_key(name) for id_, name, length in data["events"] if _natural(length) >= 0},
            {_id(id_): (_natural(n, MOST_NUMBER), _parents(p)) for id_, (n, p) in data["forgotten"].items()},
            {_id(old): _id(new) for old, new in data["replaced"].items()},
            {_id(id_): _text(writer) for id_, writer in data["writers"].items()},
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise broken(key, f"its index is malformed ({error})") from error


def _natural(value: Any, most: int = 1 << 62) -> int:
    if type(value) is not int or not 0 <= value < most:
        raise ValueError("number")
    return value


def _parents(value: Any) -> tuple[VersionId, ...]:
    if type(value) is not list:
        raise ValueError("parents")
    return tuple(map(_id, value))


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > 1000:
        raise ValueError("text")
    return value


def _id(value: Any) -> VersionId:
    if type(value) is not str or not is_id(value):
        raise ValueError("id")
    return VersionId(value)


def _hex(value: Any, digits: int) -> str:
    if type(value) is not str or len(value) != digits or set(value) - set("0123456789abcdef"):
        raise ValueError("id")
    return value


def _event_key(value: Any) -> str:
    writer, _, sequence = _text(value).partition("-")
    if len(sequence) != 12 or set(sequence) - set("0123456789"):
        raise ValueError("id")
    return f"{_hex(writer, 32)}-{sequence}"
