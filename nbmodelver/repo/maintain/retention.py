"""Which versions stay: rules like "the last ten, one a day for a week, the three best", as plain functions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver import kinds
from nbmodelver.errors import UsageError
from nbmodelver.repo.core.directions import recorded_directions, split
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import Direction, Version, VersionId

_PERIODS: dict[str, str] = {"hourly": "%Y-%m-%d %H", "daily": "%Y-%m-%d", "weekly": "%G-%V", "monthly": "%Y-%m"}


@dataclass(frozen=True)
class Retention:
    """What stays; a version stays when any rule keeps it. All empty: there is no rule.

    last: the newest n. hourly ... monthly: the newest of each of the last n hours (days, ISO weeks, months) that have
    versions. best: metric -> how many of the best. A metric may say which way it is better: "fid:lower"; else the
    versions say it, or its name.
    tagged: nothing but what is protected anyway. within_bytes: of what the rules keep (without a rule: of all), the
    newest that fit; a version counts for the stored bytes that it adds to those already kept.
    """

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    best: Mapping[str, int] = field(default_factory=dict)
    tagged: bool = False
    within_bytes: int | None = None

    def __post_init__(self) -> None:
        """Raises UsageError for what is no count: of minus one, all but one version would go."""
        counts = {"last": self.last, **{p: getattr(self, p) for p in _PERIODS}, "within_bytes": self.within_bytes or 0}
        if not isinstance(self.best, Mapping):
            raise UsageError(f"best is a {type(self.best).__name__}", "write best={'acc': 3}")
        for what, count in (*counts.items(), *self.best.items()):
            if type(count) is not int or count < 0:
                raise UsageError(f"{what} cannot be {count!r}", "give a whole number, 0 or more")

    @property
    def given(self) -> bool:
        """Whether there is any rule."""
        return self._rules or self.within_bytes is not None

    @property
    def _rules(self) -> bool:
        return bool(self.last or any(getattr(self, p) for p in _PERIODS) or self.best or self.tagged)

    def kept(
        self, versions: Sequence[Version], protected: set[VersionId], cost: Callable[[Version], int]
    ) -> set[VersionId]:
        """The ids that stay. versions: all, newest first. cost: stored bytes that a version adds to those before."""
        kept = {v.id for v in versions} if not self._rules else set(self._by_rules(versions))
        kept |= protected
        if self.within_bytes is None:
            return kept
        return self._within(versions, kept, protected, cost, self.within_bytes)

    def _by_rules(self, versions: Sequence[Version]) -> set[VersionId]:
        kept = {v.id for v in versions[: self.last]}
        for period, form in _PERIODS.items():
            kept |= _newest_of_each(versions, form, getattr(self, period))
        for metric, count in self.best.items():
            kept |= {v.id for v in sorted_best(versions, metric)[:count]}
        return kept

    @staticmethod
    def _within(
        versions: Sequence[Version],
        kept: set[VersionId],
        protected: set[VersionId],
        cost: Callable[[Version], int],
        most_bytes: int,
    ) -> set[VersionId]:
        left = most_bytes - sum(cost(v) for v in versions if v.id in protected)
        found = set(protected)
        for version in versions:
            if version.id in kept and version.id not in protected:
                left -= cost(version)
                if left < 0:
                    break
                found.add(version.id)
        return found


def require_metric(asked: str, versions: Sequence[Version]) -> None:
    """Raises UsageError where no version has the metric: a misspelt one would keep nothing."""
    known = sorted({name for version in versions for name in version.metrics})
    metric = asked if asked in known else split(asked)[0]
    if versions and metric not in known:
        others = f"there is: {', '.join(known)}" if known else f"commit with one: %mv_commit --metric {metric}=EXPR"
        raise UsageError(f"no version has the metric '{metric}'", nearest(metric, known) or others)


def sorted_best(versions: Sequence[Version], asked: str, known: Mapping[str, Direction] | None = None) -> list[Version]:
    """Those that have the metric, best first; of equals the newer one.

    versions: newest first. asked: a metric, or "fid:lower". known: directions that were looked up before.
    Raises UsageError where nothing says the direction.
    """
    metric, direction = split(asked) if not any(asked in v.metrics for v in versions) else (asked, None)
    recorded = {**(known or {}), **recorded_directions(versions)}
    direction = direction or recorded.get(metric) or kinds.direction(metric)
    if direction == "unknown":
        way = f"say it: {metric}:lower or {metric}:higher; or with a commit: --metric {metric}=VALUE:lower"
        raise UsageError(f"direction of '{metric}' unknown, so nothing says which versions are the best", way)
    having = [v for v in versions if metric in v.metrics and not math.isnan(v.metrics[metric])]
    sign = 1 if direction == "lower" else -1
    return sorted(having, key=lambda v: sign * v.metrics[metric])


def _newest_of_each(versions: Sequence[Version], form: str, count: int) -> set[VersionId]:
    """The newest version of each of the last `count` periods; versions whose time cannot be read stay."""
    newest: dict[str, VersionId] = {}
    kept: set[VersionId] = set()
    for version in versions if count else ():
        saved = _saved(version)
        if saved is None:
            kept.add(version.id)
        else:
            newest.setdefault(saved.strftime(form), version.id)
    return kept | {newest[period] for period in sorted(newest, reverse=True)[:count]}


def _saved(version: Version) -> datetime | None:
    try:
        found = datetime.fromisoformat(version.saved_at_utc)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
