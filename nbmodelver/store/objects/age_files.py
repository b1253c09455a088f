"""Files of the format age (age-encryption.org/v1) for one X25519 recipient: written whole, read whole or by ranges.

The library pyrage reads and writes whole files only, but values come out of large packs by ranges. So the format is
implemented here with the primitives of `cryptography`, and the tests decrypt with pyrage what is written here. The
plaintext is cut into chunks of 64 KiB, each encrypted with ChaCha20-Poly1305 under its number, so each is read alone.
Only files of one form are read: with one X25519 recipient and no other stanza, so the header has a known size.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nbmodelver.errors import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK_BYTES = 64 << 10
TAG_BYTES = 16
SEALED_BYTES = CHUNK_BYTES + TAG_BYTES
"""The size of an encrypted chunk."""
HEADER_BYTES = 184
"""The size of the header, with the nonce behind it. It is always the same with one X25519 recipient."""

_VERSION = b"age-encryption.org/v1"
_NONCE_BYTES = 16
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BATCH = 16
"""So many chunks are given on together: 1 MiB."""


class UnreadableFile(Exception):  # as in errors.py
    """A file that was changed or cut, or that is for another recipient."""


@dataclass(frozen=True)
class AgeKey:
    """The private key of a recipient. secret: 32 bytes."""

    secret: bytes

    @classmethod
    def of_text(cls, text: str) -> AgeKey:
        """Return the key of a text such as AGE-SECRET-KEY-1.... Raises Damaged."""
        prefix, _, data = text.strip().lower().rpartition("1")
        bits = 0
        for character in data[:-6]:  # The last six characters are a checksum against typing errors.
            bits = bits << 5 | max(_BECH32.find(character), 0)
        secret = (bits >> 4).to_bytes(33, "big")[1:]
        if prefix != "age-secret-key-" or len(data) != 58 or set(data) - set(_BECH32):
            raise Damaged("the key of the remote is malformed", "ask a member of the team to write it again")
        return cls(secret)

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()


@dataclass(frozen=True)
class OpenedFile:
    """The key of one file, which its header has for the recipient."""

    payload_key: bytes

    def chunks(self, first: int, stored: bytes, *, until_end: bool) -> bytes:
        """Return the plaintext of encrypted chunks. first: the number of the first one.

        until_end: the last one is the last of the file. Raises UnreadableFile if a chunk is changed, moved or cut.
        """
        cipher = ChaCha20Poly1305(self.payload_key)
        view = memoryview(stored)
        count = max(1, -(-len(stored) // SEALED_BYTES))
        found = []
        for at in range(count):
            nonce = _chunk_nonce(first + at, is_last=until_end and at == count - 1)
            found.append(_opened(cipher, nonce, view[at * SEALED_BYTES : (at + 1) * SEALED_BYTES]))
        return b"".join(found)


def stored_size(plain_bytes: int) -> int:
    """Return the size of the file with so many bytes of plaintext."""
    return HEADER_BYTES + plain_bytes + TAG_BYTES * max(1, -(-plain_bytes // CHUNK_BYTES))


def plain_size(stored_bytes: int) -> int:
    """Return the size of the plaintext of a file, 0 for a file that is too short to be one."""
    sealed = max(stored_bytes - HEADER_BYTES, TAG_BYTES)
    return max(sealed - TAG_BYTES * -(-sealed // SEALED_BYTES), 0)


def encrypted(chunks: Iterable[bytes | memoryview], recipient: bytes) -> Iterator[bytes]:
    """Yield the bytes of a file for this public key: its header, then its chunks, 1 MiB at a time."""
    file_key, nonce = os.urandom(16), os.urandom(_NONCE_BYTES)
    yield _header(file_key, recipient) + nonce
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    sealed: list[bytes] = []
    for number, (chunk, is_last) in enumerate(_framed(chunks)):
        sealed.append(cipher.encrypt(_chunk_nonce(number, is_last=is_last), chunk, None))
        if is_last or len(sealed) == _BATCH:
            yield b"".join(sealed)
            sealed = []


def opened(header: bytes, key: AgeKey) -> OpenedFile:
    """Return the key of a file from its first HEADER_BYTES. Raises UnreadableFile if it is not for this recipient."""
    lines = header[: HEADER_BYTES - _NONCE_BYTES].split(b"\n")
    if len(lines) != 5 or lines[0] != _VERSION or not lines[1].startswith(b"-> X25519 ") or lines[3][:4] != b"--- ":
        raise UnreadableFile
    try:
        share, body, mac = (_unbase64(text) for text in (lines[1][10:], lines[2], lines[3][4:]))
        shared = X25519PrivateKey.from_private_bytes(key.secret).exchange(X25519PublicKey.from_public_bytes(share))
    except (ValueError, binascii.Error):
        raise UnreadableFile from None
    file_key = _opened(ChaCha20Poly1305(_wrapping(shared, share, key.public)), bytes(12), body)
    checked = hmac.HMAC(_derived(file_key, b"", b"header"), hashes.SHA256())
    checked.update(header[: header.index(b"\n--- ") + 4])
    try:
        checked.verify(mac)
    except InvalidSignature:
        raise UnreadableFile from None
    return OpenedFile(_derived(file_key, header[HEADER_BYTES - _NONCE_BYTES : HEADER_BYTES], b"payload"))


def decrypted(stored: bytes, key: AgeKey) -> bytes:
    """Return the plaintext of a whole file. Raises UnreadableFile if it is changed, cut, or for another recipient."""
    return opened(stored[:HEADER_BYTES], key).chunks(0, stored[HEADER_BYTES:], until_end=True)


def _opened(cipher: ChaCha20Poly1305, nonce: bytes, sealed: bytes | memoryview) -> bytes:
    try:
        return cipher.decrypt(nonce, sealed, None)
    except InvalidTag:
        raise UnreadableFile from None


def _header(file_key: bytes, recipient: bytes) -> bytes:
    own = X25519PrivateKey.generate()
    share = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(recipient))
    body = ChaCha20Poly1305(_wrapping(shared, share, recipient)).encrypt(bytes(12), file_key, None)
    start = b"\n".join((_VERSION, b"-> X25519 " + _base64(share), _base64(body), b"---"))
    mac = hmac.HMAC(_derived(file_key, b"", b"header"), hashes.SHA256())
    mac.update(start)
    return start + b" " + _base64(mac.finalize()) + b"\n"


def _wrapping(shared: bytes, share: bytes, recipient: bytes) -> bytes:
    return _derived(shared, share + recipient, b"age-encryption.org/v1/X25519")


def _derived(secret: bytes, salt: bytes, use: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, use).derive(secret)


def _chunk_nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def _framed(chunks: Iterable[bytes | memoryview]) -> Iterator[tuple[bytes | memoryview, bool]]:
    """Yield the bytes in chunks of CHUNK_BYTES, the last one shorter, each with whether it is the last one."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        full = (len(held) - 1) // CHUNK_BYTES if held else 0
        if full:
            whole = bytes(held[: full * CHUNK_BYTES])
            del held[: full * CHUNK_BYTES]
            for at in range(full):
                yield whole[at * CHUNK_BYTES : (at + 1) * CHUNK_BYTES], False
    yield bytes(held), True


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _unbase64(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
