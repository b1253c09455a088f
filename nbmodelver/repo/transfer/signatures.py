"""Signatures of bundles: Ed25519 over the manifest, with the signer's public key beside it."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import UsageError
from nbmodelver.repo.core.signing import PinnedKeys, SigningKey

if TYPE_CHECKING:
    from pathlib import Path

PrivateKey = keys.PrivateKey
CONTEXT = b"nbmodelver-bundle-v1\n"
MAX_BYTES = 4096


@dataclass(frozen=True)
class Signed:
    """Who signed a bundle. key: the public key. state: "pinned" if the user pinned it, else "valid"."""

    key: str
    state: Literal["pinned", "valid"]


def own_key() -> PrivateKey:
    """Return the user's key. Raises UsageError if the user has no key, MissingLibrary."""
    found = SigningKey().private()
    if found is None:
        raise UsageError("you have no signing key", "create it: %mv_policy key")
    return found


def signature_of(key: PrivateKey, manifest: bytes) -> bytes:
    """Return signature.json for a manifest."""
    signature = base64.b64encode(key.sign(CONTEXT + manifest)).decode("ascii")
    return json.dumps({"format": 1, "key": key.public, "signature": signature}, sort_keys=True).encode() + b"\n"


def verified(data: bytes, manifest: bytes, folder: Path | None = None) -> Signed:
    """Return who signed. data: signature.json. folder: of the pinned keys; None for that of the user.

    Raises ValueError if the signature is not that of the manifest, MissingLibrary.
    """
    try:
        found = json.loads(data)
        key, signature = found["key"], base64.b64decode(found["signature"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise ValueError("its signature is malformed") from error
    if not isinstance(key, str) or not keys.is_valid(key, signature, CONTEXT + manifest):
        raise ValueError("its signature is not that of its content")
    return Signed(key, "pinned" if key in PinnedKeys(folder).all() else "valid")
