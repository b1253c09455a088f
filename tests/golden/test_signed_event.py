"""A signed event that was written once is read and verified for ever, also without our own code."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from nbmodelver.catalogue.events import keys, lines
from tests.golden.make_event import FILE, SECRET


def test_the_signed_event_is_read_and_its_signature_is_valid():
    event = lines.parse(FILE.read_bytes())
    assert event.signature is not None
    assert event.signature.key == "ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
    assert keys.verdict(event.signature) == "valid"
    assert (event.why, event.by.name, event.kind) == ("better recall", "Ada Łovelace", "promote")


def test_a_stranger_verifies_it_by_the_description_of_the_format():
    header, *_texts, signature, _checksum = FILE.read_bytes().split(b"\n")
    public = Ed25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
    value = base64.b64decode(signature.removeprefix(b"ed25519:"))
    Ed25519PublicKey.from_public_bytes(public).verify(value, b"nbmodelver-event-v1\n" + header)
