"""The keys of age with which this user opens encrypted remotes. They lie outside of all stores.

In this order: those in the variable NBMODELVER_AGE_KEY, in the file that NBMODELVER_AGE_KEY_FILE names (as CI needs
them), in the user's own configuration, and the keys of OpenSSH without a passphrase (Ed25519, RSA) in ~/.ssh.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyrage

from nbmodelver.errors import UsageError
from nbmodelver.repo.core.own_files import OwnFile, require_private

if TYPE_CHECKING:
    from collections.abc import Iterator

Identity: TypeAlias = "pyrage.x25519.Identity | pyrage.ssh.Identity"
Recipient: TypeAlias = "pyrage.x25519.Recipient | pyrage.ssh.Recipient"

VARIABLE = "NBMODELVER_AGE_KEY"
FILE_VARIABLE = "NBMODELVER_AGE_KEY_FILE"
KEY_FILE = "encryption-key.json"
MOST_BYTES = 16_384
_SSH_KEYS = ("id_ed25519", "id_rsa")
EXAMPLES = "give a public key: age1... as %mv_remote key prints it, ssh-ed25519 ..., or a file with public keys"


class OwnKeys:
    """The private keys of this user. folder, home: replaced by tests."""

    def __init__(self, folder: Path | None = None, home: Path | None = None) -> None:
        self._file = OwnFile(KEY_FILE, "your encryption key", folder)
        self._home = home or Path.home()

    @property
    def path(self) -> Path:
        """The file of the key that is made here."""
        return self._file.path

    def all(self) -> list[Identity]:
        """Return all keys. Raises UsageError for one that is malformed or that others can read."""
        return [*self._of_age(), *self._of_openssh()]

    def public(self) -> str:
        """Return the public key of the first key of age, as age1.... The first call creates a key.

        Raises UsageError for a malformed key, StoreError if the file cannot be written.
        """
        first = next(self._of_age(), None)
        if first is None:
            self._file.create({"identity": str(pyrage.x25519.Identity.generate())})
            first = next(self._of_age())
        return str(first.to_public())

    def _of_age(self) -> Iterator[pyrage.x25519.Identity]:
        yield from _identities(os.environ.get(VARIABLE, ""), f"the variable {VARIABLE}")
        named = os.environ.get(FILE_VARIABLE)
        if named:
            path = Path(named).expanduser()
            yield from _identities(_text(path), str(path))
        if self.path.exists() or self.path.is_symlink():
            require_private(self.path)
            yield from _identities(str(self._file.read().get("identity", "?")), str(self.path))

    def _of_openssh(self) -> Iterator[pyrage.ssh.Identity]:
        for name in _SSH_KEYS:
            with suppress(OSError, pyrage.IdentityError):  # A key with a passphrase cannot be used.
                yield pyrage.ssh.Identity.from_buffer((self._home / ".ssh" / name).read_bytes())


def recipients(given: str) -> dict[str, Recipient]:
    """Return the public keys of a text: one key, or the path of a file with one on each line. Raises UsageError."""
    path = Path(given).expanduser()
    is_key = given.startswith(("age1", "ssh-"))
    lines = [given] if is_key else _text(path).splitlines()
    found = {}
    for line in (text.strip() for text in lines):
        if line and not line.startswith("#"):
            key = " ".join(line.split()[:2]) if line.startswith("ssh-") else line  # Without its comment.
            found[key] = _recipient(key)
    if not found:
        raise UsageError(f"{given} has no public key", EXAMPLES)
    return found


def _recipient(key: str) -> Recipient:
    try:
        return pyrage.ssh.Recipient.from_str(key) if key.startswith("ssh-") else pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        shown = "a private key, which must stay secret" if "SECRET" in key.upper() else f"{key[:40]!r}"
        raise UsageError(f"{shown} is not a public key of age or OpenSSH (Ed25519, RSA)", EXAMPLES) from None


def _identities(text: str, where: str) -> Iterator[pyrage.x25519.Identity]:
    for line in (one.strip() for one in text.splitlines()):
        if line and not line.startswith("#"):
            try:
                yield pyrage.x25519.Identity.from_str(line)
            except pyrage.IdentityError:
                raise UsageError(
                    f"{where} has a malformed key", "a key is one line that starts with AGE-SECRET-KEY-1"
                ) from None


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise UsageError(f"the file {path} cannot be read: {error.strerror}", EXAMPLES) from None
