"""Lets a store read the parts that it lacks from its remotes, when a rollback, a comparison or a load needs them."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, RemoteError
from nbmodelver.remote.deferred import Deferred
from nbmodelver.remote.lazy import SeveralPlaces
from nbmodelver.remote.opening import open_remote
from nbmodelver.remote.remotes import RemoteConnection, Remotes
from nbmodelver.remote.transfer import Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import ObjectId, Progress
    from nbmodelver.model.remotes import ObjectStorage
    from nbmodelver.remote.lazy import RemoteParts
    from nbmodelver.remote.remotes import RemoteConfig
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.store.index import Place


FRESH_S = 1.0
"""How long what was last seen of the remotes counts; another process may fetch."""

AGAIN_S = 30.0
"""How long a remote that could not be read is not asked again."""


class PartsOfRemotes:
    """The parts of all remotes of a store, as `Elsewhere`. Nothing is read or connected before the first use."""

    def __init__(
        self,
        store: OpenStore,
        open_storage: Callable[[RemoteConfig], ObjectStorage],
    ) -> None:
        self._store, self._open = store, open_storage
        self._connections: dict[str, RemoteConnection] = {}
        self._seen: tuple[str, ...] | None = None
        self._looked_at = -FRESH_S
        self._places = SeveralPlaces(())
        self._failed: dict[str, tuple[float, RemoteError]] = {}

    def place(self, id_: ObjectId) -> Place | None:
        """Return where the part is at the first remote that has it, as the remotes were last seen.

        Raises RemoteError if nothing is known of a remote and it cannot be read.
        """
        return self._current().place(id_)

    def prepare(self, ids: Sequence[ObjectId], progress: Progress | None = None) -> None:
        """Bring what these parts need into the cache."""
        if ids:
            self._current().prepare(ids, progress)

    def look_again(self) -> None:
        """Look for remotes and what they have at the next use."""
        self._looked_at = -FRESH_S

    def _current(self) -> SeveralPlaces:
        if time.monotonic() - self._looked_at < FRESH_S:
            return self._places
        self._looked_at = time.monotonic()
        configs = list(Remotes(self._store).all().values())
        seen = tuple(key for config in configs for key in self._keys(config))
        if seen != self._seen:
            found: list[RemoteParts] = []
            failed: RemoteError | None = None
            for config in configs:
                try:
                    found.append(self._parts(config))
                except RemoteError as error:  # Another remote may have the part.
                    failed = error
            self._places = SeveralPlaces(found, failed)
            self._seen = None if failed is not None else tuple(key for c in configs for key in self._keys(c))
        return self._places

    def _keys(self, config: RemoteConfig) -> tuple[str, ...]:
        connection = self._connection(config)
        return (config.id, *(one.key for one in connection.known.listings))

    def _parts(self, config: RemoteConfig) -> RemoteParts:
        """Return the parts of a remote. What was known of it may have been deleted: it is read again then."""
        remote = Remote(self._store, self._connection(config))
        if remote.listings:
            with suppress(Damaged):
                return remote.parts()
        self._refuse_for_a_while(config)
        try:
            remote.read()
        except RemoteError as error:
            self._failed[config.id] = time.monotonic(), error
            raise
        remote.remember()
        return remote.parts()

    def _refuse_for_a_while(self, config: RemoteConfig) -> None:
        """Raise the error of a remote that could not be read a moment ago: each attempt may take minutes."""
        failed_at, error = self._failed.get(config.id, (-AGAIN_S, None))
        if error is not None and time.monotonic() - failed_at < AGAIN_S:
            raise error

    def _connection(self, config: RemoteConfig) -> RemoteConnection:
        found = self._connections.get(config.name)
        if found is None or found.config.id != config.id:
            found = self._connections[config.name] = self._opened(config)
        return found

    def _opened(self, config: RemoteConfig) -> RemoteConnection:
        return RemoteConnection(self._store, config, Deferred(lambda: self._open(config), config.address))


def parts_of(store: OpenStore) -> PartsOfRemotes:
    """Return the parts of all remotes of a store. `repo.core.remote_parts` calls it."""
    return PartsOfRemotes(store, lambda config: open_remote(config, store))


def attach(store: OpenStore, open_storage: Callable[[RemoteConfig], ObjectStorage]) -> None:
    """Let a store read missing parts from its remotes through other storages than those of their addresses."""
    store.parts.read_from(PartsOfRemotes(store, open_storage))
