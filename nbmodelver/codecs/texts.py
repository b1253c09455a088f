"""Object arrays of strings, stored as lengths and one text, and recognized again by their pointers.

Strings are immutable. So an array with the same pointers as in the last commit, while those strings are kept alive, has
the same text: comparing pointers takes 2 ms for a million rows, encoding them 100 ms. Differing pointers tell which
rows changed; the text of the other rows is reused.

A row of the array (a column of a frame) is (lengths, text, kinds): lengths int32 in characters, text UTF-8 with
surrogates, kinds uint8 or None if all elements are strings: 0 a string, 1 None, 2 the NaN object of numpy.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.codecs.codec import UNREAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.codecs.memory import Memory

LEAST_ROWS = 512
"""Shorter arrays are encoded with all other values of their type; two separate parts would cost more."""

MOST_REMEMBERED_BYTES = 256 << 20
_MOST_SPLICED = 20_000
_TEXT, _NONE, _NAN = 0, 1, 2
_THE_NAN = np.nan

Row = tuple[Any, Any, Any]


@dataclass(frozen=True)
class _Text:
    """The content of one row. objects: the pointers, with references to the strings. ascii: one byte per character."""

    objects: Any
    lengths: Any
    text: Any
    kinds: Any
    ascii: bool

    @property
    def bytes(self) -> int:
        return sum(a.nbytes for a in (self.objects, self.lengths, self.text, self.kinds) if a is not None)


class Remembered:
    """The rows that were encoded last, by address; dropped with their array. Thread-safe."""

    def __init__(self, most_bytes: int = MOST_REMEMBERED_BYTES) -> None:
        self._most_bytes = most_bytes
        self._guard = threading.RLock()  # Reentrant: an array may be freed at any moment in the same thread.
        self._rows: OrderedDict[tuple[int, int], _Text] = OrderedDict()
        self._bytes = 0
        self._watched: set[tuple[int, int]] = set()

    def row(self, row: Any) -> _Text | None:
        """The text of a contiguous 1-D object array; None unless all elements are strings, None or NaN."""
        where = (_address(row), len(row))
        with self._guard:
            before = self._rows.get(where)
        found = _encoded(row) if before is None else _again(row, before)
        with self._guard:
            if found is not before:
                self._put(where, found, row)
            elif where in self._rows:
                self._rows.move_to_end(where)
        return found

    def _put(self, where: tuple[int, int], found: _Text | None, row: Any) -> None:
        self.drop(where)
        if found is None or found.bytes > self._most_bytes:
            return
        self._rows[where] = found
        self._bytes += found.bytes
        if where not in self._watched:
            self._watched.add(where)
            weakref.finalize(_owner(row), self._gone, where).atexit = False
        while self._bytes > self._most_bytes and self._rows:
            self.drop(next(iter(self._rows)))

    def _gone(self, where: tuple[int, int]) -> None:
        with self._guard:
            self._watched.discard(where)
            self.drop(where)

    def drop(self, where: tuple[int, int]) -> None:
        """Forget one row."""
        with self._guard:
            gone = self._rows.pop(where, None)
            self._bytes -= gone.bytes if gone is not None else 0


REMEMBERED = Remembered()


def take(value: Any, memory: Memory) -> tuple[Any, ...] | None:
    """The state of an object array, 1-D or 2-D, that holds strings; None for other arrays.

    The slot name of each row in `memory` is passed to its lengths and text, to find their counterparts in the parent
    version.
    """
    if value.ndim not in (1, 2) or value.size < LEAST_ROWS or not value.flags.c_contiguous:
        return None
    rows = value.reshape(1, -1) if value.ndim == 1 else value
    texts = []
    for row in rows:
        text = REMEMBERED.row(row) if type(row[0]) in (str, type(None), float) else None
        if text is None:
            return None
        texts.append(text)
    slots = memory.slots(value)
    named = slots if len(slots) == len(texts) else ("",) * len(texts)
    return tuple(
        tuple(_added(memory, array, f"{slot} {layout}" if slot else "", layout) for layout, array in _arrays(text))
        for slot, text in zip(named, texts, strict=True)
    )


def build(shape: Sequence[int], rows: Sequence[Row]) -> Any:
    """The object array with these rows; a row with an UNREAD array has None. Raises ValueError for another shape."""
    made = np.empty(tuple(shape), object)
    if made.ndim not in (1, 2) or len(rows) != (1 if made.ndim == 1 else len(made)):
        raise ValueError("rows")
    for target, row in zip([made] if made.ndim == 1 else made, rows, strict=True):
        if not any(array is UNREAD for array in row):
            target[:] = _strings(len(target), *row)
    return made


def _arrays(text: _Text) -> tuple[tuple[str, Any], ...]:
    """The arrays to store for a row, each with its layout hint for the store."""
    return ("lengths", text.lengths), ("text", text.text), ("u1", text.kinds)


def _added(memory: Memory, array: Any, slot: str, layout: str) -> Any:
    if array is None:
        return None
    return memory.add(memory.name(array, slot) if slot else memory.keep(array), private=True, layout=layout)


def _encoded(row: Any) -> _Text | None:
    items = row.tolist()
    types = set(map(type, items))
    kinds = None
    if types != {str}:
        if not types <= {str, type(None), float} or any(type(v) is float and v is not _THE_NAN for v in items):
            return None
        kinds = np.fromiter((_NONE if v is None else _TEXT if type(v) is str else _NAN for v in items), np.uint8)
        items = [v if type(v) is str else "" for v in items]
    text = "".join(items)
    lengths = np.fromiter(map(len, items), np.int32, len(items))
    return _Text(row.copy(), lengths, _as_bytes(text), kinds, text.isascii())


def _again(row: Any, before: _Text) -> _Text | None:
    """`before` if the pointers are equal; otherwise a copy with the differing rows encoded again."""
    at = np.flatnonzero(_pointers(row) != _pointers(before.objects))
    if not len(at):
        return before
    new = row[at].tolist()
    if not before.ascii or before.kinds is not None or len(at) > min(_MOST_SPLICED, len(row) // 4):
        return _encoded(row)
    if set(map(type, new)) != {str} or not "".join(new).isascii():
        return _encoded(row)
    ends = np.cumsum(before.lengths, dtype=np.int64)
    starts = ends[at] - before.lengths[at]
    pieces, done = [], 0
    for start, end, text in zip(starts.tolist(), ends[at].tolist(), new, strict=True):
        pieces += [before.text[done:start], _as_bytes(text)]
        done = end
    lengths = before.lengths.copy()
    lengths[at] = list(map(len, new))
    return _Text(row.copy(), lengths, np.concatenate([*pieces, before.text[done:]]), None, ascii=True)


def _strings(count: int, lengths: Any, text: Any, kinds: Any) -> list[Any]:
    expected = ((lengths, "i4"), (text, "u1"), *(() if kinds is None else ((kinds, "u1"),)))
    if any(type(a) is not np.ndarray or a.ndim != 1 or a.dtype.str[1:] != kind for a, kind in expected):
        raise TypeError("not a row of strings")
    if len(lengths) != count or (kinds is not None and len(kinds) != count) or (count and int(lengths.min()) < 0):
        raise ValueError("lengths")
    whole = str(text.data, "utf-8", "surrogatepass")
    ends = list(accumulate(lengths.tolist(), initial=0))
    if ends[-1] != len(whole):
        raise ValueError("lengths")
    items: list[Any] = [whole[a:b] for a, b in pairwise(ends)]
    if kinds is not None:
        others = {_NONE: None, _NAN: _THE_NAN}
        for at in np.flatnonzero(kinds).tolist():
            items[at] = others[int(kinds[at])]
    return items


def _as_bytes(text: str) -> Any:
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)


class _Pointers:
    """Exposes an object array to numpy as the addresses that it holds."""

    def __init__(self, row: Any) -> None:
        self.row = row
        data = row.__array_interface__["data"][0]
        self.__array_interface__ = {"data": (data, True), "typestr": "<i8", "shape": row.shape, "version": 3}


def _pointers(row: Any) -> Any:
    return np.asarray(_Pointers(row))


def _address(row: Any) -> int:
    return int(row.__array_interface__["data"][0])


def _owner(row: Any) -> Any:
    owner = row
    while type(owner.base) is np.ndarray:
        owner = owner.base
    return owner
