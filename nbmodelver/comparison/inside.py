"""Finds where two values differ: each place inside them, with its value before and after.

It reads containers, texts, bytes, arrays, configurations and attributes of objects, and calls no code of user classes.
"""

from __future__ import annotations

import time
from collections import deque
from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.configuration import settings_of
from nbmodelver.kinds.data import is_data, members_of
from nbmodelver.kinds.jsonable import scalar, short
from nbmodelver.kinds.libraries import library_of
from nbmodelver.kinds.static import instance_dict, module_of, mro, qualname_of, root_of
from nbmodelver.model import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbmodelver.model import Json

MOST_PLACES = 20
DEPTH = 8
FOR_S = 2.0
"""Time limit of the search in seconds; the places found until then are shown."""
AROUND, MOST_TEXT = 20, 60
STRETCH = 1_000
MOST_MATCHED = 400
"""Lists of different lengths are matched item by item only if their differing middle is at most this long."""
PLAIN = frozenset(map(id, (int, float, bool, complex, str, bytes, bytearray, type(None))))
Place = tuple[str, Any, Any, str]
"""Path, value before, value after, status."""


def rows_of(before: Any, after: Any) -> tuple[list[Row], str]:
    """A row for each of the first 20 places where the values differ, and a note about the remaining ones."""
    found = list(islice(_Comparison().places("", before, after), 10 * MOST_PLACES + 1))
    rows = [_row(*place) for place in found[:MOST_PLACES]]
    more = len(found) - MOST_PLACES
    over = "more than " if len(found) > 10 * MOST_PLACES else ""
    return rows, f"it differs in {over}{more:,} more places" if more > 0 else ""


def _row(path: str, before: Any, after: Any, status: str) -> Row:
    if status == "added":
        return Row((path, None, after, None), "added")
    if status == "removed":
        return Row((path, before, None, None), "removed")
    return Row((path or "value", before, after, None), "changed")


def around(before: str, after: str) -> tuple[str, str]:
    """Both texts, shortened to the first place where they differ.

    >>> around("a" * 100 + "b" + "c" * 100, "a" * 100 + "x" + "c" * 100)
    ('…aaaaaaaaaaaaaaaaaaaabcccccccccccccccccccc…', '…aaaaaaaaaaaaaaaaaaaaxcccccccccccccccccccc…')
    """
    if max(len(before), len(after)) <= MOST_TEXT:
        return before, after
    same = _common(before, after)
    end = _common(before[same:][::-1], after[same:][::-1])
    start = max(same - AROUND, 0)
    return _window(before, start, end), _window(after, start, end)


def _window(text: str, start: int, end: int) -> str:
    stop = min(max(len(text) - end + AROUND, start), start + MOST_TEXT, len(text))
    return f"{'…' if start else ''}{text[start:stop]}{'…' if stop < len(text) else ''}"


