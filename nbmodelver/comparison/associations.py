"""Parameters that a metric goes with, over several versions: rank correlation, and differences between categories.

An association is no cause: `%mv_why` tests causes. It is stated only if chance gives such a one in fewer than one of a
hundred comparisons, over all parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import Json

LEAST_VERSIONS = 6
"""Fewer versions show nothing beyond chance."""
ALPHA = 0.01
MOST_GROUPS = 10
"""A parameter with more different texts has no categories."""


@dataclass(frozen=True)
class Association:
    """A parameter that a metric goes with.

    correlation: Spearman's rank correlation, -1 to 1, of a number; None for categories. best: the category with the
    best mean rank, "" for a number. versions: that have both.
    """

    param: str
    correlation: float | None
    best: str
    versions: int
    p_value: float

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form for the front-end."""
        return {
            "param": self.param,
            "correlation": self.correlation,
            "best": self.best,
            "versions": self.versions,
        }


def associations(
    metric: Sequence[float | None], params: Mapping[str, Sequence[Json]], *, is_higher_better: bool = True
) -> list[Association]:
    """Return the parameters that a metric goes with, the strongest first.

    metric: of each version, None for a version without it. params: name -> value of each version.
    """
    limit = ALPHA / max(1, len(params))
    found = [one for name, values in params.items() if (one := _of(name, metric, values, is_higher_better)) is not None]
    return sorted((one for one in found if one.p_value < limit), key=lambda one: one.p_value)


def _of(
    name: str, metric: Sequence[float | None], values: Sequence[Json], is_higher_better: bool
) -> Association | None:
    both = [(v, m) for v, m in zip(values, metric, strict=True) if v is not None and m is not None and math.isfinite(m)]
    if len(both) < LEAST_VERSIONS or len({repr(v) for v, _ in both}) < 2 or len({m for _, m in both}) < 2:
        return None
    measured = ranks([m for _, m in both])
    numbers = [float(v) for v, _ in both if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) == len(both) and all(map(math.isfinite, numbers)):
        rho = _correlation(ranks(numbers), measured)
        p_value = math.erfc(abs(rho) * math.sqrt(len(both) - 1) / math.sqrt(2))
        return Association(name, rho, "", len(both), p_value)
    return _of_groups(name, [str(v) for v, _ in both], measured, is_higher_better)


def _of_groups(name: str, groups: list[str], measured: list[float], is_higher_better: bool) -> Association | None:
    """Kruskal and Wallis' test of the ranks of groups, with the chi-squared limit of Wilson and Hilferty."""
    members = {g: [m for group, m in zip(groups, measured, strict=True) if group == g] for g in dict.fromkeys(groups)}
    if not 2 <= len(members) <= MOST_GROUPS:
        return None
    n, middle = len(measured), fmean(measured)
    between = sum(len(m) * (fmean(m) - middle) ** 2 for m in members.values())
    total = sum((m - middle) ** 2 for m in measured)
    freedom = len(members) - 1
    statistic = (n - 1) * between / total
    cube = (statistic / freedom) ** (1 / 3)
    z = (cube - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
    best = (max if is_higher_better else min)(members, key=lambda g: fmean(members[g]))
    return Association(name, None, best, n, 1 - NormalDist().cdf(z))


def ranks(values: Sequence[float]) -> list[float]:
    """Return the ranks of values, from 1; equal values have their mean rank."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for i in order[start:end]:
            found[i] = (start + end + 1) / 2
        start = end
    return found


def _correlation(a: Sequence[float], b: Sequence[float]) -> float:
    x, y = fmean(a), fmean(b)
    above = sum((p - x) * (q - y) for p, q in zip(a, b, strict=True))
    below = math.sqrt(sum((p - x) ** 2 for p in a) * sum((q - y) ** 2 for q in b))
    return above / below if below else 0.0
