"""Ed25519 keys and signatures (RFC 8032). The library `cryptography` is imported only to sign or to verify.

Keys and signatures are written as "ed25519:" and base64. A signature covers a context, such as `EVENT`, and a text, so
that the signature of an event is never one of a checkpoint.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import MissingLibrary, UsageError

if TYPE_CHECKING:
    from nbmodelver.model.events import Signature, Verdict

PREFIX = "ed25519:"
KEY_BYTES = 32
SIGNATURE_BYTES = 64
EVENT = b"nbmodelver-event-v1\n"
CHECKPOINT = b"nbmodelver-checkpoint-v1\n"
_SHOWN = 8


class PrivateKey:
    """A private key. public: the public key as text."""

    def __init__(self, raw_bytes: bytes) -> None:
        """raw_bytes: the 32 bytes of RFC 8032. Raises MissingLibrary, ValueError for another length."""
        self._key = _library().Ed25519PrivateKey.from_private_bytes(raw_bytes)
        self.public = text(self._key.public_key().public_bytes_raw())

    @property
    def secret(self) -> bytes:
        """The 32 bytes of the private key."""
        return bytes(self._key.private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature (64 bytes) of a message, which begins with its context."""
        return bytes(self._key.sign(message))


def new() -> PrivateKey:
    """Return a new random key. Raises MissingLibrary."""
    return PrivateKey(_library().Ed25519PrivateKey.generate().private_bytes_raw())


def from_openssh(data: bytes, where: str) -> PrivateKey:
    """Return the key in a file of OpenSSH. where: names it in errors. Raises UsageError for any other file."""
    library = _library()
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        found = load_ssh_private_key(data, password=None)
    except (ValueError, TypeError) as error:  # TypeError: it is encrypted.
        raise UsageError(f"{where} is no unencrypted key of OpenSSH: {error}", _SSH) from None
    except Exception as error:  # The library has further classes for algorithms that it does not support.
        raise UsageError(f"{where} cannot be read: {error}", _SSH) from None
    if not isinstance(found, library.Ed25519PrivateKey):
        raise UsageError(f"{where} is no Ed25519 key", _SSH)
    return PrivateKey(found.private_bytes_raw())


_SSH = "make one: ssh-keygen -t ed25519 -N '' -f FILE"


def is_valid(key: str, signature: bytes, message: bytes) -> bool:
    """Return True if the owner of the public key signed the message. Raises MissingLibrary."""
    library = _library()
    from cryptography.exceptions import InvalidSignature

    known = raw(key, KEY_BYTES)
    if known is None:
        return False
    try:
        library.Ed25519PublicKey.from_public_bytes(known).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def require_library() -> None:
    """Raise MissingLibrary if nothing here can sign or verify."""
    _library()


def verdict(signature: Signature) -> Verdict:
    """Verify the signature of an event."""
    try:
        return "valid" if is_valid(signature.key, signature.value, EVENT + signature.header) else "wrong"
    except MissingLibrary:
        return "unchecked"


def is_key(key: Any) -> bool:
    """Return True if a value is a public key as text. Needs no library."""
    return isinstance(key, str) and raw(key, KEY_BYTES) is not None


def text(raw_bytes: bytes) -> str:
    """Return the text of a key or of a signature."""
    return PREFIX + base64.b64encode(raw_bytes).decode("ascii")


def raw(written: str, length: int) -> bytes | None:
    """Return the bytes of the text of a key or of a signature, None if the text has another form or length."""
    if not written.startswith(PREFIX):
        return None
    try:
        found = base64.b64decode(written.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == length and text(found) == written else None  # Each value has one text.


def short(key: str) -> str:
    """Return the start of a key, for displays."""
    return f"{key[: len(PREFIX) + _SHOWN]}…"


def _library() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise MissingLibrary(
            "signatures need the library cryptography", "install it: pip install 'nbmodelver[sign]'"
        ) from None
    return ed25519
