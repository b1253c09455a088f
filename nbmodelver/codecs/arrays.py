"""Rebuilds the arrays of a recipe: one allocation for each stretch of memory, and views of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.codecs import registry
from nbmodelver.codecs.codec import UNREAD
from nbmodelver.codecs.dtypes import dtype_from_state
from nbmodelver.errors import Damaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nbmodelver.codecs.memory import Raw

Allocator = Callable[[int], tuple[memoryview, Any]]
"""Allocates memory: number of bytes -> writable memory, and the object that the library holds for it."""


class Arrays:
    """The arrays of one recipe while it is decoded.

    targets: number of a buffer -> writable 1-D uint8 memory that the caller reads the buffer into. After all targets
    are filled, `array(n)` returns each array; arrays that shared memory are views of one allocation.
    """

    def __init__(self, table: list[Any], sizes: Sequence[int]) -> None:
        """Allocate the memory.

        table: from `Memory.finish`. sizes: bytes of every buffer. Raises Damaged if they disagree.
        """
        try:
            dtype_states, self._stretches, self._rows = table
            self._dtypes = [dtype_from_state(s) for s in dtype_states]
            self._built: dict[int, NDArray[Any]] = {}
            self._owners: list[NDArray[Any] | None] = [None] * len(self._stretches)
            self._raws: list[Raw | None] = [None] * len(self._stretches)
            self.held: list[Any] = [None] * len(self._stretches)
            self._pool: Raw | None = None
            self._unread: set[int] = set()
            self._allocate(sizes)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise Damaged("the recipe of this value is not well formed", "try: %mv_verify --full") from error

    def _allocate(self, sizes: Sequence[int]) -> None:
        self.targets: dict[int, memoryview] = {}
        owners = {row[0]: n for n, row in enumerate(self._rows) if "o" in row[5]}
        pooled = [s for s in self._stretches if s[2] == -1 and s[0]]
        if pooled:
            self._pool = np.empty(sizes[-1], np.uint8)
            self.targets[len(sizes) - 1] = self._pool.data
        for number, (size, allocator, first, count) in enumerate(self._stretches):
            raw = self._memory(number, size, allocator, owners.get(number))
            if first == -1:
                continue
            at = 0
            for buffer in range(first, first + count):
                self.targets[buffer] = raw.data[at : at + sizes[buffer]]
                at += sizes[buffer]
            if at != size:
                raise ValueError("buffer sizes do not add up")

    def _memory(self, number: int, size: int, allocator: str, owner: int | None) -> Raw:
        raw: Raw
        array = None if owner is None else self._owning_array(owner, size)
        self._owners[number] = array
        if array is not None:
            raw = _bytes_of_owner(array)
            if allocator:
                registry.library(allocator)
                self.held[number] = ADOPTERS[allocator](raw)
        elif allocator:
            registry.library(allocator)
            raw, self.held[number] = ALLOCATORS[allocator](size)
        else:
            raw = np.empty(size, np.uint8)
        self._raws[number] = raw
        return raw

    def _owning_array(self, number: int, size: int) -> NDArray[Any] | None:
        _stretch, offset, dtype, shape, strides, _flags = self._rows[number]
        kind = self._dtypes[dtype]
        if offset or _nbytes(shape, kind.itemsize) != size or min(shape, default=1) < 0 or kind.hasobject:
            return None
        order = "C" if strides is None else "F"
        array: NDArray[Any] = np.empty(shape, kind, order=order)  # type: ignore[call-overload]
        if strides is not None and list(array.strides) != strides:
            array = np.empty_like(_permuted(shape, strides, kind), order="K")
            if list(array.strides) != strides:
                return None
        self._built[number] = array
        return array

    def fill_pool(self) -> None:
        """Distribute the pooled small stretches. Call it once, after every target is filled."""
        if self._pool is None:
            return
        for number, (size, _allocator, first, start) in enumerate(self._stretches):
            if first == -1 and size:
                raw = self._raws[number]
                assert raw is not None
                raw[:] = self._pool[start : start + size]

    def leave_out(self, buffers: Collection[int]) -> None:
        """Do not read these buffers: they are no targets any more.

        An array all of whose buffers are left out resolves to UNREAD. One that is read in part, such as a block of
        several columns, has undefined content in the rest.
        """
        for buffer in buffers:
            del self.targets[buffer]
        for number, (_size, _allocator, first, count) in enumerate(self._stretches):
            if first != -1 and all(first + at in buffers for at in range(count)):
                self._unread.add(number)

    def array(self, number: int) -> NDArray[Any]:
        """Array `number`; further calls return the same object. Raises Damaged if it is not in the table."""
        if not 0 <= number < len(self._rows):
            raise Damaged(f"this recipe has no array {number!r}", "try: %mv_verify --full")
        stretch, offset, dtype, shape, strides, flags = self._rows[number]
        array = self._built.get(number)
        if array is None:
            array = self._view(stretch, offset, self._dtypes[dtype], shape, strides)
            if not array.size and "o" not in flags:
                array = array[...]
            self._built[number] = array
        if "w" not in flags and array.flags.writeable:
            array.flags.writeable = False
        return array

    def resolve(self, number: int, *, held: bool) -> Any:
        """The array that an `ArrayRef` stands for, or with `held` the object that its allocator holds; or UNREAD."""
        if self._unread and 0 <= number < len(self._rows) and self._rows[number][0] in self._unread:
            return UNREAD
        array = self.array(number)
        return self.held[self._rows[number][0]] if held else array

    def _view(
        self, stretch: int, offset: int, dtype: np.dtype[Any], shape: list[int], strides: list[int] | None
    ) -> NDArray[Any]:
        if dtype.hasobject:
            raise Damaged("an array of objects cannot be raw memory", "try: %mv_verify --full")
        raw = self._raws[stretch]
        if raw is None or not raw.size:
            return np.empty(shape, dtype)
        base = self._owners[stretch]
        source = raw if base is None else _bytes_of_owner(base)
        try:
            return np.ndarray(shape, dtype, source, offset, strides)
        except (TypeError, ValueError) as error:
            raise Damaged("an array of this recipe reaches outside its memory", "try: %mv_verify --full") from error


def _permuted(shape: Sequence[int], strides: Sequence[int], kind: np.dtype[Any]) -> NDArray[Any]:
    """An uninitialized array whose axes have the memory order given by the strides."""
    order = _outer_first(strides)
    return np.empty([shape[axis] for axis in order], kind).transpose(np.argsort(order))


def _outer_first(strides: Sequence[int]) -> list[int]:
    return sorted(range(len(strides)), key=lambda axis: -strides[axis])


def _bytes_of_owner(array: NDArray[Any]) -> Raw:
    flat = array if array.flags.c_contiguous else array.transpose(_outer_first(array.strides))
    raw: Raw = flat.reshape(-1).view(np.uint8) if array.ndim else flat.reshape(1).view(np.uint8)
    return raw


def _nbytes(shape: Sequence[int], itemsize: int) -> int:
    count = itemsize
    for n in shape:
        count *= n
    return count


ADOPTERS: dict[str, Callable[[Raw], Any]] = {}
"""Set by library files:

name -> function from the memory of a numpy array to the object that the library holds for it.
"""

ALLOCATORS: dict[str, Callable[[int], tuple[Raw, Any]]] = {}
"""Set by library files:

name -> function that allocates bytes: a uint8 array, and the object that the library holds for it.
"""
