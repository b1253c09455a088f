"""Remotes: add, list, check, push, fetch, pull and clone."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from nbmodelver.actions.merge import AlreadyMerged, MergeRequest
from nbmodelver.errors import Damaged, Diverged, NeedsTrust, NotPushed, UsageError
from nbmodelver.model import VersionId
from nbmodelver.model.remotes import Pulled
from nbmodelver.remote import clone as cloning
from nbmodelver.remote import purge as purging
from nbmodelver.remote.collect import CollectOptions, collect
from nbmodelver.remote.fetch import EVERYTHING, FetchOptions, fetch
from nbmodelver.remote.known import Known
from nbmodelver.remote.opening import in_use, made_folder, open_address, open_remote, probe, usual_form
from nbmodelver.remote.outgoing import CURRENT_BRANCH, PushOptions
from nbmodelver.remote.pull import follow, remote_branches, standing, standings, unsent
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import RemoteConfig, RemoteConnection, Remotes, add
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
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from nbmodelver.model import Plan, Progress, Version
    from nbmodelver.model.remotes import BranchStanding, Collected, Fetched, Pushed
    from nbmodelver.remote.known import Inventory
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
class AddRequest:
    """A remote to add. options: endpoint, region and others, never credentials. lazy: values come when needed.

    encrypt: make a new remote that is encrypted, for this user and for the public keys `recipients`.
    """

    name: str
    address: str
    options: Mapping[str, str] = field(default_factory=dict)
    lazy: bool = False
    encrypt: bool = False
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownRemote:
    """A remote, how each branch stands to it as it was last seen, and the versions that it lacks, newest first.

    seen_at_utc: when this store last read it. pushed_by, pushed_at_utc: of the last push that it saw. "" if unknown.
    """

    config: RemoteConfig
    branches: tuple[BranchStanding, ...] = ()
    unsent: tuple[VersionId, ...] = ()
    problem: str = ""
    seen_at_utc: str = ""
    pushed_by: str = ""
    pushed_at_utc: str = ""


@dataclass(frozen=True)
class SeenVersion:
    """A version of this store or of a remote. is_here: its record was fetched; otherwise there is no message."""

    id: VersionId
    name: str
    author: str
    message: str = ""
    saved_at_utc: str = ""
    is_here: bool = True


@dataclass(frozen=True)
class RemoteSummary:
    """How a store stands to its usual remote. unsent: versions that it lacks. behind: of the current branch."""

    remote: str
    unsent: int
    behind: int


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


@contextmanager
def connected(repo: Repo, name: str, progress: Progress | None = None) -> Iterator[RemoteConnection]:
    """Open a remote for the block. Raises UsageError if the remote is unknown, MissingLibrary, RemoteError.

    progress: of what a remote does that is another store.
    """
    config = Remotes(repo).get(name)
    with in_use(open_remote(config, repo, progress)) as storage:
        yield RemoteConnection(repo, config, storage)


# -- the list of remotes


def add_remote(repo: Repo, request: AddRequest) -> RemoteConfig:
    """Add a remote, after finding out what the place can do. Raises UsageError, RemoteError."""
    address = made_folder(request.address)
    storage = open_address(request.address, request.options, repo)
    if request.lazy and isinstance(storage, StoreStorage):
        raise lazy_store(storage)
    try:
        return add(
            repo, request.name, address, storage, probe=probe, options=request.options,
            lazy=request.lazy, encrypt=request.encrypt, recipients=request.recipients,
        )  # fmt: skip
    finally:
        storage.close()


def remove_remote(repo: Repo, name: str) -> RemoteConfig:
    """Remove a remote from the store; nothing changes there. Raises NotPushed if values are only there."""
    config = Remotes(repo).get(name)
    if config.lazy and len(Remotes(repo).all()) == 1:
        missing = [v for v in repo.history.records.newest() if _has_parts_elsewhere(repo, v)]
        if missing:
            raise NotPushed(
                f"{len(missing)} versions have values that are only at {config.name}, so it was not removed",
                f"bring them first: %mv_fetch {config.name} --no-lazy",
            )
    return Remotes(repo).remove(config.name)


def _has_parts_elsewhere(repo: Repo, version: VersionId) -> bool:
    return any(repo.parts.is_elsewhere(part) for part, _ in repo.reachability.of(repo.history.version(version)))


def check_remote(repo: Repo, name: str) -> RemoteConfig:
    """Find out again what a remote can do and what one's rights allow, and keep it. Raises RemoteError."""
    with connected(repo, name) as connection:
        config = replace(connection.config, abilities=probe(connection.storage))
    Remotes(repo).put(config)
    return config


