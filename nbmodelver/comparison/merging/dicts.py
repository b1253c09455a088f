"""Merges of plain dicts, key by key. A nested dict, array or table is merged inside; a list is taken as a whole."""

from __future__ import annotations

from itertools import chain
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.merging.merge import ABSENT, MOST_SHOWN, MergedInside, MergeSides, merge_inside, text_of
from nbmodelver.errors import NotMergeable
from nbmodelver.kinds.jsonable import short
from nbmodelver.kinds.names import class_name
from nbmodelver.kinds.static import mro, root_of
from nbmodelver.model import CellConflict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.comparison.merging.merge import MergeOptions

SCALARS = (int, float, bool, complex, str, bytes, type(None))
IMMUTABLE = frozenset({"datetime", "pathlib", "decimal", "fractions", "uuid", "zoneinfo"})
"""Libraries whose values may be in a dict several times: they cannot change."""
MEMBERS = (list, tuple, set, frozenset)


def merge(sides: MergeSides, options: MergeOptions) -> MergedInside:
    """Merge two dicts. Raises NotMergeable for keys of user classes, and if a dict holds one object several times."""
    for side, value in (("ours", sides.ours), ("theirs", sides.theirs)):
        repeated = _repeated(value)
        if repeated:
            raise NotMergeable(f"in {side} it holds the same {repeated} in several places")
    work = _DictMerge(options)
    other = sides.other if type(sides.other) is dict else {}
    value = work.merged("", sides.base, sides.ours, sides.theirs, other)
    return MergedInside(
        value,
        tuple(work.from_ours),
        tuple(work.from_theirs),
        tuple(work.conflicts[:MOST_SHOWN]),
        work.conflict_count,
        work.unresolved,
    )


class _DictMerge:
    """One merge, with what came from where."""

    def __init__(self, options: MergeOptions) -> None:
        self._options = options
        self.from_ours: list[str] = []
        self.from_theirs: list[str] = []
        self.conflicts: list[CellConflict] = []
        self.conflict_count = 0
        self.unresolved = 0

    def merged(
        self, path: str, base: dict[Any, Any], ours: dict[Any, Any], theirs: dict[Any, Any], other: dict[Any, Any]
    ) -> dict[Any, Any]:
        """Return a new dict. The order of the keys is that of the side that changed it, ours first."""
        odd = next((k for k in chain(base, ours, theirs, other) if not is_plain_key(k)), ABSENT)
        if odd is not ABSENT:
            raise NotMergeable(f"a key is a {class_name(type(odd))}")
        sides = (theirs, ours) if list(ours) == list(base) else (ours, theirs)
        result = {}
        for key in dict.fromkeys(chain(*sides, base)):
            values = [side.get(key, ABSENT) for side in (base, ours, theirs, other)]
            picked = self._picked(_inner(path, key), MergeSides(*values))
            if picked is not ABSENT:
                result[key] = picked
        return result

    def _picked(self, path: str, sides: MergeSides) -> Any:
        base, ours, theirs = sides.base, sides.ours, sides.theirs
        if self._same(ours, theirs):
            return ours
        if self._same(theirs, base):
            self.from_ours.append(_entry(path, ours))
            return ours
        if self._same(ours, base):
            self.from_theirs.append(_entry(path, theirs))
            return theirs
        if type(ours) is dict and type(theirs) is dict and (base is ABSENT or type(base) is dict):
            old, other = (side if type(side) is dict else {} for side in (base, sides.other))
            return self.merged(path, old, ours, theirs, other)
        if all(value is not ABSENT for value in (base, ours, theirs)):
            try:
                return self._inside(path, merge_inside(sides, self._options))
            except NotMergeable:
                pass  # The value is a conflict as a whole.
        return self._decided(path, sides)

    def _inside(self, path: str, found: MergedInside) -> Any:
        self.from_ours += [f"{path} ({item})" for item in found.from_ours]
        self.from_theirs += [f"{path} ({item})" for item in found.from_theirs]
        self.conflicts += [CellConflict(f"{path} {c.place}", c.base, c.ours, c.theirs) for c in found.conflicts]
        self.conflict_count += found.conflict_count
        self.unresolved += found.unresolved
        return found.value

    def _decided(self, path: str, sides: MergeSides) -> Any:
        """Count the conflict, and return the value of the preferred side."""
        texts = ["absent" if v is ABSENT else text_of(short(v)) for v in (sides.base, sides.ours, sides.theirs)]
        self.conflicts.append(CellConflict(path, *texts))
        self.conflict_count += 1
        prefer = self._options.prefer
        if not prefer or (prefer == "other" and sides.other is ABSENT):
            self.unresolved += 1
            return sides.ours
        return getattr(sides, prefer)

    def _same(self, a: Any, b: Any) -> bool:
        return same_value(a, b, self._options)


def same_value(a: Any, b: Any, options: MergeOptions) -> bool:
    """Return True if two values have one type and are equal. NaN equals NaN, and 0.0 differs from -0.0.

    Containers and scalars of Python are compared here, all other objects by `options.same`. No method of a user's class
    is called.
    """
    if a is ABSENT or b is ABSENT or type(a) is not type(b):
        return a is b
    cls = type(a)
    if cls is float or cls is complex:
        return repr(a) == repr(b)
    if cls in SCALARS:
        return bool(a == b)
    if cls is list or cls is tuple:
        return len(a) == len(b) and all(same_value(x, y, options) for x, y in zip(a, b, strict=True))
    if cls is dict and all(map(is_plain_key, chain(a, b))):
        return a.keys() == b.keys() and all(same_value(a[k], b[k], options) for k in a)
    if (cls is set or cls is frozenset) and all(map(is_plain_key, chain(a, b))):
        return bool(a == b)
    return options.same(a, b)


def is_plain_key(key: Any) -> bool:
    """True for a scalar, or a tuple or frozenset of scalars: its hash runs no code of a user class.

    False for NaN, which no other NaN equals as a key.
    """
    cls = type(key)
    if cls is float or cls is complex:
        return bool(key == key)  # noqa: PLR0124  # NaN
    return cls in SCALARS or ((cls is tuple or cls is frozenset) and all(map(is_plain_key, key)))


def _repeated(value: Any) -> str:
    """The class of an object that can change and that a value holds in several places, "" if there is none."""
    seen: dict[int, Any] = {}
    queue: list[Any] = [value]
    while queue:
        at = queue.pop()
        cls = type(at)
        if cls in SCALARS or _is_immutable(at):
            continue
        if cls is not tuple and cls is not frozenset:
            if id(at) in seen:
                return class_name(cls)
            seen[id(at)] = at
        queue += _members(at)
    return ""


def _members(value: Any) -> Iterable[Any]:
    if type(value) is dict:
        return value.values()
    return value if any(type(value) is cls for cls in MEMBERS) else ()


def _is_immutable(value: Any) -> bool:
    cls = type(value)
    if root_of(cls) in IMMUTABLE or cls is FunctionType or cls is BuiltinFunctionType:
        return True
    return any(base is type for base in mro(cls)) or (root_of(cls) == "numpy" and cls.__name__ != "ndarray")


def _inner(path: str, key: Any) -> str:
    if type(key) is str:
        return f"{path}.{key}" if path else key
    return f"{path}[{text_of(short(key))}]"


def _entry(path: str, value: Any) -> str:
    return f"{path} (removed)" if value is ABSENT else path
