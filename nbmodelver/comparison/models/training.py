"""The section about optimizers, schedules and checkpoints: settings of parameter groups, steps, state of a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.comparison.models.training_state import TrainingState, training_states
from nbmodelver.comparison.profiles import rows_by_key
from nbmodelver.model import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.comparison.sides import Side
    from nbmodelver.model import Json

COLUMNS = ("what", "before", "after", "change")
MAX_NAMED = 4
"""Changes that the sentence names; more are counted."""
FIRST = ("steps", "epoch", "last_epoch")
"""What always changes while training continues: it follows the settings in the sentence."""


def training(name: str, before: Side, after: Side) -> Section | None:
    """The section "training.NAME"; None if neither value has a state of training, or they do not differ."""
    old, new = training_states(before.load()), training_states(after.load())
    rows = tuple(_rows(old, new))
    if not any(row.status != "same" for row in rows):
        return None
    return Section(f"training.{name}", f"{name} · training", COLUMNS, rows, note=summary(rows))


def summary(rows: tuple[Row, ...]) -> str:
    """The difference in one line: "lr 0.001 → 0.0001, steps 300 → 600 · 12 settings the same"."""
    changed = [row for row in rows if row.status != "same"]
    changed.sort(key=lambda row: str(row.cells[0]).rpartition(".")[2] in FIRST)
    text = ", ".join(_words(row) for row in changed[:MAX_NAMED])
    more = f" and {len(changed) - MAX_NAMED:,} more" if len(changed) > MAX_NAMED else ""
    same = len(rows) - len(changed)
    return f"{text}{more}" + (f" · {same:,} setting{'s' if same > 1 else ''} the same" if same else "")


def _words(row: Row) -> str:
    what, before, after = (row.cells[0], _short(row.cells[1]), _short(row.cells[2]))
    if row.status == "added":
        return f"{what} added ({after})"
    return f"{what} removed ({before})" if row.status == "removed" else f"{what} {before} → {after}"


def _short(value: Json) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _rows(old: Mapping[str, TrainingState], new: Mapping[str, TrainingState]) -> Iterator[Row]:
    nothing = TrainingState()
    for path in dict.fromkeys((*old, *new)):
        before, after = old.get(path, nothing), new.get(path, nothing)
        prefix = f"{path}." if path else ""
        yield from _groups(before, after, prefix)
        yield from rows_by_key(before.facts, after.facts, prefix)


def _groups(before: TrainingState, after: TrainingState, prefix: str) -> Iterator[Row]:
    """Yield a row for each setting. If it differs between groups, yield one for each group that changed."""
    counts = len(before.groups), len(after.groups)
    if counts[0] != counts[1] and all(counts):
        yield from rows_by_key({"groups": counts[0]}, {"groups": counts[1]}, prefix)
    for key in dict.fromkeys(key for group in (*before.groups, *after.groups) for key in group):
        old, new = _values(before, key), _values(after, key)
        if _are_equal(old) and _are_equal(new):
            yield from rows_by_key({key: old[0]} if old else {}, {key: new[0]} if new else {}, prefix)
        else:
            yield from rows_by_key(_numbered(key, old), _numbered(key, new), prefix)


def _numbered(key: str, values: list[Json]) -> dict[str, Json]:
    return {f"{key} of group {i}": value for i, value in enumerate(values)}


def _values(state: TrainingState, key: str) -> list[Json]:
    return [group.get(key) for group in state.groups if key in group]


def _are_equal(values: list[Json]) -> bool:
    return all(value == values[0] for value in values)
