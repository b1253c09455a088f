"""The packs that a push is sending, noted in the store, so that an interrupted push sends no pack twice."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError
from nbmodelver.remote.known import pack_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Backend
    from nbmodelver.remote.remotes import RemoteConnection

MOST_BYTES = 64 << 20


class Sending:
    """The packs of one push, over all its rounds, and those that an interrupted push has noted.

    has_noted_force: True once the event of a forced push was written.
    """

    def __init__(self, backend: Backend, connection: RemoteConnection) -> None:
        self._backend, self._connection = backend, connection
        self._key = f"{connection.known.folder}sending"
        self._maybe_sent = self._noted()
        self._has_note = bool(self._maybe_sent)
        self.has_noted_force = False

    def begin(self, names: Iterable[str]) -> None:
        """Note the packs that will be sent. A store that cannot be written is no error: nothing is noted then."""
        every = sorted({*self._maybe_sent, *names})
        if every == sorted(self._noted()):
            return
        with suppress(StoreError):
            try:
                before: bytes | None = bytes(self._backend.read(self._key))
            except KeyError:
                before = None
            self._has_note = self._backend.swap(self._key, before, json.dumps(every).encode())

    def has(self, name: str, size: int) -> bool:
        """Return True if the remote has the pack: an earlier round or an interrupted push has sent it.

        Costs one request, and none for a pack that was certainly never sent. A gc may have deleted it meanwhile.
        """
        return name in self._maybe_sent and self.is_there(name, size)

    def is_there(self, name: str, size: int) -> bool:
        """Return True if the remote has an object of this size under the name of the pack. One request."""
        with suppress(KeyError):
            return self._connection.storage.size(pack_key(name)) == size
        return False

    def done(self, name: str) -> None:
        """Remember for the next round that a pack was sent."""
        self._maybe_sent.add(name)

    def forget(self) -> None:
        """Delete the note, after the heads were moved."""
        if self._has_note:
            with suppress(StoreError):
                self._backend.delete(self._key, durable=False)

    def _noted(self) -> set[str]:
        try:
            data = json.loads(bytes(self._backend.read(self._key, 0, MOST_BYTES)))
        except (KeyError, ValueError, RecursionError):
            return set()
        return {str(name) for name in data} if isinstance(data, list) else set()
