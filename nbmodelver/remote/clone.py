"""Clone: a new store with the versions of a remote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import FileExists, UsageError
from nbmodelver.remote.fetch import FetchOptions, fetch
from nbmodelver.remote.pull import follow, remote_branches
from nbmodelver.remote.remotes import RemoteConnection, Remotes, add
from nbmodelver.remote.store_storage import StoreStorage, lazy_store, naming_incomplete
from nbmodelver.repo.core import locate
from nbmodelver.repo.core.head import MAIN
from nbmodelver.repo.repo import open_repo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbmodelver.model import Progress
    from nbmodelver.model.remotes import Abilities, Fetched, ObjectStorage
    from nbmodelver.remote.transfer import Selection
    from nbmodelver.repo.repo import Repo


def clone(
    address: str,
    folder: Path,
    storage: ObjectStorage,
    *,
    probe: Callable[[ObjectStorage], Abilities],
    lazy: bool = False,
    selection: Selection | None = None,
    options: Mapping[str, str] | None = None,
    name: str = "origin",
    progress: Progress | None = None,
) -> tuple[Repo, Fetched]:
    """Create a store in `folder` with the versions of a remote, and return it.

    lazy: bring no values; they are loaded when they are needed. An interrupted clone is continued by the same call.
    Raises FileExists if the folder has a store with versions of its own, RemoteMissing if nothing is at the address,
    RemoteError, StoreError, UsageError for a lazy clone of a store.
    """
    place = folder / locate.FOLDER if folder.name != locate.FOLDER else folder
    if isinstance(storage, StoreStorage) and lazy:
        raise lazy_store(storage)
    repo = open_repo(place, create=True)
    if isinstance(storage, StoreStorage):
        storage.read_for(repo)
    config = Remotes(repo).all().get(name)
    if (config is None or config.address != address) and repo.history.records.count():
        raise FileExists(f"{place} has versions already", "clone into a new folder, or add the remote: %mv_remote add")
    config = add(repo, name, address, storage, probe=probe, options=options, lazy=lazy, as_it_is=True)
    connection = RemoteConnection(repo, config, storage)
    wanted = FetchOptions(lazy=lazy) if selection is None else FetchOptions(selection, lazy=lazy)
    with naming_incomplete(storage):
        fetched = fetch(repo, connection, wanted, progress)
    branches = remote_branches(repo, config)
    if not branches:
        return repo, fetched
    preferred = [*(selection.branches if selection else ()), MAIN]
    chosen = next((branch for branch in preferred if branch in branches), min(branches))
    before = follow(repo, config, chosen)
    if repo.history.head is None or before.relation == "behind":  # A clone that is repeated does not go back.
        repo.history.set_head(branches[chosen], chosen)
    return repo, fetched


def default_folder(address: str) -> Path:
    """Return the folder for a clone without a given one: the last part of the address. Raises UsageError."""
    last = address.rstrip("/").removesuffix(f"/{locate.FOLDER}").rpartition("/")[2]
    if not last or last in (".", ".."):
        raise UsageError(f"no folder can be named after {address}", "give one: nbmodelver clone ADDRESS FOLDER")
    return Path(last)
