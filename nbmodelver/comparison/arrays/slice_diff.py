"""The slices along the first axis in which two arrays differ: of a stack of images, its images.

Equal slices are matched by their hashes wherever they stand, so an image that was inserted or moved is found. Of the
others, those that stand next to the same slice on both sides are one slice that changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.rows.column_changes import column_changes
from nbmodelver.comparison.rows.matching import RowOrder, contains, matched, row_order
from nbmodelver.comparison.tables.canonical import cell_hashes
from nbmodelver.comparison.tables.schema import ColumnPair
from nbmodelver.comparison.tables.tables import MAX_COLUMNS, ColumnData, of_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from nbmodelver.comparison.rows.column_changes import ColumnChange

MAX_AXES = 5
"""Arrays with more axes are not searched for an exchange of axes."""
MAX_ELEMENTS = 20_000_000
"""Elements of changed slices from which only the first ones are compared one by one."""


def _none() -> NDArray[np.intp]:
    return np.empty(0, np.intp)


def _no_pairs() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return _none(), _none()


@dataclass(frozen=True)
class SliceDiff:
    """The differences of two arrays. Slices are indices along the first axis, (n,) intp, ascending in `after`.

    shapes, dtypes: before and after. axes: how the axes were exchanged, `after` is `before.transpose(axes)`; () if they
    were not. is_reshaped: both have the same elements in the same order, in another shape. is_comparable: slices of
    both sides have one shape. same: slices that are equal on both sides. pairs: changed slices (before, after).
    copies: added slices that are copies of slices of both sides. elements: what happened to the elements of changed
    slices; None if none was compared. compared: the number of changed slices whose elements were compared.
    """

    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    dtypes: tuple[str, str]
    axes: tuple[int, ...] = ()
    is_reshaped: bool = False
    is_comparable: bool = True
    same: int = 0
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]] = field(default_factory=_no_pairs)
    added: NDArray[np.intp] = field(default_factory=_none)
    removed: NDArray[np.intp] = field(default_factory=_none)
    copies: int = 0
    order: RowOrder = field(default_factory=lambda: RowOrder("kept"))
    elements: ColumnChange | None = None
    compared: int = 0


def is_stack(value: Any) -> bool:
    """True for an array of numbers with three or more axes, and for a matrix that is too wide for a table."""
    if type(value) is not np.ndarray or value.ndim < 2 or not value.size:
        return False
    is_number = value.dtype.kind in "biu" or (value.dtype.kind == "f" and value.dtype.itemsize <= 8)
    return is_number and (value.ndim > 2 or value.shape[1] > MAX_COLUMNS)


def slice_diff(before: NDArray[Any], after: NDArray[Any]) -> SliceDiff:
    """Compare two arrays for which `is_stack` is true. NaN equals NaN, 0.0 equals -0.0, and 1 equals 1.0."""
    shapes, dtypes = (before.shape, after.shape), (str(before.dtype), str(after.dtype))
    axes = exchanged_axes(before, after)
    if axes:
        return SliceDiff(shapes, dtypes, axes, is_comparable=False)
    if before.shape[1:] != after.shape[1:]:
        is_reshaped = before.size == after.size and bool(_equal(before.reshape(-1), after.reshape(-1)).all())
        return SliceDiff(shapes, dtypes, is_reshaped=is_reshaped, is_comparable=False)
    narrow = {a.dtype.itemsize for a in (before, after) if a.dtype.kind == "f"} == {4, 8}
    hashes = tuple(_hashes(a, narrow=narrow) for a in (before, after))
    places = matched(hashes[0], hashes[1])
    same = places >= 0
    together = with_neighbours(places, len(after))
    changed = np.flatnonzero((together >= 0) & ~same)
    changed = changed[np.argsort(together[changed])]
    is_added = np.ones(len(after), bool)
    is_added[together[together >= 0]] = False
    added = np.flatnonzero(is_added)
    compared = changed[: max(1, MAX_ELEMENTS // max(1, math.prod(after.shape[1:])))]
    return SliceDiff(
        shapes,
        dtypes,
        same=int(same.sum()),
        pairs=(changed, together[changed]),
        added=added,
        removed=np.flatnonzero(together < 0),
        copies=int(contains(hashes[0][same], hashes[1][added]).sum()) if len(added) else 0,
        order=row_order(together[together >= 0]),
        elements=_elements(before[compared], after[together[compared]]) if len(compared) else None,
        compared=len(compared),
    )


def _hashes(value: NDArray[Any], *, narrow: bool) -> NDArray[np.uint64]:
    flat = value.reshape(len(value), -1)
    return cell_hashes(ColumnData("", str(value.dtype), "block", flat.astype(np.float32) if narrow else flat))


def _elements(before: NDArray[Any], after: NDArray[Any]) -> ColumnChange | None:
    """What happened to the elements of two arrays of one shape."""
    pair = ColumnPair(of_array("", before.reshape(-1)), of_array("", after.reshape(-1)))
    every = np.arange(before.size)
    return next(iter(column_changes([pair], every, every, in_place=False)), None)


def with_neighbours(places: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Pair slices without an equal one that follow, or precede, slices which belong together.

    places: (n,) intp, for each slice of `before` the equal one of `after`, or -1. count: slices of `after`. Returns
    the same with the pairs added.
    """
    found = places.copy()
    is_free = np.ones(count, bool)
    is_free[places[places >= 0]] = False

    def pair(rows: Iterable[int], step: int) -> None:
        for row in rows:
            beside = row - step
            if 0 <= beside < len(found):
                at = found[beside] + step if found[beside] >= 0 else -1
            else:
                at = 0 if step > 0 else count - 1
            if found[row] < 0 and 0 <= at < count and is_free[at]:
                found[row] = at
                is_free[at] = False

    left = np.flatnonzero(places < 0).tolist()
    pair(left, 1)
    pair(reversed(left), -1)
    return found


def exchanged_axes(before: NDArray[Any], after: NDArray[Any]) -> tuple[int, ...]:
    """The axes with which `before.transpose(axes)` equals `after`; () if the axes were not exchanged."""
    if before.ndim != after.ndim or before.ndim > MAX_AXES or before.shape == after.shape:
        return ()
    for axes in permutations(range(before.ndim)):
        if tuple(before.shape[a] for a in axes) == after.shape and bool(_equal(before.transpose(axes), after).all()):
            return axes
    return ()


def _equal(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.bool_]:
    """(shape) bool: True where the elements are equal, or both NaN."""
    return np.asarray((before == after) | ((before != before) & (after != after)))  # noqa: PLR0124  # NaN
