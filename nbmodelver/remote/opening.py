"""Opens the storage of a remote by its address: with retries, or as another store if a store is at the address."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.remote.store_receiving import receive
from nbmodelver.remote.store_storage import StoreStorage, store_at
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.objects import probing
from nbmodelver.store.objects.addresses import open_storage, parse
from nbmodelver.store.objects.retrying import Retrying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Backend, Progress
    from nbmodelver.model.remotes import Abilities, ObjectStorage
    from nbmodelver.remote.remotes import RemoteConfig
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.store.objects.address_parts import RemoteAddress


def open_remote(
    config: RemoteConfig, reader: OpenStore | None = None, progress: Progress | None = None
) -> ObjectStorage:
    """Return the storage of a remote. Nothing is requested yet. Arguments and errors are those of `open_address`."""
    return open_address(config.address, config.options, reader, progress)


def open_address(
    address: str, options: Mapping[str, str], reader: OpenStore | None = None, progress: Progress | None = None
) -> ObjectStorage:
    """Return the storage of an address.

    reader: the store that reads or pushes; another store is only opened for one. progress: of what another store
    receives. Raises UsageError for an invalid address or for the reader itself, MissingLibrary, RemoteError.
    """
    parsed = parse(address)
    store = _store_at(parsed)
    if store is None:
        return Retrying(open_storage(parsed, options=options))
    if options:
        raise UsageError(
            f"{store} is a store, which takes no options, but {', '.join(sorted(options))} was given",
            "leave the options out",
        )
    return open_store(LocalBackend(store), reader, progress)


def open_store(backend: Backend, reader: OpenStore | None = None, progress: Progress | None = None) -> StoreStorage:
    """Return another store as the storage of a remote. Arguments and errors are those of `open_address`."""
    storage = StoreStorage(backend, receive, progress)
    if reader is not None:
        storage.read_for(reader)
    return storage


@contextmanager
def in_use(storage: ObjectStorage) -> Iterator[ObjectStorage]:
    """Use a storage for the block, and close it. Another store keeps its packs in place meanwhile.

    Raises StoreLocked if a gc or a merge of that store does not end.
    """
    try:
        with storage.held() if isinstance(storage, StoreStorage) else nullcontext():
            yield storage
    finally:
        storage.close()


def probe(storage: ObjectStorage) -> Abilities:
    """Return what a place can do. See `probing.probe` for the errors; nothing is written into another store."""
    return storage.abilities() if isinstance(storage, StoreStorage) else probing.probe(storage)


def usual_form(address: str) -> str:
    """Return the address as configurations keep it: folders as absolute paths, a store as its own folder.

    Raises UsageError for an invalid one.
    """
    parsed = parse(address)
    return str(_store_at(parsed) or parsed.text)


def made_folder(address: str) -> str:
    """Return the usual form of an address, and create the folder that it names if only the last part is missing.

    A missing parent may be a share that is not mounted, so it is not created.
    """
    parsed = parse(address)
    if parsed.scheme == "file":
        with suppress(OSError):
            Path(parsed.path).mkdir()
    return usual_form(address)


def _store_at(address: RemoteAddress) -> Path | None:
    return store_at(Path(address.path)) if address.scheme == "file" else None
