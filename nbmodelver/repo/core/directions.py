"""Which way each metric of a store is better: what a version says, else what the name says, else "unknown"."""

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
"""So many of the newest versions are asked about a metric whose name says nothing; the present one is asked first."""


def split(text: str) -> tuple[str, Direction | None]:
    """A text without ":lower" or ":higher" at its end, and which of them it was.

    >>> split("fid:lower"), split("12 : higher"), split("d[1:lower]")
    (('fid', 'lower'), ('12', 'higher'), ('d[1:lower]', None))
    """
    left, colon, right = text.rpartition(":")
    said = next((d for d in SAYABLE if colon and right.strip().lower() == d), None)
    return (left.rstrip(), said) if said is not None else (text, None)


def require_direction(metric: str, said: object) -> Direction:
    """What a caller gave as a direction. Raises UsageError."""
    found = next((d for d in SAYABLE if said == d), None)
    if found is None:
        raise UsageError(
            f"the direction of '{metric}' cannot be {said!r}", f"give 'lower' or 'higher': {metric}=(12.0, 'lower')"
        )
    return found


def said_by(versions: Iterable[Version]) -> dict[str, Direction]:
    """The directions that versions say; of two that say different ones, the newer counts."""
    found: dict[str, Direction] = {}
    for version in sorted(versions, key=lambda v: v.number):
        found.update({m: d for m, said in version.directions.items() for d in SAYABLE if d == said})
    return found


def directions(history: History, metrics: Iterable[str], near: Sequence[Version] = ()) -> dict[str, Direction]:
    """The direction of each metric.

    near: versions that are asked first. Then the present version, the metric's name, and the newest versions.
    """
    wanted = list(dict.fromkeys(metrics))
    head = history.head
    said = {**said_by([head] if head is not None else ()), **said_by(near)}
    found = {m: said.get(m) or kinds.direction(m) for m in wanted}
    missing = {m for m in wanted if found[m] == "unknown"}
    if missing:
        found.update(_said_lately(history, missing))
    return found


def carried(
    history: History, parents: Sequence[Version], metrics: Iterable[str], said: Mapping[str, str]
) -> dict[str, str]:
    """What a new version says: what was said with it, what its parents say, and what others say of its metrics."""
    before = {m: d for parent in reversed(parents) for m, d in parent.directions.items()}
    open_ = {m for m in metrics if m not in before and m not in said and kinds.direction(m) == "unknown"}
    return {**(_said_lately(history, open_) if open_ else {}), **before, **said}


def _said_lately(history: History, metrics: set[str]) -> dict[str, Direction]:
    found: dict[str, Direction] = {}
    with suppress(StoreError, UnknownVersion):  # A damaged record costs the direction, never the commit.
        for version_id in islice(history.records.newest(), LOOK_BACK):
            version = history.version(version_id)
            if version.directions:
                found = {**{m: d for m, d in said_by([version]).items() if m in metrics}, **found}
                if len(found) == len(metrics):
                    break
    return found


def unknown(metric: str, value: float | None = None) -> str:
    """The sentence for a metric whose direction is unknown, with the way out."""
    return f"direction of '{metric}' unknown: --metric {metric}={'VALUE' if value is None else f'{value:g}'}:lower"
