"""Versions that are listed and compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.errors import UnknownVersion, UsageError
from nbmodelver.repo import Query, Repo
from nbmodelver.repo.core import directions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Diff, Version, VersionId


@dataclass(frozen=True)
class RefsNow:
    """Where HEAD, branches and tags point."""

    head: VersionId | None
    branch: str
    branches: Mapping[str, VersionId]
    tags: Mapping[str, VersionId]


@dataclass(frozen=True)
class LogRequest:
    """Which versions. best: sort by a metric, best first: a name, or "fid:lower"."""

    query: Query = field(default_factory=Query)
    limit: int | None = 20
    best: str = ""


@dataclass(frozen=True)
class Log:
    """Versions, newest or best first. more: how many others fit. metric: by which they are sorted."""

    versions: Sequence[Version]
    refs: RefsNow
    more: int
    metric: str


def refs(repo: Repo) -> RefsNow:
    """Where HEAD, branches and tags point now."""
    history, head = repo.history, repo.history.head
    branches = {name: version.id for name, version in history.branches().items()}
    tags = {name: version.id for name, version in history.tags().items()}
    return RefsNow(head.id if head else None, history.branch, branches, tags)


def log(repo: Repo, request: LogRequest) -> Log:
    """The versions that fit, with the refs of the same moment. Raises UsageError, Damaged."""
    with repo.history.appearing:
        total, found = repo.page(request.query, limit=None if request.best else request.limit)
        now = refs(repo)
    if request.best:
        found = repo.best(found, request.best)
        total, found = len(found), found[: request.limit]
    return Log(found, now, total - len(found), directions.split(request.best)[0])


def version_of(repo: Repo, word: str, usage: str) -> Version:
    """The version that a word names. usage: what stands before the name of a variable, for a word that is one."""
    try:
        return repo[word]
    except UnknownVersion as error:
        head = repo.history.head
        if head is None or word not in head.kept:
            raise
        raise UnknownVersion(error.message, f"for the variable: {usage} {word}") from None


def parent_of(repo: Repo, version: Version) -> Version | None:
    """The first parent, or None."""
    return repo.history.version(version.parents[0]) if version.parents else None


def diff(repo: Repo, before: str, after: str, names: Sequence[str] = ()) -> Diff:
    """Two versions, section by section. Raises UnknownVersion, UnknownName, UsageError."""
    head = repo.history.head
    if head is not None and not head.parents and before == "HEAD~1":
        hint = f"name two, as in %mv_diff {head.name} v2; what has changed since: %mv_status"
        raise UsageError(f"there is no version before {head.name}", hint)
    first, second = (version_of(repo, word, "%mv_diff HEAD~1 HEAD") for word in (before, after))
    return repo.diff(first, second, names)


def compared(repo: Repo, revisions: Sequence[str]) -> list[Version]:
    """The versions to compare, oldest first; without any, the latest ten of the branch."""
    asked = [repo[revision] for revision in revisions]
    return asked or list(reversed(repo.log(branch=repo.history.branch, limit=10)))