def remotes(repo: Repo) -> list[KnownRemote]:
    """Return all remotes as they were last seen. Asks nobody."""
    return [_known(repo, config) for config in Remotes(repo).all().values()]


def _known(repo: Repo, config: RemoteConfig) -> KnownRemote:
    known = Known(repo.backend, config.id)
    head, seen = known.head("work"), _seen_at_utc(repo, known)
    pushed = ("", "") if head is None else (head.by.partition(" (p-")[0], head.at_utc)
    try:
        branches, lacking = tuple(standings(repo, config)), tuple(unsent(repo, config))
    except (KeyError, Damaged):
        problem = f"its copy here is incomplete: %mv_fetch {config.name}"
        return KnownRemote(config, problem=problem, seen_at_utc=seen)
    return KnownRemote(config, branches, lacking, "", seen, *pushed)


def _seen_at_utc(repo: Repo, known: Known) -> str:
    """Return when the head of a remote was last read, "" if never or if the store has no files."""
    root = repo.backend.local_path()
    try:
        written_s = 0.0 if root is None else (root / known.folder / "work").stat().st_mtime
    except OSError:
        return ""
    return datetime.fromtimestamp(written_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if root else ""


def seen_versions(repo: Repo, config: RemoteConfig, ids: Iterable[VersionId]) -> list[SeenVersion]:
    """Return what is known of versions that are here or at the remote, with their authors. Raises Damaged."""
    there = Known(repo.backend, config.id).inventory()
    return [_seen(repo, there, id_) for id_ in ids]


def _seen(repo: Repo, there: Inventory, id_: VersionId) -> SeenVersion:
    if repo.history.records.exists(id_):
        version = repo.history.version(id_)
        return SeenVersion(id_, version.name, version.author, version.message, version.saved_at_utc)
    number = there.versions[id_][0] if id_ in there.versions else 0
    return SeenVersion(id_, f"v{number}" if number else id_[:8], there.writers.get(id_, ""), is_here=False)


def summary(repo: Repo) -> RemoteSummary | None:
    """Return how the store stands to origin, or to its only remote. None without one. Asks nobody. Raises Damaged."""
    found = Remotes(repo).all()
    config = found.get("origin") or (next(iter(found.values())) if len(found) == 1 else None)
    if config is None:
        return None
    known = Known(repo.backend, config.id)
    there = known.inventory()
    lacking = sum(id_ not in there.versions for id_ in repo.history.records.newest())
    return RemoteSummary(config.name, lacking, _behind(repo, there, remote_branches(repo, config)))


def _behind(repo: Repo, there: Inventory, branches: Mapping[str, VersionId]) -> int:
    """Return the number of versions to pull into the current branch. Reads only records that the remote lacks."""
    text, tip = repo.refs.get(f"heads/{repo.history.branch}"), branches.get(repo.history.branch)
    if text is None or tip is None or text == tip:
        return 0
    own: set[VersionId] = set()
    waiting = [VersionId(text)]
    while waiting:
        at = waiting.pop()
        if at not in own:
            own.add(at)
            waiting += there.parents(at) if at in there.versions else _parents(repo, at)
    return len(there.ancestors([there.replaced.get(tip, tip)], lambda id_: id_ in own))


def _parents(repo: Repo, id_: VersionId) -> tuple[VersionId, ...]:
    """Return the parents of a version of this store, also of a forgotten one."""
    forgotten = repo.history.records.forgotten.all()
    if id_ in forgotten:
        return forgotten[id_].parents
    return repo.history.version(id_).parents if repo.history.records.exists(id_) else ()


def status_note(repo: Repo) -> str:
    """Return "3 versions not pushed to origin", "" without a remote or if all were sent. Asks nobody."""
    try:
        found = summary(repo)
    except Damaged:
        return ""
    if found is None:
        return ""
    count, behind = found.unsent, found.behind
    said = [f"{count} version{'s' * (count > 1)} not pushed"] if count else []
    said += [f"{behind} to pull"] if behind else []
    return f"{found.remote}: {', '.join(said)}" if said else ""


def apart(repo: Repo) -> Repo:
    """Return the store opened once more, for a thread of its own, as another process would open it.

    Its HEAD is not that of the notebook. A store in memory is returned as it is.
    """
    root = repo.backend.local_path()
    return repo if root is None else open_repo(root)


# -- transfers


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
