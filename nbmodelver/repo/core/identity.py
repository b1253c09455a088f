"""Who acts: a random pseudonym per store, and the claims of Git, JupyterHub and the operating system.

None of the claims is verified: Git and JupyterHub are asked through files and variables of the user. The login is the
system's name of the user id where there is one. They are kept side by side with their source, so that a reader can
judge them. Only a signature (`signing.py`) proves who wrote an event.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
import subprocess
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.errors import StoreError
from nbmodelver.model.events import Person
from nbmodelver.repo.core.environment import author
from nbmodelver.repo.core.own_files import OwnFile

if TYPE_CHECKING:
    from pathlib import Path

FILE = "identity.json"
GIT_LIMIT_S = 2.0
_SECRET_BYTES = 32


class Identities:
    """The pseudonyms of this user, one per store: hashes of the store's id with a random secret of the user."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = OwnFile(FILE, "the secret of your pseudonyms", folder)
        self._known: dict[str, Person] = {}

    def person(self, store: str, given_name: str = "") -> Person:
        """Return the user as an author of events in this store.

        given_name: the setting `author` of the store, which comes before Git. Raises StoreError if the secret of the
        user cannot be written on first use.
        """
        if store not in self._known or (given_name and self._known[store].name != given_name):
            self._known[store] = _claims(self._pseudonym(store), given_name)
        return self._known[store]

    def _pseudonym(self, store: str) -> str:
        return "p-" + hashlib.blake2b(store.encode(), key=self._secret(), digest_size=8).hexdigest()

    def _secret(self) -> bytes:
        """Return the user's secret (32 bytes). It is created on first use; of two processes that do so, one wins."""
        found = self._file.read(also_shared=True).get("secret")
        if not isinstance(found, str):
            self._file.create({"secret": secrets.token_hex(_SECRET_BYTES)})
            found = self._file.read(also_shared=True).get("secret")
        if not isinstance(found, str) or not re.fullmatch(r"[0-9a-f]{64}", found):
            raise StoreError(
                f"{self._file.path} cannot be used: it is damaged", "remove it; your pseudonyms are then new ones"
            )
        return bytes.fromhex(found)


def _claims(pseudonym: str, given_name: str) -> Person:
    name, email = _git_user()
    hub = os.environ.get("JUPYTERHUB_USER", "")
    login = system.port.user_name() or author()
    sources = {"setting": given_name, "git config": name, "JupyterHub": hub, "login": login}
    source, shown = next(((s, n) for s, n in sources.items() if n), ("", ""))
    return Person(
        pseudonym, name=shown, email=email, login=login, hub=hub, uid=system.port.user_id(),
        host=socket.gethostname(), source=source,
    )  # fmt: skip


def _git_user() -> tuple[str, str]:
    """Return name and e-mail address from the configuration of Git, "" for what it does not state."""
    command = ["git", "config", "--get-regexp", r"^user\.(name|email)$"]
    try:
        found = subprocess.run(command, capture_output=True, timeout=GIT_LIMIT_S, check=False)  # noqa: S603  # constant
    except (OSError, subprocess.SubprocessError):
        return "", ""
    lines = found.stdout.decode("utf-8", "replace").splitlines()
    values = dict(line.split(" ", 1) for line in lines if " " in line)
    return values.get("user.name", ""), values.get("user.email", "")
