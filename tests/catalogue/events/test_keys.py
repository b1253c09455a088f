"""Keys and signatures: one text for each, and nothing else is taken for one."""

from __future__ import annotations

import base64
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import MissingLibrary, UsageError
from nbmodelver.model.events import Signature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

PRIVATE = keys.PrivateKey(bytes(32))


def test_the_key_and_signature_of_rfc_8032():
    secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    private = keys.PrivateKey(bytes.fromhex(secret))
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert keys.raw(private.public, 32) == public
    assert private.secret == bytes.fromhex(secret)
    assert private.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")


def test_a_signature_is_valid_for_its_key_and_message_only():
    signature = PRIVATE.sign(b"message")
    assert keys.is_valid(PRIVATE.public, signature, b"message")
    assert not keys.is_valid(PRIVATE.public, signature, b"massage")
    assert not keys.is_valid(keys.new().public, signature, b"message")
    assert not keys.is_valid("ed25519:none", signature, b"message")
    for at in range(64):
        changed = bytearray(signature)
        changed[at] ^= 4
        assert not keys.is_valid(PRIVATE.public, bytes(changed), b"message")


@pytest.mark.parametrize(
    "text",
    [
        "", "ada", PRIVATE.public[8:], PRIVATE.public[:-1], PRIVATE.public + "=", PRIVATE.public.upper(),
        PRIVATE.public + "\n", PRIVATE.public[:-2] + "_=", keys.text(bytes(31)), keys.text(bytes(64)), None, 7,
        PRIVATE.public[:-2] + "l=",  # The same bytes in another text.
    ],
)  # fmt: skip
def test_anything_else_is_no_public_key(text: object):
    assert not keys.is_key(text)


def test_a_key_is_shown_by_its_start():
    assert keys.short(PRIVATE.public) == "ed25519:O2onvM62…"


def openssh(private: Ed25519PrivateKey | EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def encrypted() -> bytes:
    """A file that says that it is encrypted, as `ssh-keygen` writes it."""
    lines = openssh(Ed25519PrivateKey.generate()).splitlines()
    raw = base64.b64decode(b"".join(lines[1:-1]))
    said = raw.replace(b"\0\0\0\4none\0\0\0\4none", b"\0\0\0\x0aaes256-ctr\0\0\0\6bcrypt", 1)
    body = base64.encodebytes(said)
    return b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + body + b"-----END OPENSSH PRIVATE KEY-----\n"


def test_a_key_of_openssh_is_read():
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert keys.from_openssh(openssh(private), "id").public == PRIVATE.public


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no key", "is no unencrypted key of OpenSSH"),
        (encrypted(), "is no unencrypted key of OpenSSH"),
        (openssh(generate_private_key(SECP256R1())), "is no Ed25519 key"),
    ],
)
def test_another_file_is_refused_with_the_way_out(data: bytes, why: str):
    with pytest.raises(UsageError, match=why) as caught:
        keys.from_openssh(data, "id")
    assert "ssh-keygen -t ed25519" in caught.value.hint


def test_without_the_library_the_extra_is_named_and_nothing_is_called_valid(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    for call in (keys.new, keys.require_library, lambda: keys.is_valid(PRIVATE.public, bytes(64), b"")):
        with pytest.raises(MissingLibrary) as caught:
            call()
        assert "nbmodelver[sign]" in caught.value.hint
    assert keys.verdict(Signature(PRIVATE.public, bytes(64), b"")) == "unchecked"
    assert keys.is_key(PRIVATE.public)
