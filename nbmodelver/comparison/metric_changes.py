"""Metrics that got worse by more than noise, and scores of data that the model was fitted on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nbmodelver.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Version


def fitted_and_scored(roles: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    """Yield a note for each dataset that was both fitted and scored."""
    for name, found in roles.items():
        if "train" in found and "test" in found:
            text = f"{name} was fitted and scored: the score is that of rows that the model has seen"
            yield Finding(f"scored:{name}", "note", text, (name,))


def changed_metrics(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """Return the metrics of both versions whose values differ. NaN equals NaN."""
    both = ((n, before[n], v) for n, v in after.items() if n in before)
    return [n for n, old, new in both if old != new and not (math.isnan(old) and math.isnan(new))]


def metric_findings(
    version: Version, parent: Version, directions: Mapping[str, str], test_rows: int, *, unexplained: bool
) -> Iterator[Finding]:
    """Yield a finding for each metric that is worse than in the parent by more than noise.

    test_rows: rows of the only test set, 0 if unknown. unexplained: neither parameters nor code changed. Noise: 1.96
    standard errors of the difference of two shares of `test_rows` rows, which overstates it for paired predictions;
    so only metrics from 0 to 1 are judged.
    """
    for name, value in version.metrics.items():
        before = parent.metrics.get(name)
        direction = directions.get(name)
        if before is None or direction not in ("higher", "lower") or not test_rows:
            continue
        is_share = all(0 <= v <= 1 for v in (before, value))
        worse_by = before - value if direction == "higher" else value - before
        middle = (before + value) / 2
        noise = 1.96 * math.sqrt(2 * middle * (1 - middle) / test_rows) if is_share else math.inf
        if worse_by > noise:
            why = "parameters and code are as before" if unexplained else "parameters or code changed too"
            text = f"{name} {before:.4g} → {value:.4g}, worse beyond noise ({test_rows:,} test rows); {why}"
            yield Finding(f"metric:{name}", "alarm" if unexplained else "note", text)
