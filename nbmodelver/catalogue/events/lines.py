"""The bytes of an event: a header line, a line for each sealed text, perhaps a signature, and a line with a checksum.

The header is canonical JSON and holds only salted hashes of the sealed lines, the form of SD-JWT disclosures
(RFC 9901). A text can therefore be erased, and the id of the event, which is the hash of the header, stays the same.
Ids are computed from the stored bytes, which are never serialised again.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from blake3 import blake3

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import Damaged, StoreTooNew
from nbmodelver.model.events import EVENT_KINDS, Event, EventId, Person, RefMove, Signature
from nbmodelver.model.ids import VersionId, is_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbmodelver.catalogue.events.keys import PrivateKey
    from nbmodelver.model.versions import Json

UNSIGNED, SIGNED = 1, 2
"""The formats of an event. A signed event has the field "key" in its header, and a line with the signature."""

MAX_BYTES = 4 << 20
ERASED = b"-"
WHO = "who"
_SALT_BYTES = 16
_WRITER = re.compile(r"[0-9a-f]{32}")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_PERSON = ("name", "email", "login", "hub", "host", "source")
_TEXTS = ("store", "subject", "policy", "software", "by")
_MOVE = {"ref", "from", "to", "after"}
_INVALID = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder()
_HEADER = {
    "v", "store", "writer", "seq", "prev", "seen", "order", "at", "kind", "by", "subject", "moves", "tips", "policy",
    "data", "sealed", "software",
}  # fmt: skip
_FIELDS = {UNSIGNED: _HEADER, SIGNED: _HEADER | {"key"}}


class CheckedEvent(NamedTuple):
    """An event whose bytes were verified. erased: the number of removed texts. The signature is not verified yet."""

    id: EventId
    header: dict[str, Any]
    erased: int
    signature: Signature | None


class _Lines(NamedTuple):
    """The lines of an event, verified by their hashes."""

    header_line: bytes
    header: dict[str, Any]
    sealed: list[bytes]
    signature: Signature | None


def encode(event: Event, signer: PrivateKey | None = None) -> bytes:
    """Return the bytes of a new event, whose `id` is ignored. Every sealed text gets a new random salt.

    signer: signs the header, which then names the public key.
    """
    sealed = [_sealed(name, value) for name, value in {WHO: _claims(event.by), **event.private}.items()]
    header = {
        "v": UNSIGNED,
        "store": event.store,
        "writer": event.writer,
        "seq": event.sequence,
        "prev": event.previous,
        "seen": list(event.seen),
        "order": event.order,
        "at": event.at_utc,
        "kind": event.kind,
        "by": event.by.pseudonym,
        "subject": event.subject,
        "moves": [{"ref": m.ref, "from": m.before, "to": m.after, "after": m.since} for m in event.moves],
        "tips": dict(event.tips),
        "policy": event.policy,
        "data": dict(event.data),
        "sealed": [_seal(line) for line in sealed],
        "software": event.software,
    }
    if signer is None:
        return _with_sum([canonical(header), *sealed])
    line = canonical({**header, "v": SIGNED, "key": signer.public})
    return _with_sum([line, *sealed, keys.text(signer.sign(keys.EVENT + line)).encode("ascii")])


def canonical(value: Any) -> bytes:
    """Return canonical JSON: sorted keys, no spaces, ASCII. Raises ValueError for NaN and infinity."""
    return _ENCODER.encode(value).encode("ascii")


def id_of(raw: bytes) -> EventId:
    """Return the id of the event with these bytes. They are not checked."""
    return EventId(blake3(raw[: raw.find(b"\n")]).hexdigest(20))


def fingerprint(raw: bytes) -> str:
    """Return eight digits that identify some bytes, for printing."""
    digits = blake3(raw).hexdigest(4)
    return f"{digits[:4]}-{digits[4:]}"


def file_hash(path: Path) -> str:
    """Return the first 20 bytes of the blake3 of a file, in hex. Raises OSError."""
    hasher = blake3()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            hasher.update(chunk)
    return hasher.hexdigest(20)


def parse(raw: bytes, where: str = "") -> Event:
    """Return the event with these bytes. where: names it in errors. Raises Damaged, StoreTooNew."""
    try:
        return _parse(raw)
    except StoreTooNew:
        raise
    except _INVALID as error:
        raise damaged(where or "an event", str(error)) from None


def erase(raw: bytes, names: frozenset[str]) -> bytes:
    """Return the bytes of the event without the sealed texts of these names. Its id does not change."""
    header, *sealed, _ = raw.split(b"\n")
    signature = [sealed.pop()] if sealed and sealed[-1].startswith(keys.PREFIX.encode()) else []
    kept = (ERASED if line != ERASED and json.loads(line)[1] in names else line for line in sealed)
    return _with_sum([header, *kept, *signature])


def damaged(where: str, what: str) -> Damaged:
    """Return the error for a damaged event."""
    return Damaged(f"{where} of the event log is damaged: {what}", "see what is affected: %mv_audit --verify")


def check(raw: bytes, where: str) -> CheckedEvent:
    """Return what a check of the log needs. The sealed texts are verified by their hashes, not read.

    where: names it in errors. Raises Damaged, StoreTooNew.
    """
    try:
        found = _split(raw)
        id_ = EventId(blake3(found.header_line).hexdigest(20))
        return CheckedEvent(id_, found.header, found.sealed.count(ERASED), found.signature)
    except StoreTooNew:
        raise
    except _INVALID as error:
        raise damaged(where, str(error)) from None


def _parse(raw: bytes) -> Event:
    header_line, header, sealed, signature = _split(raw)
    texts = {name: value for _, name, value in (json.loads(line) for line in sealed if line != ERASED)}
    claims = texts.pop(WHO, None)
    return Event(
        id=EventId(blake3(header_line).hexdigest(20)),
        store=header["store"],
        writer=header["writer"],
        sequence=header["seq"],
        previous=header["prev"],
        seen=tuple(header["seen"]),
        order=header["order"],
        at_utc=header["at"],
        kind=header["kind"],
        by=_person(header["by"], claims),
        subject=header["subject"],
        moves=tuple(RefMove(m["ref"], m["from"], m["to"], m["after"]) for m in header["moves"]),
        tips={branch: VersionId(version) for branch, version in header["tips"].items()},
        policy=header["policy"],
        data=header["data"],
        private=texts,
        software=header["software"],
        erased=sealed.count(ERASED),
        signature=signature,
    )


def _split(raw: bytes) -> _Lines:
    """Return the lines of an event, all verified by their hashes."""
    header_line, *sealed, checksum = raw.split(b"\n")
    if checksum != _sum(raw[: -len(checksum) - 1]):
        raise ValueError("its checksum does not match")
    header: dict[str, Any] = _DECODER.decode(header_line.decode("ascii"))
    if canonical(header) != header_line:  # Also finds keys that occur twice, and numbers that JSON does not have.
        raise ValueError("its header is not canonical JSON")
    if type(header["v"]) is not int or header["v"] < 1:
        raise ValueError("its format is not a number")
    if header["v"] > SIGNED:
        raise StoreTooNew(
            f"an event has format {header['v']}; this nbmodelver reads up to {SIGNED}", "upgrade nbmodelver"
        )
    if header.keys() != _FIELDS[header["v"]]:
        raise ValueError("it has other fields than an event")
    signature = _signature(header_line, header, sealed) if header["v"] == SIGNED else None
    if len(sealed) != len(header["sealed"]):
        raise ValueError("a sealed text is missing")
    for line, hash_ in zip(sealed, header["sealed"], strict=True):
        if line != ERASED and _seal(line) != hash_:
            raise ValueError("a sealed text was changed")
    _check(header)
    return _Lines(header_line, header, sealed, signature)


def _signature(header_line: bytes, header: Mapping[str, Any], sealed: list[bytes]) -> Signature:
    """Take the line of the signature from the other lines. Raises ValueError if it is missing."""
    if not keys.is_key(header["key"]):
        raise ValueError("its key is no public key")
    value = keys.raw(sealed.pop().decode("ascii"), keys.SIGNATURE_BYTES) if sealed else None
    if value is None:
        raise ValueError("its signature is missing")
    return Signature(header["key"], value, header_line)


def _check(header: Mapping[str, Any]) -> None:
    """Raise ValueError unless all fields have the right form."""
    moves = header["moves"]
    links = [header["prev"], *header["seen"], *(m["after"] for m in moves)]
    fine = (
        all(type(header[name]) is str for name in _TEXTS)
        and all(type(header[name]) is int and 1 <= header[name] < 1 << 62 for name in ("seq", "order"))
        and _WRITER.fullmatch(header["writer"])
        and _AT.fullmatch(header["at"])
        and header["kind"] in EVENT_KINDS
        and all(link == "" or is_id(link) for link in links)
        and "" not in header["seen"]
        and all(m.keys() == _MOVE and type(m["ref"]) is str for m in moves)
        and all(map(is_id, header["tips"].values()))
        and type(header["data"]) is dict
        and (header["seq"] == 1) == (header["prev"] == "")
    )
    if not fine:
        raise ValueError("one of its fields is invalid")


def _sealed(name: str, value: Json) -> bytes:
    return canonical([secrets.token_hex(_SALT_BYTES), name, value])


def _seal(line: bytes) -> str:
    return blake3(line).hexdigest(20)


def _claims(person: Person) -> dict[str, Json]:
    claims: dict[str, Json] = {field: getattr(person, field) for field in _PERSON if getattr(person, field)}
    return claims if person.uid is None else {**claims, "uid": person.uid}


def _person(pseudonym: str, claims: Any) -> Person:
    if not isinstance(claims, dict):
        return Person(pseudonym)
    uid = claims.get("uid")
    texts = {field: str(claims.get(field, "")) for field in _PERSON}
    return Person(pseudonym, **texts, uid=uid if type(uid) is int else None)


def _with_sum(lines: list[bytes]) -> bytes:
    body = b"\n".join(lines)
    return body + b"\n" + _sum(body)


def _sum(body: bytes) -> bytes:
    return blake3(body).hexdigest(8).encode("ascii")