def _common(a: Sequence[Any], b: Sequence[Any]) -> int:
    """The length of the common prefix."""
    low, high = 0, min(len(a), len(b))
    while low < high:  # Slices are compared in C.
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class _Comparison:
    """One comparison, with the objects already compared and the time limit."""

    def __init__(self) -> None:
        self.seen: set[tuple[int, int]] = set()
        self.ends = time.monotonic() + FOR_S

    def places(self, path: str, a: Any, b: Any, depth: int = DEPTH) -> Iterator[Place]:
        """Yield the places where `a` and `b` differ, in order."""
        cls = type(a)
        if a is b or time.monotonic() > self.ends:
            return
        if cls is not type(b) and not _is_named_alike(cls, type(b)):
            yield path, _with_type(a), _with_type(b), "changed"
        elif id(cls) in PLAIN:
            yield from _plain(path, a, b)
        elif depth and (id(a), id(b)) not in self.seen:
            self.seen.add((id(a), id(b)))
            yield from self._inside(path, a, b, depth - 1)

    def _inside(self, path: str, a: Any, b: Any, depth: int) -> Iterator[Place]:
        cls = type(a)
        parts = getattr(library_of(cls), "parts", None)
        if parts is not None:
            yield from self.places(path, parts(a), parts(b), depth)
        elif _is_array(cls):
            yield from self._arrays(path, a, b, depth)
        elif any(cls is c for c in (list, tuple, deque)):
            yield from self._sequences(path, list(a), list(b), depth)
        elif cls is set or cls is frozenset:
            yield from _sets(path, a, b)
        else:
            yield from self._named(path, a, b, depth)

    def _sequences(self, path: str, a: list[Any], b: list[Any], depth: int) -> Iterator[Place]:
        if len(a) == len(b):
            for i in _unequal(a, b):
                yield from self.places(f"{path}[{i}]", a[i], b[i], depth)
            return
        for old, new in _stretches(a, b):
            pairs = min(len(old), len(new))
            for i, j in zip(old, new, strict=False):
                yield from self.places(f"{path}[{j}]", a[i], b[j], depth)
            yield from ((f"{path}[{i}]", _brief(a[i]), None, "removed") for i in old[pairs:])
            yield from ((f"{path}[{j}]", None, _brief(b[j]), "added") for j in new[pairs:])

    def _named(self, path: str, a: Any, b: Any, depth: int) -> Iterator[Place]:
        """Yield the places in dictionaries, configurations and objects with attributes."""
        old, new = members_of(a), members_of(b)
        if type(old) is dict and type(new) is dict:
            yield from self._mappings(path, old, new, depth, _key if is_data(a) or is_data(b) else _field)
            return
        fields = settings_of(a), settings_of(b)
        if fields[0] is None or fields[1] is None:
            written = scalar(a), scalar(b)
            if written[0] != written[1]:
                yield path, *written, "changed"
                return
            fields = instance_dict(a), instance_dict(b)
        yield from self._mappings(path, fields[0] or {}, fields[1] or {}, depth, _field)

    def _mappings(
        self, path: str, a: Mapping[Any, Any], b: Mapping[Any, Any], depth: int, named: Callable[[str, Any], str]
    ) -> Iterator[Place]:
        if not all(_is_hashable(k) for k in (*a, *b)):
            return
        for key in a:
            if key not in b:
                yield named(path, key), _brief(a[key]), None, "removed"
            else:
                yield from self.places(named(path, key), a[key], b[key], depth)
        yield from ((named(path, k), None, _brief(b[k]), "added") for k in b if k not in a)
        if list(a) != list(b) and a.keys() == b.keys():
            yield from _order(path, list(a), list(b))

    def _arrays(self, path: str, a: Any, b: Any, depth: int) -> Iterator[Place]:
        """Yield the elements that differ."""
        if a.shape != b.shape or a.dtype != b.dtype:
            shown = [f"{list(one.shape)} {one.dtype}" for one in (a, b)]
            yield f"{path} shape".lstrip(), shown[0], shown[1], "changed"
        elif a.dtype.kind == "O":
            yield from self._sequences(path, a.reshape(-1).tolist(), b.reshape(-1).tolist(), depth)
        else:
            yield from _elements(path, a, b)


def _is_named_alike(a: type, b: type) -> bool:
    """True for two classes of the notebook with the same name: one class that was loaded twice."""
    return (module_of(a), qualname_of(a)) == (module_of(b), qualname_of(b)) and id(a) not in PLAIN


def _stretches(a: list[Any], b: list[Any]) -> Iterator[tuple[range, range]]:
    """Yield the ranges that were replaced, in both lists."""
    old, new = _keys(a), _keys(b)
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    if not old or not new or max(len(old), len(new)) > MOST_MATCHED:
        yield range(first, first + len(old)), range(first, first + len(new))
        return
    for what, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield range(first + i, first + i_end), range(first + j, first + j_end)


def _plain(path: str, a: Any, b: Any) -> Iterator[Place]:
    if a == b or (a != a and b != b):  # noqa: PLR0124 (NaN)
        return
    if isinstance(a, str):
        yield path, *around(a, b), "changed"
    elif isinstance(a, bytes | bytearray):
        at = max(_common(a, b) - 8, 0)
        yield f"{path}[{_common(a, b)}]", str(bytes(a[at : at + 24])), str(bytes(b[at : at + 24])), "changed"
    else:
        yield path, scalar(a), scalar(b), "changed"


