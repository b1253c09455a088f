"""The section about the slices of one array: shape and dtype first, then slices, then their elements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.arrays.slice_diff import is_stack, slice_diff
from nbmodelver.model import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from nbmodelver.comparison.arrays.slice_diff import SliceDiff
    from nbmodelver.comparison.sides import Side
    from nbmodelver.model import Json

COLUMNS = ("what", "count", "how", "before", "after")
MAX_NAMED = 10
"""Indices of slices that a row names; more are counted."""


def may_be_stacks(before: Side, after: Side) -> bool:
    """True if the profiles are those of arrays that can be compared by slices. Reads no value."""
    shapes = [side.profile().get("shape") for side in (before, after) if side.profile().get("type") == "numpy.ndarray"]
    return len(shapes) == 2 and any(isinstance(s, list) and len(s) > 1 for s in shapes)


def slices(name: str, before: Side, after: Side) -> Section | None:
    """The section "slices.NAME"; None if one of the values is no array that is compared by slices. Reads both."""
    if not may_be_stacks(before, after):
        return None
    old, new = before.load(), after.load()
    return section(name, slice_diff(old, new)) if is_stack(old) and is_stack(new) else None


def section(name: str, found: SliceDiff) -> Section:
    """A difference of slices as the section "slices.NAME"."""
    return Section(f"slices.{name}", f"{name} · slices", COLUMNS, tuple(_rows(found)), note=summary(found))


def summary(found: SliceDiff) -> str:
    """The difference in one line: "10 → 12 slices of 8 x 8 · 9 the same · 2 added · 1 changed"."""
    (old, new), (before, after) = found.shapes, ((s[0], " x ".join(map(str, s[1:]))) for s in found.shapes)
    if not found.is_comparable:
        how = "axes exchanged, the same elements" if found.axes else "another shape"
        return f"{_shape(old)} → {_shape(new)}: {'the same elements in another shape' if found.is_reshaped else how}"
    count = f"{before[0]:,} → {after[0]:,}" if before[0] != after[0] else f"{before[0]:,}"
    counts = ((found.same, "the same"), (len(found.added), "added"), (len(found.removed), "removed"))
    parts = [f"{count} slices of {after[1]}", *(f"{n:,} {word}" for n, word in counts if n)]
    changed = len(found.pairs[0])
    return " · ".join([*parts, *([f"{changed:,} changed"] if changed else [])])


def _rows(found: SliceDiff) -> Iterator[Row]:
    if found.shapes[0] != found.shapes[1]:
        yield Row(("shape", None, _of_shape(found), *map(_shape, found.shapes)))
    if found.dtypes[0] != found.dtypes[1]:
        is_same = found.is_comparable and not len(found.pairs[0])
        yield Row(("dtype", None, "the same values" if is_same else None, *found.dtypes))
    if len(found.added):
        how = "copies of slices that both versions have" if found.copies == len(found.added) else _at(found.added)
        yield Row(("slices added", len(found.added), how, None, None), "added")
    if len(found.removed):
        yield Row(("slices removed", len(found.removed), _at(found.removed), None, None), "removed")
    if len(found.pairs[0]):
        yield Row(("slices changed", len(found.pairs[0]), _at(found.pairs[1]), None, None))
    if found.order.how != "kept":
        yield Row(("slices in another order", found.order.moved, found.order.how, None, None))
    yield from _of_elements(found)


def _of_elements(found: SliceDiff) -> Iterator[Row]:
    """What happened to the elements of the changed slices."""
    change = found.elements
    if change is None:
        return
    width = math.prod(found.shapes[1][1:])
    which = "" if found.compared == len(found.pairs[0]) else f" of the first {found.compared:,} changed slices"
    if change.cells:
        at, before, after = change.examples[0]
        index = ", ".join(str(int(i)) for i in np.unravel_index(at % width, found.shapes[1][1:]))
        size = f"by {change.median:.3g} (median), at most {change.largest:.3g}" if change.median is not None else ""
        share = f"{change.cells / (width * found.compared):.1%} of their elements"
        how = ", ".join(filter(None, (change.rule or size, share)))
        yield Row((f"elements{which}, as [{found.pairs[1][at // width]}, {index}]", change.cells, how, before, after))
    if change.rounding:
        yield Row((f"elements{which}", change.rounding, "equal up to rounding (1e-9)", None, None))


def _of_shape(found: SliceDiff) -> Json:
    if found.axes:
        return f"axes exchanged: transpose{found.axes}"
    return "reshaped, the same elements" if found.is_reshaped else None


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _at(slices: NDArray[np.intp]) -> str:
    """Which slices these are: "at 3, 5 and 12 more", or a range."""
    first, last = int(slices[0]), int(slices[-1])
    if last - first + 1 == len(slices) and len(slices) > 2:
        return f"at {first} to {last}"
    more = f" and {len(slices) - MAX_NAMED:,} more" if len(slices) > MAX_NAMED else ""
    return f"at {', '.join(map(str, slices[:MAX_NAMED].tolist()))}{more}"
