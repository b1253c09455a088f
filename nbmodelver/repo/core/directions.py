"""The direction in which each metric is better: from a version, else from the metric's name, else "unknown"."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from nbmodelver import kinds
from nbmodelver.errors import StoreError, UnknownVersion, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbmodelver.model import Direction, Version
    from nbmodelver.repo.core.history import History

SAYABLE: tuple[Direction, ...] = ("higher", "lower")
LOOK_BACK = 500
"""The number of newest versions that are searched for the direction of a metric whose name does not imply one."""


def split(text: str) -> tuple[str, Direction | None]:
    """Split ":lower" or ":higher" off the end of a text. Returns the rest, and the direction or None.

    >>> split("fid:lower"), split("12 : higher"), split("d[1:lower]")
    (('fid', 'lower'), ('12', 'higher'), ('d[1:lower]', None))
    """
    left, colon, right = text.rpartition(":")
    direction = next((d for d in SAYABLE if colon and right.strip().lower() == d), None)
    return (left.rstrip(), direction) if direction is not None else (text, None)


def require_direction(metric: str, value: object) -> Direction:
    """Return the value if it is a direction. Raises UsageError otherwise."""
    direction = next((d for d in SAYABLE if value == d), None)
    if direction is None:
        raise UsageError(
            f"the direction of '{metric}' cannot be {value!r}", f"give 'lower' or 'higher': {metric}=(12.0, 'lower')"
        )
    return direction


def recorded_directions(versions: Iterable[Version]) -> dict[str, Direction]:
    """Return the directions in the records of versions. If they contradict each other, the newer version counts."""
    recorded: dict[str, Direction] = {}
    for version in sorted(versions, key=lambda v: v.number):
        recorded.update({m: d for m, text in version.directions.items() for d in SAYABLE if d == text})
    return recorded


def directions(history: History, metrics: Iterable[str], near: Sequence[Version] = ()) -> dict[str, Direction]:
    """Return the direction of each metric.

    Sources, in this order: the versions in `near`, the current version, the name of the metric, the newest versions.
    """
    names = list(dict.fromkeys(metrics))
    head = history.head
    recorded = {**recorded_directions([head] if head is not None else ()), **recorded_directions(near)}
    result = {m: recorded.get(m) or kinds.direction(m) for m in names}
    missing = {m for m in names if result[m] == "unknown"}
    if missing:
        result.update(_recorded_lately(history, missing))
    return result


def inherited(
    history: History, parents: Sequence[Version], metrics: Iterable[str], own: Mapping[str, str]
) -> dict[str, str]:
    """Return the directions to record in a new version.

    own: those passed with the commit. They take precedence over those of the parents. For metrics without any, the
    newest versions are searched.
    """
    before = {m: d for parent in reversed(parents) for m, d in parent.directions.items()}
    missing = {m for m in metrics if m not in before and m not in own and kinds.direction(m) == "unknown"}
    return {**(_recorded_lately(history, missing) if missing else {}), **before, **own}


def _recorded_lately(history: History, metrics: set[str]) -> dict[str, Direction]:
    """Return the directions of these metrics in the newest LOOK_BACK versions; the newest record of each counts."""
    recorded: dict[str, Direction] = {}
    with suppress(StoreError, UnknownVersion):  # A damaged record must not prevent a commit.
        for version_id in islice(history.records.newest(), LOOK_BACK):
            version = history.version(version_id)
            if version.directions:
                own = recorded_directions([version])
                recorded = {**{m: d for m, d in own.items() if m in metrics}, **recorded}
                if len(recorded) == len(metrics):
                    break
    return recorded


def unknown(metric: str, value: float | None = None) -> str:
    """Return the note for a metric whose direction is unknown, with the option that sets it."""
    return f"direction of '{metric}' unknown: --metric {metric}={'VALUE' if value is None else f'{value:g}'}:lower"