def _unequal(a: list[Any], b: list[Any]) -> Iterator[int]:
    """Yield indices where two lists of equal length may differ.

    Equal ranges of plain values are skipped by comparing slices.
    """
    for start in range(0, len(a), STRETCH):
        old, new = a[start : start + STRETCH], b[start : start + STRETCH]
        if not (_are_plain(old) and _are_plain(new) and old == new and [*map(type, old)] == [*map(type, new)]):
            yield from range(start, start + len(old))


def _are_plain(values: list[Any]) -> bool:
    return all(id(cls) in PLAIN for cls in {id(type(v)): type(v) for v in values}.values())


def _keys(values: list[Any]) -> list[Any]:
    """Comparable, hashable keys of members: plain members with their type, others by their short text."""
    return [(type(v).__name__, v) if id(type(v)) in PLAIN and type(v) is not bytearray else _print(v) for v in values]


def _print(value: Any) -> str:
    return f"{module_of(type(value))}.{qualname_of(type(value))} {short(value, 4)}"


def _sets(path: str, a: Any, b: Any) -> Iterator[Place]:
    """Yield removed and added members. Members with a hash method of a user class are skipped."""
    if all(_is_hashable(m) for m in (*a, *b)):
        yield from ((_key(path, m), None, None, "removed") for m in sorted(a - b, key=repr))
        yield from ((_key(path, m), None, None, "added") for m in sorted(b - a, key=repr))


def _is_hashable(value: Any) -> bool:
    plain = id(type(value)) in PLAIN
    return plain or (type(value) in (tuple, frozenset) and all(_is_hashable(v) for v in value))


def _order(path: str, a: list[Any], b: list[Any]) -> Iterator[Place]:
    at = _common(a, b)
    yield f"{path} order".lstrip(), _listed(a, at), _listed(b, at), "changed"


def _listed(keys: list[Any], at: int) -> str:
    return (
        ("… " if at else "") + ", ".join(str(scalar(k)) for k in keys[at : at + 5]) + (" …" if keys[at + 5 :] else "")
    )


def _key(path: str, key: Any) -> str:
    """The path of a member of a set, or of a key of a mapping."""
    text = repr(key) if len(repr(key)) <= MOST_TEXT else f"{repr(key)[: MOST_TEXT - 1]}…"
    return f"{path}[{text}]" if path else text


def _field(path: str, key: Any) -> str:
    if type(key) is str:
        return f"{path}.{key}" if path else key
    return f"{path}[{key!r}]" if path else str(scalar(key))


def _is_array(cls: type) -> bool:
    return any(module_of(b) == "numpy" and qualname_of(b) == "ndarray" for b in mro(cls))


def _elements(path: str, a: Any, b: Any) -> Iterator[Place]:
    """Yield the elements that differ in two arrays of equal shape. NaN equals NaN."""
    import numpy as np

    a, b = np.asarray(a), np.asarray(b)
    same = a == b
    if a.dtype.kind in "fcmM":
        same |= (a != a) & (b != b)  # noqa: PLR0124 (NaN)
    for place in np.argwhere(~same)[: 10 * MOST_PLACES + 1]:
        at = tuple(place.tolist())
        yield f"{path}[{', '.join(map(str, at))}]", scalar(a[at]), scalar(b[at]), "changed"


def _with_type(value: Any) -> Json:
    """The value, with its type if it could be confused with a value of another type."""
    return (
        f"{_brief(value)} ({type(value).__name__})" if id(type(value)) in PLAIN and value is not None else _brief(value)
    )


def _brief(value: Any) -> Json:
    """A short representation of a whole value."""
    if root_of(type(value)) == "numpy" and _is_array(type(value)):
        return f"array {list(value.shape)} {value.dtype}"
    found = short(value)
    return f"{found[:MOST_TEXT]}…" if isinstance(found, str) and len(found) > MOST_TEXT + 1 else found
