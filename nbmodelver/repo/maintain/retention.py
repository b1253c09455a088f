"""Retention rules, such as "the last ten, one a day for a week, the three best": which versions `forget` keeps."""

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
    """Rules for the versions to keep. A version is kept if any rule keeps it. With empty fields there is no rule.

    last: keep the newest n. hourly, daily, weekly, monthly: keep the newest version of each of the last n hours (days,
    ISO weeks, months) that have versions. best: metric -> the number of best versions to keep; a metric may include its
    direction ("fid:lower"), else the versions or its name imply it. tagged: keep only protected versions. within_bytes:
    of the versions that the rules keep (without a rule: of all), keep the newest that fit; a version counts for the
    stored bytes that it adds to the newer kept ones.
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
        """Raises UsageError for a value that is not a count: last=-1 would keep all versions but one."""
        counts = {"last": self.last, **{p: getattr(self, p) for p in _PERIODS}, "within_bytes": self.within_bytes or 0}
        if not isinstance(self.best, Mapping):
            raise UsageError(f"best is a {type(self.best).__name__}", "write best={'acc': 3}")
        for what, count in (*counts.items(), *self.best.items()):
            if type(count) is not int or count < 0:
                raise UsageError(f"{what} cannot be {count!r}", "give a whole number, 0 or more")

    @property
    def given(self) -> bool:
        """True if there is any rule."""
        return self._rules or self.within_bytes is not None

    @property
    def _rules(self) -> bool:
        return bool(self.last or any(getattr(self, p) for p in _PERIODS) or self.best or self.tagged)

    def kept(
        self, versions: Sequence[Version], protected: set[VersionId], cost: Callable[[Version], int]
    ) -> set[VersionId]:
        """Return the ids to keep.

        versions: all, newest first. protected: ids that are always kept. cost: returns the stored bytes that a version
        adds to those of earlier calls. Raises UsageError if the direction of a metric is unknown.
        """
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
        """Return the protected ids and the newest of `kept` that fit into `most_bytes`."""
        left = most_bytes - sum(cost(v) for v in versions if v.id in protected)
        result = set(protected)
        for version in versions:
            if version.id in kept and version.id not in protected:
                left -= cost(version)
                if left < 0:
                    break
                result.add(version.id)
        return result


def require_metric(key: str, versions: Sequence[Version]) -> None:
    """Raise UsageError if no version has the metric. key: a metric, or a metric and direction ("fid:lower")."""
    known = sorted({name for version in versions for name in version.metrics})
    metric = key if key in known else split(key)[0]
    if versions and metric not in known:
        hint = f"choose one of: {', '.join(known)}" if known else f"commit one: %mv_commit --metric {metric}=EXPR"
        raise UsageError(f"no version has the metric '{metric}'", nearest(metric, known) or hint)


def sorted_best(versions: Sequence[Version], key: str, known: Mapping[str, Direction] | None = None) -> list[Version]:
    """Return the versions that have a metric, best first; of equal ones the newer first.

    versions: newest first. key: a metric, or a metric and direction ("fid:lower"). known: directions of metrics that
    were determined before. Raises UsageError if the direction is unknown.
    """
    metric, direction = split(key) if not any(key in v.metrics for v in versions) else (key, None)
    recorded = {**(known or {}), **recorded_directions(versions)}
    direction = direction or recorded.get(metric) or kinds.direction(metric)
    if direction == "unknown":
        hint = f"write {metric}:lower or {metric}:higher, or commit it: --metric {metric}=VALUE:lower"
        raise UsageError(f"direction of '{metric}' unknown, so the best versions are not defined", hint)
    with_metric = [v for v in versions if metric in v.metrics and not math.isnan(v.metrics[metric])]
    sign = 1 if direction == "lower" else -1
    return sorted(with_metric, key=lambda v: sign * v.metrics[metric])


def _newest_of_each(versions: Sequence[Version], form: str, count: int) -> set[VersionId]:
    """Return the newest version of each of the last `count` periods, and versions with an unreadable time.

    form: the `strftime` format that gives the period of a time.
    """
    newest: dict[str, VersionId] = {}
    kept: set[VersionId] = set()
    for version in versions if count else ():
        time = _time_of(version)
        if time is None:
            kept.add(version.id)
        else:
            newest.setdefault(time.strftime(form), version.id)
    return kept | {newest[period] for period in sorted(newest, reverse=True)[:count]}


def _time_of(version: Version) -> datetime | None:
    """Return the time of a version in UTC, None if it is unreadable."""
    try:
        time = datetime.fromisoformat(version.saved_at_utc)
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
