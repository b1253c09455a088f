"""Lists and compares versions."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbmodelver.actions import predict_process
from nbmodelver.errors import UnknownVersion, UsageError
from nbmodelver.model import LeakRequest
from nbmodelver.registry import reading
from nbmodelver.repo import Query, Repo
from nbmodelver.repo.core import directions, states
from nbmodelver.repo.inspect.predicting import PredictRequest, predict_both

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Diff, Version, VersionId


@dataclass(frozen=True)
class RefsNow:
    """The versions that HEAD, branches, tags and branches of remotes point to, and those of stages and aliases."""

    head: VersionId | None
    branch: str
    branches: Mapping[str, VersionId]
    tags: Mapping[str, VersionId]
    registered: Mapping[VersionId, tuple[str, ...]]
    tracked: Mapping[str, VersionId] = field(default_factory=dict)


@dataclass(frozen=True)
class LogRequest:
    """The versions to list. best: sort by this metric, best first; "fid:lower" states its direction.

    shows_archived: list archived versions too.
    """

    query: Query = field(default_factory=Query)
    limit: int | None = 20
    best: str = ""
    shows_archived: bool = False


@dataclass(frozen=True)
class Log:
    """Versions, newest or best first. more: number of further matches. metric: the sort key, "" if newest first.

    states: why a version must not be used, as a phrase. hidden: number of archived matches that are not listed.
    """

    versions: Sequence[Version]
    refs: RefsNow
    more: int
    metric: str
    alarms: Mapping[VersionId, str] = field(default_factory=dict)
    states: Mapping[VersionId, str] = field(default_factory=dict)
    hidden: int = 0


@dataclass(frozen=True)
class Best:
    """The best version by a metric. head: the current version. better_by: how much better than `head`, 0 or more.

    better_by is None if the current version does not have the metric, or if its value is NaN.
    """

    version: Version
    metric: str
    head: Version | None
    better_by: float | None


def refs(repo: Repo) -> RefsNow:
    """Return the current refs."""
    history, head = repo.history, repo.history.head
    branches = {name: version.id for name, version in history.branches().items()}
    tags = {name: version.id for name, version in history.tags().items()}
    tracked = {name: version.id for name, version in history.tracked().items()}
    return RefsNow(head.id if head else None, history.branch, branches, tags, reading.labels(repo), tracked)


def log(repo: Repo, request: LogRequest) -> Log:
    """Return the versions that match, and the refs at the same time. Raises UsageError, Damaged."""
    known = states.states(repo)
    archived = set() if request.shows_archived else {v for v, s in known.items() if s.state == "archived"}
    limit = None if request.best or request.limit is None else request.limit + len(archived)
    with repo.history.appearing:
        total, found = repo.page(request.query, limit=limit)
        now = refs(repo)
    hidden = sum(v.id in archived for v in found)
    total, found = total - hidden, [v for v in found if v.id not in archived][: None if request.best else request.limit]
    if request.best:
        found = repo.best(found, request.best)
        total, found = len(found), found[: request.limit]
    alarms = {v.id: text for v in found if (text := repo.alarm_of(v))}
    marks = {v.id: states.phrase(known[v.id]) for v in found if v.id in known}
    return Log(found, now, total - len(found), directions.split(request.best)[0], alarms, marks, hidden)


def best(repo: Repo, key: str) -> Best:
    """Return the best of all versions by a metric; of equal ones the newest. key: a metric, or "fid:lower".

    Raises UsageError if no version has the metric as a number, or if its direction is unknown.
    """
    versions = repo.log()
    metric = key if any(key in v.metrics for v in versions) else directions.split(key)[0]
    ranked = repo.best(versions, key)
    if not ranked:
        hint = f"commit one: %mv_commit --metric {metric}=EXPR"
        raise UsageError(f"no version has the metric '{metric}' as a number", hint)
    first, head = ranked[0], repo.history.head
    now = head.metrics.get(metric) if head is not None else None
    is_number = now is not None and not math.isnan(now)
    return Best(first, metric, head, abs(first.metrics[metric] - now) if is_number and now is not None else None)


def version_of(repo: Repo, word: str, usage: str) -> Version:
    """Return a version by its revision. usage: the start of the right call if the word is a variable."""
    try:
        return repo[word]
    except UnknownVersion as error:
        head = repo.history.head
        if head is None or word not in head.kept:
            raise
        raise UnknownVersion(error.message, f"for the variable: {usage} {word}") from None


def parent_of(repo: Repo, version: Version) -> Version | None:
    """Return the first parent, or None."""
    return repo.history.version(version.parents[0]) if version.parents else None


@dataclass(frozen=True)
class DiffRequest:
    """The versions to compare. names: only these. on: a dataset on which the named model of both versions predicts.

    target: the name of the right answers, or a column of the dataset. leaks: further checks of training and test data.
    key: columns that identify a row of the only named table. exact: distinguish 0.0 and -0.0. limit_s: that one model
    may take to predict. is_safe: let the models predict in a child process.
    """

    before: str = "HEAD~1"
    after: str = "HEAD"
    names: Sequence[str] = ()
    on: str = ""
    target: str = ""
    leaks: LeakRequest = field(default_factory=LeakRequest)
    key: Sequence[str] = ()
    exact: bool = False
    limit_s: float = 60.0
    is_safe: bool = False


def diff(repo: Repo, request: DiffRequest) -> Diff:
    """Compare two versions, section by section. With `on`, the predictions of a model follow the metrics.

    Raises UnknownVersion, UnknownName, UsageError, NotPredictable.
    """
    before, after, names = request.before, request.after, request.names
    if request.on and len(names) != 1:
        raise UsageError(
            f"--on {request.on} needs one model", f"try: %mv_diff {before} {after} MODEL --on {request.on}"
        )
    if request.is_safe and not request.on:
        raise UsageError("--safe needs a dataset to predict", "try: --on X_test --safe")
    if request.target and not request.on:
        raise UsageError("--target needs a dataset", f"try: --on X_test --target {request.target}")
    head = repo.history.head
    if head is not None and not head.parents and before == "HEAD~1":
        hint = f"name two versions, as in %mv_diff {head.name} v2, or see what has changed since: %mv_status"
        raise UsageError(f"there is no version before {head.name}", hint)
    first, second = (version_of(repo, word, "%mv_diff HEAD~1 HEAD") for word in (before, after))
    if not request.on:
        return _with_rows(repo, request, repo.diff(first, second, names, leaks=request.leaks))
    asked = PredictRequest(first, second, names[0], request.on, request.target, request.limit_s)
    shown = predict_process.predictions(repo, asked) if request.is_safe else predict_both(repo, asked).section()
    found = repo.diff(first, second, names, leaks=request.leaks)
    most_important = [s for s in found.sections if s.id in ("alarms", "metrics")]
    rest = [s for s in found.sections if s not in most_important]
    return replace(found, sections=(*most_important, shown, *rest))


def _with_rows(repo: Repo, request: DiffRequest, found: Diff) -> Diff:
    """The comparison with the rows of the named table paired by a key, or compared exactly. Raises UsageError."""
    if not request.key and not request.exact:
        return found
    if len(request.names) != 1:
        option = f"--key {','.join(request.key)}" if request.key else "--exact"
        hint = f"try: %mv_diff {request.before} {request.after} TABLE {option}"
        raise UsageError(f"{option.partition(' ')[0]} needs one table", hint)
    name = request.names[0]
    section = repo.rows_section(found.before, found.after, name, key=request.key, exact=request.exact)
    others = [s for s in found.sections if s.id != section.id]
    at = next((i for i, s in enumerate(others) if s.id not in ("alarms", "metrics", "names")), len(others))
    return replace(found, sections=(*others[:at], section, *others[at:]))
