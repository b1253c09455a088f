"""The memory behind arrays: what lies where, what overlaps, and one allocation per stretch on the way back.

Arrays that share memory share it again after a rollback, across names too. Sharing is found by address: while
the values of a commit are alive, two arrays overlap exactly when their byte ranges do, whatever library made them.
A stretch is the byte range of overlapping arrays; it becomes one buffer (or one per row for the blocks of frames).
A lone array with gaps (a column of a matrix nobody keeps) is copied densely, so only what is visible is stored.
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
"""Stretches below this go together into one buffer: an id of its own costs 40 bytes and some microseconds."""

ROW_BYTES = 16384
"""Rows of a block from here on are buffers of their own, so that one changed column is one changed buffer."""

Raw = NDArray[np.uint8]

_byte_bounds: Callable[[NDArray[Any]], tuple[int, int]] = getattr(np.lib, "array_utils", np).byte_bounds
"""numpy 1.26 has it in its main namespace."""


@dataclass(frozen=True)
class Buffer:
    """A run of live memory to store. raw: 1-D contiguous bytes, only read. layout: see store, a hint.

    slot: what it is in its value ("price"), so that its twin in the parent version is found; "" when nothing is known.
    may_go: its owner may free or move the memory although `raw` refers to it; so it has to be copied to last.
    """

    raw: memoryview
    layout: str
    slot: str = ""
    may_go: bool = False


class ArrayRef:
    """Stands in a state for an array in `Memory`; whoever decodes the state puts the array in its place.

    held: stands for what the allocator of the array's memory holds (a torch storage), not for the array.
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
    """Collects the arrays of one group, then gives their buffers and a JSON table that says how to rebuild them.

    Nothing is copied but lone arrays with gaps; the arrays must stay alive and unchanged until the buffers are stored.
    """

    entries: list[_Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    filled_later: set[int] = field(default_factory=set)
    """Ids of cells whose contents come with the state of the class that they hold."""
    _by_object: dict[int, int] = field(default_factory=dict)
    _keep: list[Any] = field(default_factory=list)
    _slots: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def name(self, value: Any, *slots: str) -> Any:
        """`value`, known by these slots: one for each row of a block, else one."""
        self._slots[id(self.keep(value))] = slots
        return value

    def pass_name(self, outer: Any, inner: Any, part: str = "") -> Any:
        """`inner`, known by the slots of what holds it, with `part` added."""
        slots = self._slots.get(id(outer))
        return inner if slots is None else self.name(inner, *(slot + part for slot in slots))

    def slots(self, value: Any) -> tuple[str, ...]:
        """The slots that a value is known by, () for none."""
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
        """A reference to `array`, for the state of whatever holds it.

        array: any shape, strides and dtype without Python objects; exactly numpy.ndarray.
        private: never shares memory with others afterwards (columns of pandas objects: copy-on-write would not know).
        rows: a C-contiguous 2-D block whose rows are stored one by one.
        allocator: who allocates the memory on the way back: "" for numpy, "torch".
        layout: what the store is told about the elements, instead of their dtype.
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
        """`value`, kept alive until this memory is dropped."""
        self._keep.append(value)
        return value

    def note(self, text: str) -> None:
        """Something about this value that will not come back as it was, for the commit's report."""
        if text not in self.notes:
            self.notes.append(text)

    def extents(self) -> list[tuple[int, int]]:
        """Byte ranges (low, high) of all arrays that may share memory with other names."""
        return [(e.low, e.high) for e in self.entries if not e.private and e.high > e.low]

    def finish(self) -> tuple[list[Buffer], list[Any]]:
        """Buffers in a stable order and the JSON table for `Arrays`."""
        pool = bytearray()
        buffers: list[Buffer] = []
        described = []
        for number, members in enumerate(_clusters(self.entries)):
            for entry in members:
                entry.stretch = number
            lone = members[0]
            if len(members) == 1 and lone.contiguous and not lone.rows:  # Nearly all, and a forest has hundreds.
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
    """Numbers dtypes by what they are, and looks closely only at objects not seen before."""

    def __init__(self) -> None:
        self.states: list[Any] = []
        self._by_object: dict[int, int] = {}
        self._by_state: dict[str, int] = {}

    def number(self, dtype: np.dtype[Any]) -> int:
        """The number of a dtype that stays alive meanwhile."""
        known = self._by_object.get(id(dtype))
        if known is None:
            state = dtype_state(dtype)
            known = self._by_object[id(dtype)] = self._by_state.setdefault(repr(state), len(self.states))
            if known == len(self.states):
                self.states.append(state)
        return known


def _bounds(array: NDArray[Any], contiguous: bool) -> tuple[int, int]:
    """First byte and the one after the last; (0, 0) for an array without elements."""
    if not array.size:
        return 0, 0
    if contiguous:
        low = array.ctypes.data
        return low, low + array.nbytes
    return _byte_bounds(array)


def _clusters(entries: Sequence[_Entry]) -> list[list[_Entry]]:
    """Entries that overlap, transitively; each cluster and the list of clusters in order of first appearance."""
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
    """One contiguous run of memory and the arrays inside."""

    def __init__(self, members: list[_Entry]) -> None:
        self.members = members
        first = members[0]
        self.rows = first.rows and len(members) == 1
        self.low = min(e.low for e in members)
        self.high = max(e.high for e in members)
        if len(members) == 1 and not _is_dense(first.array):
            # The entry's own low and high stay those of the live memory, by which names that share it are found.
            first.array = _compacted(first.array)
            first.owner = not first.private
            self.low, self.high = _bounds(first.array, _is_contiguous(first.array))
        for entry in members:
            entry.offset = _address(entry.array) - self.low if entry.high > entry.low else 0
        self.allocator = next((e.allocator for e in members if e.allocator), "")

    def raw(self) -> memoryview:
        """The bytes of the stretch, without a copy."""
        if len(self.members) == 1:
            return _flat_bytes(self.members[0].array)
        size = self.high - self.low
        anchor = next((e for e in self.members if (e.low, e.high) == (self.low, self.high)), None)
        if anchor is not None and _is_dense(anchor.array):
            return _flat_bytes(anchor.array)
        return at_address(self.low, size, [e.array for e in self.members]).data

    def slots(self, count: int) -> tuple[str, ...]:
        """A slot for each of `count` rows."""
        known = self.members[0].slots
        return known if len(known) == count else ("",) * count

    def layout(self) -> str:
        kinds = {e.layout or _layout(e.array.dtype) for e in self.members}
        return kinds.pop() if len(kinds) == 1 else ""


class _Window:
    """Memory by address for numpy; holds what owns it."""

    def __init__(self, address: int, size: int, owners: list[Any], writeable: bool) -> None:
        self.owners = owners
        self.__array_interface__ = {
            "version": 3, "shape": (size,), "typestr": "|u1", "data": (address, not writeable), "strides": None,
        }  # fmt: skip


def at_address(address: int, size: int, owners: list[Any], *, writeable: bool = False) -> Raw:
    """The bytes at an address, all inside memory that the owners keep (or in a gap between two views of it)."""
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
    """A stretch as one buffer, known by the slots of its first member."""
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
    """True when every byte between first and last belongs to exactly one element."""
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
    """A dense copy in the nearest order of axes; broadcast axes stay broadcast (stride 0, stored once)."""
    index = tuple(
        slice(0, 1) if s == 0 and n > 1 else slice(None) for s, n in zip(array.strides, array.shape, strict=True)
    )
    small = array[index]
    copy = small.copy(order="K")
    return copy if small.shape == array.shape else np.broadcast_to(copy, array.shape)


_CASTABLE = frozenset(np.dtype(kind).str for kind in "?bBhHiIqQefd")
"""Dtypes whose memoryview can be cast to bytes as it is."""


def _flat_bytes(array: NDArray[Any]) -> memoryview:
    if array.size == 0:
        return memoryview(b"")
    if array.flags.c_contiguous and array.dtype.str in _CASTABLE:  # A third of the time, and a forest has hundreds.
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
