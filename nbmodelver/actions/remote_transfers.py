"""Transfers: push, fetch, pull and clone, and the gc and purge of a remote."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from nbmodelver.actions.merge import AlreadyMerged, MergeRequest
from nbmodelver.actions.remotes import connected
from nbmodelver.errors import Diverged, NeedsTrust, UsageError
from nbmodelver.model.remotes import Pulled
from nbmodelver.remote import clone as cloning
from nbmodelver.remote import purge as purging
from nbmodelver.remote.collect import CollectOptions, collect
from nbmodelver.remote.fetch import EVERYTHING, FetchOptions, fetch
from nbmodelver.remote.opening import in_use, open_address, probe, usual_form
from nbmodelver.remote.outgoing import CURRENT_BRANCH, PushOptions
from nbmodelver.remote.pull import follow, standing
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import RemoteConfig, Remotes
from nbmodelver.remote.store_storage import (
    StoreStorage,
    cleaned_there,
    lazy_store,
    naming_incomplete,
    repaired_there,
)
from nbmodelver.remote.transfer import Selection
from nbmodelver.repo import open_repo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nbmodelver.model import Plan, Progress, Version
    from nbmodelver.model.remotes import BranchStanding, Collected, Fetched, Pushed
    from nbmodelver.remote.purge import PurgedRemote
    from nbmodelver.repo import Repo


DEFAULT = PushOptions()


class MadeVersion(Protocol):
    """What a merge returns that made a version."""

    @property
    def version(self) -> Version:
        """The version."""


class Restoring(Protocol):
    """The jumps of a notebook, as `actions.restore.Restores` has them."""

    def switch(self, branch: str, *, create: bool = False, trust: bool = False) -> Plan:
        """Bring the notebook to the latest version of a branch."""

    def merge(self, request: MergeRequest) -> MadeVersion | AlreadyMerged:
        """Merge a version into the current one, and bring the notebook there."""


@dataclass(frozen=True)
class PushRequest:
    """What to push and where. remote: "" for the only one, or origin. The rest is as in PushOptions."""

    remote: str = ""
    options: PushOptions = DEFAULT


@dataclass(frozen=True)
class FetchRequest:
    """What to fetch and from where. lazy: None follows the setting of the remote."""

    remote: str = ""
    selection: Selection = EVERYTHING
    lazy: bool | None = None
    accept_older: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class PullRequest:
    """A fetch of one branch, and what happens then.

    branch: "" for the current one. merge: merge if both sides have new versions; take, key: as in a merge. load: bring
    the notebook to the new version.
    """

    remote: str = ""
    branch: str = ""
    merge: bool = False
    take: Mapping[str, str] = field(default_factory=dict)
    key: Mapping[str, str] = field(default_factory=dict)
    load: bool = True
    trust: bool = False
    lazy: bool | None = None
    accept_older: bool = False


def apart(repo: Repo) -> Repo:
    """Return the store opened once more, for a thread of its own, as another process would open it.

    Its HEAD is not that of the notebook. A store in memory is returned as it is.
    """
    root = repo.backend.local_path()
    return repo if root is None else open_repo(root)


def push_to(repo: Repo, request: PushRequest, progress: Progress | None = None) -> Pushed:
    """Send versions, tags and events. See `remote.push.push` for the errors."""
    with connected(repo, request.remote, progress) as connection:
        if request.options.again and isinstance(connection.storage, StoreStorage):
            raise repaired_there(connection.storage)
        return push(repo, connection, request.options, progress)


def fetch_from(repo: Repo, request: FetchRequest, progress: Progress | None = None) -> Fetched:
    """Bring versions and events. The notebook and its branches stay. See `remote.fetch.fetch` for the errors."""
    with connected(repo, request.remote) as connection:
        options = FetchOptions(
            request.selection, _is_lazy(connection.config, request.lazy), request.accept_older, request.dry_run
        )
        if options.lazy and isinstance(connection.storage, StoreStorage):
            raise lazy_store(connection.storage)
        with naming_incomplete(connection.storage):
            return fetch(repo, connection, options, progress)


def _is_lazy(config: RemoteConfig, wanted: bool | None) -> bool:
    return config.lazy if wanted is None else wanted


def pull_from(
    repo: Repo, request: PullRequest, restores: Restoring | None = None, progress: Progress | None = None
) -> Pulled:
    """Fetch a branch, move it here, and bring the notebook there.

    restores: of the notebook; None on the command line, where no values change. Raises Diverged if both sides have new
    versions and `merge` is not set, MergeConflict, and the errors of a fetch and a rollback.
    """
    config = Remotes(repo).get(request.remote)
    branch = request.branch or repo.history.branch
    lazy = _is_lazy(config, request.lazy)
    fetched = fetch_from(repo, FetchRequest(config.name, EVERYTHING, lazy, request.accept_older), progress)
    head_before = repo.history.head
    before = standing(repo, config, branch)
    if before.relation == "diverged":
        return _diverged(repo, request, restores, fetched, before)
    before = follow(repo, config, branch)
    if before.relation in ("same", "ahead", "only here"):
        return Pulled(fetched, branch, before, "ahead" if before.ahead else "up to date")
    authors = sorted({repo.history.version(id_).author for id_ in before.behind if repo.history.records.exists(id_)})
    moved = Pulled(fetched, branch, before, "moved", authors=tuple(filter(None, authors)))
    is_here = repo.history.branch == branch and (head_before is None or head_before.id == before.here)
    if restores is None:
        if is_here and before.there is not None:
            repo.history.set_head(before.there, branch)
        return moved
    if not request.load:
        return moved
    if not is_here:
        return replace(moved, note=f"this notebook is elsewhere: %mv_switch {branch} brings it there")
    try:
        return replace(moved, outcome="loaded", plan=restores.switch(branch, trust=request.trust))
    except NeedsTrust as error:
        if before.here is not None and before.there is not None:  # The branch stays with the notebook.
            repo.refs.move(f"heads/{branch}", before.there, before.here)
        note = f"{branch} was not moved: {error.message}; to allow it: %mv_pull --trust"
        return replace(moved, outcome="fetched", note=note)


def _diverged(
    repo: Repo, request: PullRequest, restores: Restoring | None, fetched: Fetched, before: BranchStanding
) -> Pulled:
    remote = fetched.remote
    if not request.merge or restores is None:
        here, there = len(before.ahead), len(before.behind)
        raise Diverged(
            f"{before.branch} and {remote}/{before.branch} both have new versions: {here} here, {there} there",
            "merge them: %mv_pull --merge · or keep yours beside: %mv_push --as NAME",
        )
    assert before.there is not None
    done = restores.merge(MergeRequest(before.there, request.take, request.key, trust=request.trust))
    merged = done.ours if isinstance(done, AlreadyMerged) else done.version
    return Pulled(fetched, before.branch, before, "merged", merged=merged)


@dataclass(frozen=True)
class CollectRequest:
    """A gc of a remote. grace_days: between marking and deletion. forgotten: also drop versions forgotten here."""

    remote: str = ""
    grace_days: float = 7.0
    forgotten: bool = False
    dry_run: bool = False


def collect_remote(repo: Repo, request: CollectRequest, progress: Progress | None = None) -> Collected:
    """Mark and delete what no version of a remote needs. See `remote.collect.collect` for the errors."""
    with connected(repo, request.remote) as connection:
        if isinstance(connection.storage, StoreStorage):
            raise cleaned_there(connection.storage, "gc")
        options = CollectOptions(request.grace_days * 86400, request.forgotten, dry_run=request.dry_run)
        return collect(repo, connection, options, progress)


def purge_remote(
    repo: Repo, remote: str, names: Sequence[str], *, confirmed: bool, progress: Progress | None = None
) -> PurgedRemote:
    """Remove variables from all versions here and at a remote. See `remote.purge.purge` for the errors."""
    with connected(repo, remote) as connection:
        if isinstance(connection.storage, StoreStorage):
            raise cleaned_there(connection.storage, f"purge {' '.join(names)}")
        return purging.purge(repo, connection, names, dry_run=not confirmed, progress=progress)


@dataclass(frozen=True)
class CloneRequest:
    """A remote to clone. folder: None names it after the address. branches, tags: only these; () for all."""

    address: str
    folder: Path | None = None
    lazy: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    selection: Selection | None = None
    name: str = "origin"


@dataclass(frozen=True)
class Cloned:
    """A new store with the versions of a remote."""

    repo: Repo
    folder: Path
    fetched: Fetched


def clone_from(request: CloneRequest, progress: Progress | None = None) -> Cloned:
    """Create a store with the versions of a remote. Raises FileExists, RemoteMissing, RemoteError, StoreError."""
    if not request.address:
        raise UsageError("clone needs an address", "try: nbmodelver clone s3://bucket/prefix FOLDER")
    address = usual_form(request.address)
    folder = request.folder or cloning.default_folder(address)
    with in_use(open_address(address, request.options)) as storage:
        repo, fetched = cloning.clone(
            address, folder.expanduser(), storage, probe=probe, lazy=request.lazy, selection=request.selection,
            options=request.options, name=request.name, progress=progress,
        )  # fmt: skip
    return Cloned(repo, folder, fetched)


def selection(
    branches: Sequence[str] = (), tags: Sequence[str] = (), models: Sequence[str] = (), *, everything: bool = False,
    names: Sequence[str] = (),
) -> Selection:  # fmt: skip
    """Return a selection from options of a verb."""
    if not (branches or tags or models or everything or names):
        return CURRENT_BRANCH
    return Selection(tuple(branches), tuple(tags), tuple(models), everything, tuple(names))
