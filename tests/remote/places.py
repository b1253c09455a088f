"""Stores in memory, a remote in memory, and what the tests of pushes and fetches compare."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbmodelver.remote.clone import clone
from nbmodelver.remote.fetch import FetchOptions, fetch
from nbmodelver.remote.heads import AREAS
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.pull import follow, remote_branches
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import RemoteConnection, Remotes, add
from nbmodelver.remote.transfer import Selection
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.store.objects.probing import probe
from nbmodelver.testing.object_wrappers import Fault, Faulty, Killed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nbmodelver.model import VersionId
    from nbmodelver.model.remotes import Abilities, Fetched, ObjectStorage, Pushed

ALL = PushOptions(Selection(everything=True))
ADDRESS = "memory://team"
KILLS = (Fault.KILLED_BEFORE, Fault.KILLED_AFTER)


class DyingBackend(MemoryBackend):
    """A backend whose process is killed before its `left`-th change."""

    left = 10**9

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def create(self, key: str, chunks: Any) -> bool:
        self._count()
        return super().create(key, chunks)

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        self._count()
        return super().swap(key, expected, new)

    def delete(self, key: str, *, durable: bool = True) -> None:
        self._count()
        super().delete(key, durable=durable)


def probed(storage: ObjectStorage) -> Abilities:
    """The abilities of a place, found out in one round."""
    return probe(storage, rounds=1)


def new_store() -> Repo:
    """An empty store in memory."""
    backend = DyingBackend()
    layout.create(backend)
    return Repo(backend)


def copied(repo: Repo) -> Repo:
    """The same store in another place, as another process opens it."""
    backend = DyingBackend()
    backend._objects, backend._made_at = dict(repo.backend._objects), dict(repo.backend._made_at)  # type: ignore[attr-defined]
    return Repo(backend)


def reopened(repo: Repo) -> Repo:
    """The same store, as the next process opens it."""
    repo.backend.left = 10**9  # type: ignore[attr-defined]
    return Repo(repo.backend)


def copied_storage(storage: MemoryStorage) -> MemoryStorage:
    """The same objects in another place."""
    made = MemoryStorage(storage.where, swaps=storage.swaps)
    made._objects, made._written_at = dict(storage._objects), dict(storage._written_at)
    made._tags = itertools.count(10_000)  # type: ignore[assignment]
    return made


def connected(repo: Repo, storage: ObjectStorage, name: str = "origin", *, lazy: bool = False) -> RemoteConnection:
    """A store with the remote, which is added if it was not."""
    known = Remotes(repo).all().get(name)
    if known is None:
        known = add(repo, name, ADDRESS, storage, probe=probed, lazy=lazy, as_it_is=True)
    return RemoteConnection(repo, known, storage)


def cloned(storage: ObjectStorage, *, lazy: bool = False, branch: str = "main") -> Repo:
    """A new store in memory with everything of the remote."""
    repo = new_store()
    connection = connected(repo, storage, lazy=lazy)
    fetch(repo, connection, FetchOptions(lazy=lazy))
    if branch in remote_branches(repo, connection.config):
        follow(repo, connection.config, branch)
        repo.history.set_head(remote_branches(repo, connection.config)[branch], branch)
    return repo


def cloned_in(folder: Path, storage: ObjectStorage, *, lazy: bool = False) -> tuple[Repo, Fetched]:
    """A new store on disk with everything of the remote."""
    return clone(ADDRESS, folder, storage, probe=probed, lazy=lazy)


def pushed(repo: Repo, storage: ObjectStorage, options: PushOptions | None = None) -> Pushed:
    """Push with a new connection, as a new process does."""
    return push(repo, connected(repo, storage), options)


def fetched(repo: Repo, storage: ObjectStorage, options: FetchOptions | None = None) -> Fetched:
    """Fetch with a new connection, as a new process does."""
    return fetch(repo, connected(repo, storage), options)


def pulled(repo: Repo, storage: ObjectStorage, branch: str = "main") -> Fetched:
    """Fetch, and follow a branch and HEAD."""
    found = fetched(repo, storage)
    config = Remotes(repo).get()
    follow(repo, config, branch)
    repo.history.set_head(remote_branches(repo, config)[branch], branch)
    return found


def values(repo: Repo) -> dict[VersionId, dict[str, Any]]:
    """Every version and its values."""
    return {id_: repo.load(repo.history.version(id_)) for id_ in repo.history.records.ids()}


def refs(storage: ObjectStorage) -> dict[str, Any]:
    """The refs of a remote."""
    repo = new_store()
    connection = connected(repo, storage)
    found: dict[str, Any] = {}
    for area in AREAS:
        head = connection.read(area).head
        found |= {} if head is None else dict(head.refs)
    return found


def packs(storage: MemoryStorage) -> list[str]:
    """The keys of the packs at a remote."""
    return [one.key for one in storage.list("packs/")]


def outcomes(
    act: Callable[[Faulty], object], storage: Callable[[], MemoryStorage]
) -> Iterator[tuple[str, MemoryStorage]]:
    """Run `act` once for each request that it makes and each kind of kill. Yield what was killed, and the storage.

    storage: makes the storage for each run. Ends after the run that makes no more requests than were killed before.
    """
    for number in itertools.count(1):
        for fault in KILLS:
            place = storage()
            faulty = Faulty(place, {number: fault})
            with suppress(Killed):
                act(faulty)
            if not faulty.happened:
                return
            yield f"{fault.name} at request {number}: {faulty.happened[0][1:3]}", place
