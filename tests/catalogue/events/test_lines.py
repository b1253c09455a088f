"""The bytes of an event: every changed byte is found, and an erased text leaves the id unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from blake3 import blake3

from nbmodelver.catalogue.events import keys, lines
from nbmodelver.errors import Damaged, StoreTooNew
from nbmodelver.model.events import Event, EventId, Person, RefMove

ADA = Person("p-1", name="Ada Łovelace", email="ada@example.org", login="ada", uid=1000, source="git config")
EVENT = Event(
    id=EventId(""), store="s" * 32, writer="a" * 32, sequence=2, previous="1" * 40, seen=("2" * 40,), order=7,
    at_utc="2026-11-28T16:50:00.123456Z", kind="promote", by=ADA, subject="models/churn",
    moves=(RefMove("stages/churn/production", "1.3.2", {"number": "1.4.0"}, "3" * 40),),
    tips={"main": "4" * 40}, policy="5" * 40, data={"gates": [["metrics.f1 >= 0.8", "pass", "0.83"]]},
    private={"why": "better recall"}, software="nbmodelver 0.1",
)  # fmt: skip


def test_an_event_is_read_as_it_was_written():
    raw = lines.encode(EVENT)
    read = lines.parse(raw)
    assert read.id == lines.id_of(raw) == blake3(raw.split(b"\n")[0]).hexdigest(20)
    assert {**vars(read), "id": ""} == vars(EVENT)
    assert read.why == "better recall"


def test_personal_texts_are_not_in_the_header():
    header = lines.encode(EVENT).split(b"\n")[0]
    assert b"ovelace" not in header
    assert b"recall" not in header


def test_every_changed_byte_is_found():
    raw = lines.encode(EVENT)
    for at in range(len(raw)):
        for bit in (1, 128):
            changed = bytearray(raw)
            changed[at] ^= bit
            with pytest.raises(Damaged):
                lines.parse(bytes(changed))
    for length in range(0, len(raw), 7):
        with pytest.raises(Damaged):
            lines.parse(raw[:length])


def test_an_erased_text_is_gone_and_the_id_stays():
    raw = lines.encode(EVENT)
    without = lines.erase(raw, frozenset({"who", "why"}))
    read = lines.parse(without)
    assert read.id == lines.id_of(raw)
    assert (read.erased, read.why, read.by.shown) == (2, "", "p-1")
    assert b"ovelace" not in without
    assert lines.erase(without, frozenset({"why"})) == without


def test_a_sealed_line_that_is_missing_is_damage():
    header, who, _why, _ = lines.encode(EVENT).split(b"\n")
    body = b"\n".join([header, who])
    with pytest.raises(Damaged, match="sealed text is missing"):
        lines.parse(body + b"\n" + blake3(body).hexdigest(8).encode())


def remade(**changes: object) -> bytes:
    """The event with other fields in its header, and a checksum that fits."""
    header, *sealed, _ = lines.encode(EVENT).split(b"\n")
    body = b"\n".join([lines.canonical({**json.loads(header), **changes}), *sealed])
    return body + b"\n" + blake3(body).hexdigest(8).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "invented"}, {"seq": 0}, {"seq": 1}, {"order": True}, {"prev": "x"}, {"seen": ["y"]},
        {"writer": "A" * 32}, {"at": "yesterday"}, {"moves": [{"ref": "x"}]}, {"tips": {"main": "no id"}},
        {"data": []}, {"more": 1},
        {"v": "1"}, {"sealed": []}, {"subject": None},
    ],
)  # fmt: skip
def test_a_field_of_another_form_is_damage(changes: dict[str, object]):
    with pytest.raises(Damaged):
        lines.parse(remade(**changes))


def test_an_event_of_a_newer_format_is_refused_with_the_way_out():
    with pytest.raises(StoreTooNew, match="upgrade nbmodelver"):
        lines.parse(remade(v=3))


def test_a_key_that_occurs_twice_is_damage():
    header, *sealed, _ = lines.encode(EVENT).split(b"\n")
    body = b"\n".join([header.replace(b'{"at"', b'{"at":"x","at"', 1), *sealed])
    with pytest.raises(Damaged, match="not canonical"):
        lines.parse(body + b"\n" + blake3(body).hexdigest(8).encode())


def test_numbers_that_are_not_finite_cannot_be_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        lines.canonical({"x": float("nan")})


SIGNER = keys.PrivateKey(bytes(32))
GOLDEN = Path(__file__).parents[2] / "golden" / "signed-event"


def test_a_signed_event_names_its_key_and_is_read_as_it_was_written():
    raw = lines.encode(EVENT, SIGNER)
    read = lines.parse(raw)
    assert read.signature is not None
    assert (read.signature.key, keys.verdict(read.signature)) == (SIGNER.public, "valid")
    assert {**vars(read), "id": "", "signature": None} == vars(EVENT)
    assert json.loads(raw.split(b"\n")[0])["v"] == 2
    assert lines.check(raw, "x").signature == read.signature


def test_an_unsigned_event_has_the_format_that_older_releases_read():
    header = json.loads(lines.encode(EVENT).split(b"\n")[0])
    assert header["v"] == 1
    assert "key" not in header


def test_every_changed_byte_of_a_signed_event_is_found():
    raw = lines.encode(EVENT, SIGNER)
    for at in range(len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 1
        with pytest.raises((Damaged, StoreTooNew)):
            lines.parse(bytes(changed))


def with_sum(*parts: bytes) -> bytes:
    body = b"\n".join(parts)
    return body + b"\n" + blake3(body).hexdigest(8).encode()


def test_a_signature_cannot_be_removed_nor_replaced_by_one_of_another_key():
    header, who, why, signature, _ = lines.encode(EVENT, SIGNER).split(b"\n")
    for parts in ([header, who, why], [header, signature], [header, who, why, signature, signature]):
        with pytest.raises(Damaged):
            lines.parse(with_sum(*parts))
    other = keys.PrivateKey(bytes([1] * 32))
    taken = keys.text(other.sign(keys.EVENT + header)).encode()
    found = lines.parse(with_sum(header, who, why, taken))
    assert found.signature is not None
    assert keys.verdict(found.signature) == "wrong"  # The header names the key of the first signer.


@pytest.mark.parametrize("changes", [{"v": 2}, {"v": 2, "key": "ada"}, {"key": SIGNER.public}])
def test_a_key_and_the_format_belong_together(changes: dict[str, object]):
    with pytest.raises(Damaged):
        lines.parse(remade(**changes))


def test_an_erased_text_leaves_the_signature_valid():
    raw = lines.encode(EVENT, SIGNER)
    without = lines.parse(lines.erase(raw, frozenset({"who", "why"})))
    assert without.signature is not None
    assert (without.erased, without.id, keys.verdict(without.signature)) == (2, lines.id_of(raw), "valid")


def test_a_release_without_signatures_names_the_format_and_does_not_call_it_damage(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "SIGNED", 1)
    with pytest.raises(StoreTooNew, match="an event has format 2"):
        lines.parse(GOLDEN.read_bytes())
