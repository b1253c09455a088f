"""Remotes: add, list, check and remove, and how a store stands to them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, NotPushed
from nbmodelver.model import VersionId
from nbmodelver.remote.known import Known
from nbmodelver.remote.opening import in_use, made_folder, open_address, open_remote, probe
from nbmodelver.remote.pull import remote_branches, standings, unsent
from nbmodelver.remote.remotes import RemoteConfig, RemoteConnection, Remotes, add
from nbmodelver.remote.store_storage import (
    StoreStorage,
    lazy_store,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbmodelver.model import Progress
    from nbmodelver.model.remotes import BranchStanding
    from nbmodelver.remote.known import Inventory
    from nbmodelver.repo import Repo


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
