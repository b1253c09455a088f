"""Collects the memory of arrays when a value is encoded. arrays.py rebuilds them.

Arrays that share memory share it again after a rollback, also across names. Sharing is found by address: while the
values of a commit are alive, two arrays overlap exactly if their byte ranges do, whatever library made them. A stretch
is the byte range of a set of overlapping arrays. It becomes one buffer, or one buffer per row for the blocks of frames.
A single array with gaps (a column of a matrix that nothing else refers to) is copied densely, so that only visible
elements are stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nbmodelver.codecs.dtypes import dtype_state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

POOLED_BYTES = 4096
"""Smaller stretches are stored together in one buffer: a separate id costs 40 bytes and some microseconds."""

ROW_BYTES = 16384
"""Rows of a block of at least this size are separate buffers, so that a changed column changes one buffer."""

Raw = NDArray[np.uint8]

_byte_bounds: Callable[[NDArray[Any]], tuple[int, int]] = getattr(np.lib, "array_utils", np).byte_bounds
"""numpy 1.26 has this function in its main namespace."""


@dataclass(frozen=True)
class Buffer:
    """A run of live memory to store.

    raw: 1-D contiguous uint8 bytes, only read; the memory belongs to the value. layout: a hint for the store about the
    elements ("f8", "b", ...), "" if unknown. slot: what it is within its value ("price"), to find its counterpart in
    the parent version; "" if unknown.
    may_go: True if the owner may free or move the memory although `raw` refers to it; the bytes then have to be copied
    to persist.
    """

    raw: memoryview
    layout: str
    slot: str = ""
    may_go: bool = False


class ArrayRef:
    """Placeholder in a state for an array in `Memory`. The decoder replaces it by the array.

    held: True for the object that the allocator of the memory holds (a torch storage), instead of the array.
    """

    __slots__ = ("held", "number")

    def __init__(self, number: int, *, held: bool = False) -> None:
        self.number = number
        self.held = held


@dataclass(slots=True)
class _Entry:
    array: NDArray[Any]
    low: int
    high: int
    private: bool
    rows: bool
    owner: bool
    allocator: str
    writeable: bool
    contiguous: bool
    slots: tuple[str, ...] = ()
    layout: str = ""
    stretch: int = -1
    offset: int = 0


@dataclass
class Memory:
    """Collects the arrays of one group, and describes how to rebuild them.

    Only single arrays with gaps are copied. The arrays must stay alive and unchanged until the buffers are stored.
    """

    entries: list[_Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    filled_later: set[int] = field(default_factory=set)
    """Ids of closure cells whose content is set together with the state of the class that they hold."""
    _by_object: dict[int, int] = field(default_factory=dict)
    _keep: list[Any] = field(default_factory=list)
    _slots: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def name(self, value: Any, *slots: str) -> Any:
        """Register slot names for `value` and return it: one for each row of a block, otherwise one."""
        self._slots[id(self.keep(value))] = slots
        return value

    def pass_name(self, outer: Any, inner: Any, part: str = "") -> Any:
        """Register for `inner` the slot names of `outer`, each with `part` appended, and return `inner`."""
        slots = self._slots.get(id(outer))
        return inner if slots is None else self.name(inner, *(slot + part for slot in slots))

    def slots(self, value: Any) -> tuple[str, ...]:
        """The slot names of a value; () if there are none."""
        return self._slots.get(id(value), ())

    def add(
        self,
        array: NDArray[Any],
        *,
        private: bool = False,
        rows: bool = False,
        allocator: str = "",
        layout: str = "",
    ) -> ArrayRef:
        """Add an array and return a reference for the state of its holder.

        array: any shape, strides and dtype without Python objects; exactly numpy.ndarray; only read, kept alive.
        private: True if it never shares memory with others when restored (columns of pandas objects: copy-on-write
        could not track it). rows: True for a C-contiguous 2-D block whose rows are stored separately.
        allocator: what allocates the memory when restoring: "" for numpy, "torch". layout: hint for the store instead
        of the dtype.
        """
        known = self._by_object.get(id(array))
        if known is not None:
            return ArrayRef(known, held=bool(allocator))
        flags = array.flags
        contiguous = flags.c_contiguous or flags.f_contiguous
        low, high = _bounds(array, contiguous)
        number = len(self.entries)
        owner = array.base is None and not private and not allocator
        slots = self._slots.get(id(array), ())
        self.entries.append(
            _Entry(array, low, high, private, rows, owner, allocator, flags.writeable, contiguous, slots, layout)
        )
        self._by_object[id(array)] = number
        return ArrayRef(number, held=bool(allocator))

    def keep(self, value: Any) -> Any:
        """Keep `value` alive until this memory is dropped, and return it."""
        self._keep.append(value)
        return value

    def note(self, text: str) -> None:
        """Add a note to the report of the commit: something about this value will be restored differently."""
        if text not in self.notes:
            self.notes.append(text)

    def extents(self) -> list[tuple[int, int]]:
        """Byte ranges (low, high) of all arrays that may share memory with other names."""
        return [(e.low, e.high) for e in self.entries if not e.private and e.high > e.low]

    def finish(self) -> tuple[list[Buffer], list[Any]]:
        """The buffers in a stable order, and the JSON table for `Arrays`."""
        pool = bytearray()
        buffers: list[Buffer] = []
        described = []
        for number, members in enumerate(_clusters(self.entries)):
            for entry in members:
                entry.stretch = number
            lone = members[0]
            if (
                len(members) == 1 and lone.contiguous and not lone.rows
            ):  # The common case; a forest has hundreds of such arrays.
                raw = _flat_bytes(lone.array)
                if len(raw) < POOLED_BYTES:
                    described.append(_pooled(raw, lone.allocator, pool))
                else:
                    described.append(_buffered(raw, lone.layout or _layout(lone.array.dtype), lone, buffers))
            else:
                described.append(_describe_stretch(_Stretch(members), pool, buffers))
        dtypes = _DtypeTable()
        rows = [_describe_entry(entry, dtypes.number(entry.array.dtype)) for entry in self.entries]
        if pool:
            buffers.append(Buffer(memoryview(bytes(pool)), ""))
        return buffers, [dtypes.states, described, rows]


class _DtypeTable:
    """Numbers dtypes by content. A dtype object that was met before needs no second inspection."""

    def __init__(self) -> None:
        self.states: list[Any] = []
        self._by_object: dict[int, int] = {}
        self._by_state: dict[str, int] = {}

    def number(self, dtype: np.dtype[Any]) -> int:
        """The number of a dtype. The caller keeps the dtype alive."""
        known = self._by_object.get(id(dtype))
        if known is None:
            state = dtype_state(dtype)
            known = self._by_object[id(dtype)] = self._by_state.setdefault(repr(state), len(self.states))
            if known == len(self.states):
                self.states.append(state)
        return known


def _bounds(array: NDArray[Any], contiguous: bool) -> tuple[int, int]:
    """Address of the first byte and of the byte after the last; (0, 0) for an array without elements."""
    if not array.size:
        return 0, 0
    if contiguous:
        low = array.ctypes.data
        return low, low + array.nbytes
    return _byte_bounds(array)


def _clusters(entries: Sequence[_Entry]) -> list[list[_Entry]]:
    """Lists of entries that overlap, directly or through others, in order of first appearance."""
    order = sorted((e.low, -e.high, n) for n, e in enumerate(entries) if not e.private and e.high > e.low)
    first = list(range(len(entries)))
    reach, head = -1, -1
    for low, minus_high, number in order:
        if low < reach:
            first[number] = head
            reach = max(reach, -minus_high)
        else:
            head, reach = number, -minus_high
    if first == list(range(len(entries))):
        return [[entry] for entry in entries]
    found: dict[int, list[_Entry]] = {}
    for number, entry in enumerate(entries):
        found.setdefault(first[number], []).append(entry)
    return list(found.values())


class _Stretch:
    """One contiguous run of memory and the arrays in it."""

    def __init__(self, members: list[_Entry]) -> None:
        self.members = members
        first = members[0]
        self.rows = first.rows and len(members) == 1
        self.low = min(e.low for e in members)
        self.high = max(e.high for e in members)
        if len(members) == 1 and not _is_dense(first.array):
            # `low` and `high` of the entry stay those of the live memory: they identify names that share it.
            first.array = _compacted(first.array)
            first.owner = not first.private
            self.low, self.high = _bounds(first.array, _is_contiguous(first.array))
        for entry in members:
            entry.offset = _address(entry.array) - self.low if entry.high > entry.low else 0
        self.allocator = next((e.allocator for e in members if e.allocator), "")

    def raw(self) -> memoryview:
        """The bytes of the stretch, 1-D uint8, without a copy."""
        if len(self.members) == 1:
            return _flat_bytes(self.members[0].array)
        size = self.high - self.low
        anchor = next((e for e in self.members if (e.low, e.high) == (self.low, self.high)), None)
        if anchor is not None and _is_dense(anchor.array):
            return _flat_bytes(anchor.array)
        return at_address(self.low, size, [e.array for e in self.members]).data

    def slots(self, count: int) -> tuple[str, ...]:
        """A slot name for each of `count` rows."""
        known = self.members[0].slots
        return known if len(known) == count else ("",) * count

    def layout(self) -> str:
        kinds = {e.layout or _layout(e.array.dtype) for e in self.members}
        return kinds.pop() if len(kinds) == 1 else ""


class _Window:
    """A range of memory as an object with `__array_interface__`; it keeps the owners alive."""

    def __init__(self, address: int, size: int, owners: list[Any], writeable: bool) -> None:
        self.owners = owners
        self.__array_interface__ = {
            "version": 3, "shape": (size,), "typestr": "|u1", "data": (address, not writeable), "strides": None,
        }  # fmt: skip


def at_address(address: int, size: int, owners: list[Any], *, writeable: bool = False) -> Raw:
    """The bytes at an address, as 1-D uint8.

    All of them have to be in memory that the owners keep alive, or in a gap between two views of it. writeable: False
    gives a read-only array.
    """
    return np.asarray(_Window(address, size, owners, writeable)) if size else np.empty(0, np.uint8)


def _describe_stretch(stretch: _Stretch, pool: bytearray, buffers: list[Buffer]) -> list[Any]:
    raw = stretch.raw()
    if len(raw) < POOLED_BYTES:
        return _pooled(raw, stretch.allocator, pool)
    first = stretch.members[0].array
    if stretch.rows and first.ndim == 2 and first.strides[0] >= ROW_BYTES:
        step = first.strides[0]
        start = len(buffers)
        slots = stretch.slots(len(raw) // step)
        layout, may_go = stretch.layout(), bool(stretch.allocator)
        buffers += [Buffer(raw[row * step :][:step], layout, slot, may_go) for row, slot in enumerate(slots)]
        return [len(raw), stretch.allocator, start, len(buffers) - start]
    return _buffered(raw, stretch.layout(), stretch.members[0], buffers, stretch.allocator)


def _buffered(raw: memoryview, layout: str, first: _Entry, buffers: list[Buffer], allocator: str = "") -> list[Any]:
    """Store a stretch as one buffer, with the slot names of its first member."""
    allocator = allocator or first.allocator
    buffers.append(Buffer(raw, layout, "|".join(first.slots[:8]), bool(allocator)))
    return [len(raw), allocator, len(buffers) - 1, 1]


def _pooled(raw: memoryview, allocator: str, pool: bytearray) -> list[Any]:
    start = len(pool)
    pool += raw
    pool += bytes(-len(pool) % 8)
    return [len(raw), allocator, -1, start]


def _describe_entry(entry: _Entry, dtype: int) -> list[Any]:
    array = entry.array
    strides = None if array.flags.c_contiguous else list(array.strides)
    flags = ("w" if entry.writeable else "") + ("o" if entry.owner else "")
    return [entry.stretch, entry.offset, dtype, list(array.shape), strides, flags]


def _address(array: NDArray[Any]) -> int:
    return int(array.ctypes.data)


def _is_contiguous(array: NDArray[Any]) -> bool:
    return bool(array.flags.c_contiguous or array.flags.f_contiguous)


def _is_dense(array: NDArray[Any]) -> bool:
    """True if every byte between the first and the last belongs to exactly one element."""
    if _is_contiguous(array):
        return True
    low, high = _byte_bounds(array)
    if high - low != array.nbytes:
        return False
    order = sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1)
    expected = array.itemsize
    for stride, n in order:
        if stride != expected:
            return False
        expected *= n
    return True


def _compacted(array: NDArray[Any]) -> NDArray[Any]:
    """A dense copy in the nearest axis order. Broadcast axes keep stride 0 and are stored once."""
    index = tuple(
        slice(0, 1) if s == 0 and n > 1 else slice(None) for s, n in zip(array.strides, array.shape, strict=True)
    )
    small = array[index]
    copy = small.copy(order="K")
    return copy if small.shape == array.shape else np.broadcast_to(copy, array.shape)


_CASTABLE = frozenset(np.dtype(kind).str for kind in "?bBhHiIqQefd")
"""Dtypes whose memoryview can be cast to bytes directly."""


def _flat_bytes(array: NDArray[Any]) -> memoryview:
    if array.size == 0:
        return memoryview(b"")
    if (
        array.flags.c_contiguous and array.dtype.str in _CASTABLE
    ):  # Takes a third of the time; a forest has hundreds of such arrays.
        return array.data.cast("B")
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return (array if array.flags.c_contiguous else array.T).reshape(-1).view(np.uint8).data
    low, high = _byte_bounds(array)
    return at_address(low, high - low, [array]).data


def _layout(dtype: np.dtype[Any]) -> str:
    if dtype.kind == "b":
        return "b"
    if dtype.kind in "iuf" and dtype.itemsize in (1, 2, 4, 8):
        return f"{dtype.kind}{dtype.itemsize}"
    if dtype.kind in "mM":
        return "i8"
    if dtype.kind == "c":
        return f"f{dtype.itemsize // 2}"
    return ""
