"""Memoryviews, as views of the stored bytes, bytearray, array or numpy array."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbmodelver.codecs.renewed import Refused


def reduce(view: memoryview) -> Any:
    """The pickle reduction of a memoryview: its base and its position in it. Raises Refused."""
    try:
        base = view.obj
        where = (view.format, tuple(view.shape or ()), view.readonly, _place(view))
    except ValueError as error:
        raise Refused("a memoryview that was released cannot be kept") from error
    try:
        again = memory_view(base, *where)
        if not _same(again, view):
            raise TypeError("another part of the memory")
    except (TypeError, ValueError, NotImplementedError) as error:
        raise Refused("a memoryview of this shape cannot be kept: keep the array or bytes behind it") from error
    return memory_view, (base, *where)


def _place(view: memoryview) -> tuple[int, int | None]:
    """Offset in bytes of the first element in the base, and the step in bytes if there are gaps, else None."""
    start = _address(view) - _address(memoryview(view.obj))
    return start, None if view.c_contiguous or view.ndim != 1 else int((view.strides or (0,))[0])


def _address(view: memoryview) -> int:
    array = np.asarray(view)
    return int(array.__array_interface__["data"][0])


def _same(a: memoryview, b: memoryview) -> bool:
    shapes = (a.format, a.shape, a.strides, a.readonly) == (b.format, b.shape, b.strides, b.readonly)
    return shapes and (not a.nbytes or _address(a) == _address(b))


def memory_view(
    base: Any, kind: Any, shape: tuple[int, ...], readonly: bool, place: tuple[int, int | None]
) -> memoryview:
    """A memoryview of `base`. format: of an element. place: first byte and step in bytes, None without gaps."""
    whole: Any = memoryview(base)
    flat = whole if whole.format == "B" and whole.ndim == 1 else whole.cast("B")
    start, step = place
    width, count = np.dtype(kind).itemsize, int(np.prod(shape, dtype=np.int64))
    if step is None:
        made = flat[start : start + count * width]
        if len(shape) != 1:
            made = made.cast(kind, shape)
        elif kind != "B":
            made = made.cast(kind)
    else:
        elements = flat[start % width :]
        elements = elements[: len(elements) // width * width].cast(kind)
        stop = start // width + step // width * count
        made = elements[start // width : stop if stop >= 0 else None : step // width]
    shown: memoryview = made.toreadonly() if readonly and not made.readonly else made
    return shown
