"""Purge at a remote: removes variables from every version there, and every byte of them.

The versions are purged here first, all of them: those that only the remote has are fetched before. Then the new records
are pushed over the old ones, and gc rewrites and deletes the packs and segments that had the bytes, without a grace
period. Copies in other clones, bundles and backups cannot be reached; the result names who sent versions.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.remote.collect import CollectOptions, collect
from nbmodelver.remote.fetch import FetchOptions, fetch
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.push import push
from nbmodelver.remote.transfer import Selection
from nbmodelver.store.block_cache import FOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Progress
    from nbmodelver.model.remotes import Collected
    from nbmodelver.remote.remotes import RemoteConnection
    from nbmodelver.repo.maintain.purge import Purged
    from nbmodelver.repo.repo import Repo


@dataclass(frozen=True)
class PurgedRemote:
    """The result. collected: of the gc at the remote; None for a dry run. writers: who else has sent versions there."""

    remote: str
    purged: Purged
    collected: Collected | None
    writers: tuple[str, ...]


def purge(
    repo: Repo,
    connection: RemoteConnection,
    names: Sequence[str],
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> PurgedRemote:
    """Remove variables from all versions here and at the remote.

    Raises UnknownName if no version has one of them, NotPushed if the rights do not allow it, RemoteError, StoreError.
    After an error the same call completes it.
    """
    fetch(repo, connection, FetchOptions(lazy=True), progress)
    inventory = connection.known.inventory()
    own = repo.moves.person().pseudonym if repo.moves.has_events else ""
    writers = tuple(sorted({w for w in inventory.writers.values() if w and own not in w}))
    purged = repo.purge(names, dry_run=dry_run)
    if dry_run:
        return PurgedRemote(connection.config.name, purged, None, writers)
    why = f"purge of {', '.join(names)}"
    push(repo, connection, PushOptions(Selection(everything=True), force=True, why=why), progress)
    collected = collect(repo, connection, CollectOptions(exact=True), progress)
    _forget_copies(repo)
    return PurgedRemote(connection.config.name, purged, collected, writers)


def _forget_copies(repo: Repo) -> None:
    """Delete the blocks that were read from remotes: they may be of the purged values."""
    root = repo.backend.local_path()
    if root is not None:
        with suppress(OSError):
            shutil.rmtree(root / FOLDER)
