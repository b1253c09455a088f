"""Merges of NumPy arrays of equal shape, element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.merging.merge import MOST_SHOWN, MergedInside, counted, text_of
from nbmodelver.comparison.tables.canonical import cell_hashes
from nbmodelver.comparison.tables.tables import of_objects
from nbmodelver.errors import NotMergeable
from nbmodelver.kinds.jsonable import scalar
from nbmodelver.model import CellConflict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nbmodelver.comparison.merging.merge import MergeOptions, MergeSides

TEXTS = frozenset("US")


def merge(sides: MergeSides, options: MergeOptions) -> MergedInside:
    """Merge two arrays. Raises NotMergeable if shapes or dtypes differ, or for elements that cannot be compared.

    Texts of different lengths have one dtype here. NaN equals NaN, and 0.0 differs from -0.0.
    """
    base, ours, theirs = sides.base, sides.ours, sides.theirs
    _require_equal_form(base, ours, theirs)
    by_ours, by_theirs = _differ(base, ours), _differ(base, theirs)
    conflicts = by_ours & by_theirs & _differ(ours, theirs)
    taken = by_theirs & ~by_ours
    count = int(conflicts.sum())
    if not by_ours.any():
        value = theirs.copy(order="K")
    else:
        value = ours.copy(order="K")
        if ours.dtype != theirs.dtype and (taken.any() or count):  # Texts: the longer dtype holds both.
            value = ours.astype(np.result_type(ours, theirs))
        value[taken] = theirs[taken]
    unresolved = count
    if options.prefer == "theirs":
        value[conflicts], unresolved = theirs[conflicts], 0
    elif options.prefer == "ours":
        unresolved = 0
    elif options.prefer == "other" and _fits(sides.other, value):
        value[conflicts], unresolved = sides.other[conflicts], 0
    from_ours = int((by_ours & ~by_theirs).sum())
    return MergedInside(
        value,
        (counted(from_ours, "cell"),) if from_ours else (),
        (counted(int(taken.sum()), "cell"),) if taken.any() else (),
        tuple(_shown(at, base, ours, theirs) for at in np.argwhere(conflicts)[:MOST_SHOWN].tolist()),
        count,
        unresolved,
    )


def _require_equal_form(*arrays: NDArray[Any]) -> None:
    base, ours, theirs = arrays
    if not base.shape == ours.shape == theirs.shape:
        shapes = [str(list(a.shape)) for a in arrays]
        raise NotMergeable(f"its shape differs: {shapes[0]} → {shapes[1]} (ours), {shapes[2]} (theirs)")
    texts = {a.dtype.kind for a in arrays}
    is_text = len(texts) == 1 and texts <= TEXTS
    if not is_text and not base.dtype == ours.dtype == theirs.dtype:
        raise NotMergeable(f"its dtype differs: {base.dtype} → {ours.dtype} (ours), {theirs.dtype} (theirs)")
    if base.dtype.kind not in "biufcmMUSO":
        raise NotMergeable(f"its elements have the dtype {base.dtype}")
    if base.dtype.kind == "O" and any(of_objects("", "object", a.reshape(-1)).kind == "opaque" for a in arrays):
        raise NotMergeable("its elements are objects that cannot be compared")


def _differ(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    """(shape of a) bool: True where the elements differ."""
    if a.dtype.kind == "O":
        hashes = (cell_hashes(of_objects("", "object", x.reshape(-1))) for x in (a, b))
        return np.asarray(np.not_equal(*hashes)).reshape(a.shape)
    found = np.asarray(a != b)
    if a.dtype.kind in "fcmM":
        found &= ~((a != a) & (b != b))  # noqa: PLR0124  # NaN, NaT
    if a.dtype.kind == "f":
        found |= (a == 0) & (b == 0) & (np.signbit(a) != np.signbit(b))
    return found


def _fits(other: Any, value: NDArray[Any]) -> bool:
    return type(other) is np.ndarray and other.shape == value.shape and np.can_cast(other.dtype, value.dtype, "safe")


def _shown(at: list[int], *arrays: NDArray[Any]) -> CellConflict:
    place = f"[{', '.join(map(str, at))}]"
    return CellConflict(place, *(text_of(scalar(array[tuple(at)])) for array in arrays))
