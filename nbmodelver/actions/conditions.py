"""Conditions on a comparison, for scripts: `--fail-on "leak,metric:acc<-0.01"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Diff, Row, Section

_METRIC = re.compile(r"metric:(?P<name>.+?)(?P<sign>[<>])(?P<limit>[-+]?[0-9.]+(?:e[-+]?[0-9]+)?)")
KINDS = (
    "leak", "rounded", "column", "fitted", "group", "time", "text", "target", "drift", "split", "scored", "metric",
    "alarm",
)  # fmt: skip
ROWS = ("leak", "rounded", "column")
"""Findings about rows of a test set in a training set: the condition "leak" means all of them."""
EXAMPLE = "write for example: --fail-on leak,metric:acc<-0.01"


class CheckFailed(NbmodelverError):
    """A comparison that a condition forbids, or a check that fails. failed: why. shown: the result as it is drawn."""

    def __init__(
        self, failed: tuple[str, ...], shown: object, hint: str = "the comparison: %mv_diff without --fail-on"
    ) -> None:
        super().__init__(f"failed: {'; '.join(failed)}", hint)
        self.failed = failed
        self.shown = shown


def conditions_met(found: Diff, conditions: str) -> tuple[str, ...]:
    """Return a sentence for each condition that holds for a comparison, in their order.

    conditions: separated by commas. A kind of finding that is not accepted, or "alarm" for any alarm. Kinds: "leak" for
    rows of a test set in a training set (also only "rounded" or "column"), "fitted", "group", "time", "text", "target",
    "scored", "metric". "leak:train,test" names one finding. "drift", "drift:0.2", "drift:income": a column that
    moved, by at least so much, or this one. "split" is the same for a training set against its test set.
    "metric:acc<-0.01": a metric changed by less (">": more) than the number.
    Raises UsageError for anything else.
    """
    return tuple(sentence for one in _split(conditions) for sentence in _met(found, one))


def drift_met(section: Section | None, conditions: str) -> tuple[str, ...]:
    """Return a sentence for each column of a section about drift for which a condition holds.

    conditions: "drift", "drift:0.2", "drift:income", separated by commas. Raises UsageError for anything else.
    """
    found: dict[str, None] = {}
    for one in _split(conditions):
        kind, _, limit = one.partition(":")
        if kind != "drift":
            raise UsageError(f"'{one}' is no condition on fresh data", "write drift, drift:0.2 or drift:COLUMN")
        found |= dict.fromkeys(_moved(section, limit) if section is not None else ())
    return tuple(found)


def _split(conditions: str) -> list[str]:
    """The conditions; a part without a kind belongs to the one before: "leak:a,b" is one condition."""
    found: list[str] = []
    for part in (p.strip() for p in conditions.split(",") if p.strip()):
        is_kind = ":" in part or part in KINDS
        if is_kind or not found or ":" not in found[-1]:
            found.append(part)
        else:
            found[-1] += f",{part}"
    return found


def _met(found: Diff, condition: str) -> Iterator[str]:
    metric = _METRIC.fullmatch(condition)
    if metric:
        yield from _metric_met(found, metric["name"], metric["sign"], metric["limit"])
        return
    kind, _, limit = condition.partition(":")
    if kind in ("drift", "split"):
        yield from _drift_met(found, f"{kind}.", limit)
        return
    if kind not in KINDS or (kind == "metric" and set(condition) & {"<", ">"}):
        raise UsageError(f"'{condition}' is no condition", EXAMPLE)
    for row in _findings(found):
        level, text, _, finding = (str(cell) for cell in row.cells[:4])
        kinds = ROWS if condition == "leak" else (condition,)
        is_named = finding == condition or finding.partition(":")[0] in kinds
        if (level == "alarm" if condition == "alarm" else is_named) and not level.startswith("accepted"):
            yield text


def _drift_met(found: Diff, prefix: str, limit: str) -> Iterator[str]:
    """Columns that moved, in sections of this prefix: of any effect, of at least a number, or one column by name."""
    for section in found.sections:
        if section.id.startswith(prefix):
            yield from _moved(section, limit)


def _moved(section: Section, limit: str) -> Iterator[str]:
    least = float(limit) if re.fullmatch(r"0?\.[0-9]+|[01]", limit) else None
    for row in section.rows:
        column, verdict, effect = row.cells[:3]
        enough = least is not None and isinstance(effect, float) and effect >= least
        if verdict != "extreme values" and (not limit or enough or column == limit):
            yield f"{section.id.partition('.')[2]}: {column} {verdict} ({effect})"


def _findings(found: Diff) -> Iterator[Row]:
    for section in found.sections:
        if section.id == "alarms":
            yield from section.rows


def _metric_met(found: Diff, name: str, sign: str, limit: str) -> Iterator[str]:
    try:
        allowed = float(limit)
    except ValueError:
        raise UsageError(f"'{limit}' is no number", EXAMPLE) from None
    before, after = found.before.metrics.get(name), found.after.metrics.get(name)
    if before is None or after is None:
        missing = found.before.name if before is None else found.after.name
        yield f"{missing} has no metric '{name}'"
        return
    step = after - before
    if not (step >= allowed if sign == "<" else step <= allowed):  # NaN fails as well.
        yield f"{name} {before:.6g} → {after:.6g} ({step:+.4g})"
