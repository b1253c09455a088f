"""The changed cells of a column: how many, by how much, and the rule that all of them follow, if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.rows.pairing import equal_cells, is_rounding
from nbmodelver.comparison.tables.canonical import cell_hashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.schema import ColumnPair
    from nbmodelver.model import Json

MAX_CODES = 50
"""Distinct values up to which a recoding is looked for."""
MAX_SHIFT = 10
MAX_EXAMPLES = 3
UNITS = {2.54: "inch to cm", 25.4: "inch to mm", 0.3048: "foot to m", 1.609344: "mile to km", 0.45359237: "lb to kg",
         1000.0: "unit?", 0.001: "unit?", 100.0: "unit or percent?", 0.01: "unit or percent?", 60.0: "unit of time?",
         3600.0: "unit of time?", -1.0: "sign"}  # fmt: skip


@dataclass(frozen=True)
class ColumnChange:
    """The changed cells of one column.

    cells: that differ by more than rounding. rounding: that differ by at most 1e-9 of the value. to_null, from_null:
    cells that became null, and null cells that got a value. median, largest: absolute change of numbers, None
    otherwise. rule: what all changed cells have in common ("× 1000 (unit?)"), or "". examples: the first few changed
    cells: index of the row in the later table, before, after.
    """

    name: str
    cells: int
    rounding: int = 0
    to_null: int = 0
    from_null: int = 0
    median: float | None = None
    largest: float | None = None
    rule: str = ""
    examples: tuple[tuple[int, Json, Json], ...] = ()


def column_changes(
    pairs: Sequence[ColumnPair], before: NDArray[np.intp], after: NDArray[np.intp], *, in_place: bool
) -> Iterator[ColumnChange]:
    """Yield the columns with changed cells. before, after: (n,) intp, the paired rows.

    in_place: both tables have as many rows in one order, so that a column can be shifted against the others.
    """
    differing = {}
    for pair in pairs:
        at = np.flatnonzero(~equal_cells(pair, before, after))
        if len(at):
            differing[pair.name] = (pair, before[at], after[at])
    swapped = _swapped(list(differing.values()))
    for name, (pair, old, new) in differing.items():
        yield _change(pair, old, new, swapped.get(name, ""), in_place and len(differing) == 1)


def _change(
    pair: ColumnPair, before: NDArray[np.intp], after: NDArray[np.intp], rule: str, may_be_shifted: bool
) -> ColumnChange:
    old, new = pair.before.take(before), pair.after.take(after)
    null_before, null_after = old.is_null(), new.is_null()
    both = ~(null_before | null_after)
    noise = np.zeros(len(before), bool)
    step = None
    if _is_number(pair):
        a, b = old.values[both].astype(np.float64), new.values[both].astype(np.float64)
        noise[both] = is_rounding(a, b) if "f" in old.values.dtype.kind + new.values.dtype.kind else False
        real = ~noise[both]
        step = np.abs(b[real] - a[real]) if real.any() else None
        whole = old.values.dtype.kind in "iub" and new.values.dtype.kind in "iub"
        rule = rule or (_recoded(old, new) if whole and both.all() else "") or _number_rule(a[real], b[real])
    real = ~noise
    at = np.flatnonzero(real)
    if len(at) and not rule:
        rule = (_shift(pair, after[at]) if may_be_shifted else "") or _filled(pair, before[at], after[at])
        rule = rule or _text_rule(old.take(at), new.take(at)) or _recoded(old.take(at), new.take(at))
    some = at[:MAX_EXAMPLES]
    sides = zip(after[some].tolist(), old.take(some).cells(), new.take(some).cells(), strict=True)
    return ColumnChange(
        pair.name,
        len(at),
        int(noise.sum()),
        int((null_after & ~null_before).sum()),
        int((null_before & ~null_after).sum()),
        None if step is None else float(np.median(step)),
        None if step is None else float(step.max()),
        rule,
        tuple(sides),
    )


def _is_number(pair: ColumnPair) -> bool:
    return pair.before.kind == pair.after.kind == "number"


def _number_rule(before: NDArray[np.float64], after: NDArray[np.float64]) -> str:
    """The rule of all changed numbers: plus a constant, times a constant, clipped, rounded; "" if there is none."""
    if len(before) < 3 or not (np.isfinite(before).all() and np.isfinite(after).all()):
        return ""
    step = after - before
    if _all_close(step, step[0], np.abs(after).max()):
        return f"{step[0]:+.6g}"
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = after / before
    finite = ratio[before != 0]
    if len(finite) and not after[before == 0].any() and _all_close(finite, finite[0], abs(finite[0])):
        unit = next((name for k, name in UNITS.items() if abs(finite[0] / k - 1) < 1e-6), "")
        return f"× {finite[0]:.6g}{f' ({unit})' if unit else ''}"
    if len(before) > 3 and np.ptp(before) > 0:
        slope, shift = np.polyfit(before, after, 1)
        if _all_close(slope * before + shift, after, np.abs(after).max()) and abs(slope) > 1e-9:
            return f"× {slope:.6g} {shift:+.6g}"
    for limit, beyond in ((after.min(), before < after), (after.max(), before > after)):
        if (after == limit).all() and beyond.all():
            return f"clipped at {limit:.6g}"
    for digits in range(7):
        if _all_close(np.round(before, digits), after, np.abs(after).max()):
            return f"rounded to {digits} digits" if digits else "rounded to whole numbers"
    return ""


def _all_close(values: NDArray[np.float64], expected: Any, scale: float) -> bool:
    return bool((np.abs(values - expected) <= 1e-9 * max(scale, 1e-300)).all())


def _shift(pair: ColumnPair, changed: NDArray[np.intp]) -> str:
    """The column shifted by some rows against the others, over its whole length. changed: the rows that differ."""
    old, new = cell_hashes(pair.before, narrow=pair.narrow), cell_hashes(pair.after, narrow=pair.narrow)
    for k in range(1, min(MAX_SHIFT + 1, len(old) // 2)):
        if (new[k:] == old[:-k]).all() and changed.max() >= k:
            return f"shifted down by {k} {'row' if k == 1 else 'rows'}"
        if (new[:-k] == old[k:]).all() and changed.min() < len(new) - k:
            return f"shifted up by {k} {'row' if k == 1 else 'rows'}"
    return ""


def _filled(pair: ColumnPair, before: NDArray[np.intp], after: NDArray[np.intp]) -> str:
    """Nulls that all got one value, or values that were all taken away."""
    old, new = pair.before.take(before), pair.after.take(after)
    if new.is_null().all():
        return "emptied"
    if not old.is_null().all():
        return ""
    hashes = cell_hashes(new)
    is_one = len(hashes) > 1 and bool((hashes == hashes[0]).all())
    return f"nulls filled with {_shown(new.take(slice(1)).cells()[0])}" if is_one else "nulls filled"


def _text_rule(old: Any, new: Any) -> str:
    """Only the case or the blanks of the texts changed."""
    if old.kind not in ("text", "category") or new.kind not in ("text", "category"):
        return ""
    sides = list(zip(old.cells(), new.cells(), strict=True))
    if not all(isinstance(a, str) and isinstance(b, str) for a, b in sides):
        return ""
    if all(a.casefold() == b.casefold() for a, b in sides):
        return "only upper and lower case"
    return "only blanks" if all("".join(a.split()) == "".join(b.split()) for a, b in sides) else ""


def _recoded(old: Any, new: Any) -> str:
    """Each value before became one value after: `"m" → "male" (6,204)`."""
    before, after = cell_hashes(old), cell_hashes(new)
    first, at, counts = _distinct(before)
    if len(first) > MAX_CODES or len(before) < max(3, 2 * len(first)):
        return ""
    targets = after[at]
    if not (targets[np.searchsorted(first, before)] == after).all():
        return ""
    sides = zip(old.take(at).cells(), new.take(at).cells(), counts.tolist(), strict=True)
    listed = sorted(sides, key=lambda s: -s[2])
    text = ", ".join(f"{_shown(a)} → {_shown(b)} ({n:,})" for a, b, n in listed[:4])
    more = f" and {len(listed) - 4} more" if len(listed) > 4 else ""
    merged = len(listed) - len(set(targets.tolist()))
    return f"{f'{merged + 1} values merged' if merged else 'recoded'}: {text}{more}"


def _distinct(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.intp], NDArray[np.intp]]:
    return np.unique(keys, return_index=True, return_counts=True)


def _swapped(differing: Sequence[tuple[ColumnPair, NDArray[np.intp], NDArray[np.intp]]]) -> dict[str, str]:
    """Columns whose values were exchanged, as name -> sentence."""
    found = {}
    for i, (one, old, new) in enumerate(differing):
        for other, old_other, new_other in differing[i + 1 :]:
            if not (np.array_equal(old, old_other) and np.array_equal(new, new_other)):
                continue
            a, b = cell_hashes(one.before.take(old)), cell_hashes(other.before.take(old))
            c, d = cell_hashes(one.after.take(new)), cell_hashes(other.after.take(new))
            if (a == d).all() and (b == c).all():
                found[one.name], found[other.name] = f"swapped with {other.name}", f"swapped with {one.name}"
    return found


def _shown(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 24 else f"{text[:23]}…"


def most(changes: Iterable[ColumnChange]) -> list[ColumnChange]:
    """The changes with the most cells first."""
    return sorted(changes, key=lambda c: -c.cells)
