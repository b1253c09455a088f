"""Which versions stay: rules like "the last ten, one a day for a week, the three best", as plain functions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import Version, VersionId

_LOWER = re.compile(
    r"(?:^|[^a-z])(?:loss|err|error|errors|cost|mse|rmse|mae|mape|smape|msle|rmsle|medae|deviance|perplexity|ppl|"
    r"brier|wer|cer|fpr|fnr|distance|divergence|kl|regret|aic|bic|time|seconds|latency|misses|hamming)(?:$|[^a-z])"
)
_PERIODS: dict[str, str] = {"hourly": "%Y-%m-%d %H", "daily": "%Y-%m-%d", "weekly": "%G-%V", "monthly": "%Y-%m"}


@dataclass(frozen=True)
class Retention:
    """What stays; a version stays when any rule keeps it. All empty: there is no rule.

    last: the newest n. hourly ... monthly: the newest of each of the last n hours (days, ISO weeks, months) that have
    versions. best: metric -> how many of the best, by the metric's name ("loss" is better low, "acc" high).
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
            kept |= {v.id for v in _best(versions, metric)[:count]}
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


def lower_is_better(metric: str) -> bool:
    """Whether a metric of this name is better when it is low.

    >>> [lower_is_better(m) for m in ("acc", "val_loss", "RMSE", "roc_auc", "test error", "terror")]
    [False, True, True, False, True, False]
    """
    return bool(_LOWER.search(metric.lower()))


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


def _best(versions: Sequence[Version], metric: str) -> list[Version]:
    """Those that have the metric, best first; of equals the newer one."""
    having = [v for v in versions if metric in v.metrics and not math.isnan(v.metrics[metric])]
    sign = 1 if lower_is_better(metric) else -1
    return sorted(having, key=lambda v: sign * v.metrics[metric])
