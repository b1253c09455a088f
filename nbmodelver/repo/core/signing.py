"""The user's signing key, and the public keys that the user pinned. Both lie in the user's own configuration.

A private key is made here, or is a key of OpenSSH that the configuration names. No store can read or choose it.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from pathlib import Path

from nbmodelver.catalogue.events import keys
from nbmodelver.errors import UsageError
from nbmodelver.repo.core.own_files import OwnFile, require_private

KEY_FILE = "signing-key.json"
PINNED_FILE = "pinned-keys.json"
MAX_BYTES = 16_384


class SigningKey:
    """The key with which this user signs events."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = OwnFile(KEY_FILE, "your signing key", folder)

    @property
    def path(self) -> Path:
        """The file of the key."""
        return self._file.path

    def private(self) -> keys.PrivateKey | None:
        """Return the key, None if the user has none.

        Raises UsageError if its file is damaged, is a link, or can be read or written by others; MissingLibrary.
        """
        if not self.path.exists() and not self.path.is_symlink():
            return None
        require_private(self.path)
        data = self._file.read()
        if isinstance(data.get("openssh"), str):
            return _openssh(Path(data["openssh"]))
        try:
            return keys.PrivateKey(base64.b64decode(data["secret"], validate=True))
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise UsageError(
                f"your signing key cannot be used: {self.path} is damaged", "move it away, then: %mv_policy key"
            ) from None

    def create(self) -> keys.PrivateKey:
        """Return the key, and create it if the user has none. Raises MissingLibrary, StoreError, UsageError."""
        found = self.private()
        if found is None:
            self._file.create({"secret": base64.b64encode(keys.new().secret).decode("ascii")})
            found = self.private()
        assert found is not None
        return found

    def use_openssh(self, path: Path) -> keys.PrivateKey:
        """Sign with an unencrypted Ed25519 key of OpenSSH from now on, and return it.

        Raises UsageError if it is not an Ed25519 key, others can read it, or the user has another key; MissingLibrary.
        """
        path = path.expanduser().absolute()
        found, present = _openssh(path), self.private()
        if present is not None and present.public != found.public:
            raise UsageError(f"you have a signing key: {keys.short(present.public)}", f"move it away: {self.path}")
        self._file.write({"openssh": str(path)})
        return found


class PinnedKeys:
    """The public keys that the user trusts to sign policies."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = OwnFile(PINNED_FILE, "the list of pinned keys", folder)

    def all(self) -> dict[str, str]:
        """Return key -> time at which it was pinned (ISO 8601, UTC); {} if others can write the list."""
        found = self._file.read().get("keys")
        return {k: str(v) for k, v in found.items() if keys.is_key(k)} if isinstance(found, dict) else {}

    def add(self, key: str) -> None:
        """Pin a public key. Raises UsageError if it is none, StoreError if the list cannot be written."""
        if not keys.is_key(key):
            raise UsageError(f"'{key}' is no public key", "its owner prints it with %mv_policy key: ed25519:BASE64")
        self._file.write({"keys": {**self.all(), key: datetime.now(UTC).isoformat(timespec="seconds")}})

    def remove(self, key: str) -> None:
        """Remove a pin. Raises UsageError if the key is not pinned, StoreError if the list cannot be written."""
        found = self.all()
        if found.pop(key, None) is None:
            pinned = ", ".join(found) or "none"
            raise UsageError(f"the key '{key}' is not pinned", f"pinned are: {pinned}")
        self._file.write({"keys": found})


def _openssh(path: Path) -> keys.PrivateKey:
    try:
        require_private(path)
        with path.open("rb") as file:
            return keys.from_openssh(file.read(MAX_BYTES), str(path))
    except OSError as error:
        raise UsageError(f"the key {path} cannot be read: {error}", "name another: %mv_policy key --ssh FILE") from None
