"""Whether two worlds are alike: values, exact types, and who shares what with whom.

`alike(got, want)` walks two namespaces side by side and lists every difference, each with its path. Every mutable
object of one side must meet exactly one object of the other, whatever name leads there; arrays must overlap where the
others overlap; classes and functions written in a notebook are compared by what they are made of. It knows nothing of
nbmodelver, so that it cannot share its mistakes.
"""

from __future__ import annotations

import collections
import contextlib
import enum
import functools
import logging
import random
import struct
import sys
import types
import weakref
from typing import Any

import numpy as np

from tests.fidelity import alike_data

MAX_DIFFERENCES = 12
_EQUAL = (int, bool, str, bytes, bytearray, range, type(None), type(...), type(NotImplemented))
_NOT_THE_CLASS_ITSELF = {
    "__dict__", "__weakref__", "_abc_impl", "__module__", "__doc__", "__annotations__", "__abstractmethods__",
    "__subclasshook__", "__match_args__", "_member_map_", "_value2member_map_", "__new__", "_new_member_",
    "_unhashable_values_", "_hashable_values_", "__signature__", "__slotnames__", "__firstlineno__",
}  # fmt: skip
_SHARED_BY_ALL = (type, types.ModuleType, types.BuiltinFunctionType, types.CodeType, types.MethodDescriptorType)


class Walk:
    """One comparison under way."""

    def __init__(self, got: dict[str, Any], want: dict[str, Any]) -> None:
        self.got_globals, self.want_globals = got, want
        self.differences: list[str] = []
        self.to_got: dict[int, int] = {}
        self.to_want: dict[int, int] = {}
        self.seen: set[tuple[int, int]] = set()
        self.alive: list[Any] = []
        self.arrays: list[tuple[str, Any, Any]] = []

    def say(self, path: str, what: str) -> bool:
        """A difference."""
        if len(self.differences) < MAX_DIFFERENCES:
            self.differences.append(f"{path}: {what}")
        return False

    def same(self, path: str, got: Any, want: Any) -> bool:
        """Compare two values that decide by `==` and type alone."""
        if type(got) is not type(want) or not bool(got == want):
            return self.say(path, f"{_short(got)} where {_short(want)} was")
        return True

    def walk(self, path: str, got: Any, want: Any) -> bool:
        """Compare two values and everything below them."""
        if len(self.differences) >= MAX_DIFFERENCES:
            return False
        if isinstance(want, type):
            return self.classes(path, got, want)
        if not self.types(path, got, want):
            return False
        kind = type(want)
        if kind in (float, complex) or (kind in _EQUAL and kind is not bytearray):
            return self.scalars(path, got, want)
        if isinstance(want, _SHARED_BY_ALL) and not isinstance(want, types.CodeType):
            return True if got is want or kind is types.BuiltinFunctionType else self.say(path, "another object")
        return self.pair(path, got, want)

    def pair(self, path: str, got: Any, want: Any) -> bool:
        """Compare objects once, and hold every later meeting against the first."""
        self.alive += (got, want)
        if identity_matters(want):
            known, back = self.to_got.get(id(want)), self.to_want.get(id(got))
            if known is not None or back is not None:
                if known == id(got) and back == id(want):
                    return True
                return self.say(path, "shared otherwise than it was" if known is None else "no longer shared")
            self.to_got[id(want)], self.to_want[id(got)] = id(got), id(want)
        elif (id(got), id(want)) in self.seen:
            return True
        self.seen.add((id(got), id(want)))
        return self.inside(path, got, want)

    def inside(self, path: str, got: Any, want: Any) -> bool:
        """Compare what two objects of one type are made of."""
        kind = type(want)
        if kind.__module__.startswith("pandas."):  # Its scalars are dates of the standard library as well.
            data = alike_data.find(kind)
            if data is not None:
                return bool(data(self, path, got, want))
        for known, compare in _TABLE:
            if issubclass(kind, known):
                return bool(compare(self, path, got, want))
        data = alike_data.find(kind)
        if data is not None:
            return bool(data(self, path, got, want))
        return self.objects(path, got, want)

    # -- the kinds

    def types(self, path: str, got: Any, want: Any) -> bool:
        a, b = type(got), type(want)
        if a is b:
            return True
        if _is_notebooks(b) and _is_notebooks(a):
            return self.classes(f"type({path})", a, b)
        return self.say(path, f"a {a.__module__}.{a.__qualname__} where a {b.__module__}.{b.__qualname__} was")

    def scalars(self, path: str, got: Any, want: Any) -> bool:
        if isinstance(want, float):
            return self.same(path, struct.pack("<d", got), struct.pack("<d", want))
        if isinstance(want, complex):
            bits = (struct.pack("<dd", v.real, v.imag) for v in (got, want))
            return self.same(path, *bits)
        return self.same(path, got, want)

    def sequences(self, path: str, got: Any, want: Any) -> bool:
        got, want = list(got), list(want)
        if len(got) != len(want):
            return self.say(path, f"{len(got)} members where {len(want)} were")
        return all([self.walk(f"{path}[{at}]", a, b) for at, (a, b) in enumerate(zip(got, want, strict=True))])

    def lists(self, path: str, got: Any, want: Any) -> bool:
        base = list if isinstance(want, list) else tuple
        return self.sequences(path, base.__iter__(got), base.__iter__(want)) and self.attributes(path, got, want)

    def deques(self, path: str, got: Any, want: Any) -> bool:
        return self.same(f"{path}.maxlen", got.maxlen, want.maxlen) and self.sequences(path, got, want)

    def sets(self, path: str, got: Any, want: Any) -> bool:
        if len(got) != len(want):
            return self.say(path, f"{len(got)} members where {len(want)} were")
        left = list(got)
        for member in want:
            at = next((i for i, other in enumerate(left) if self.trial(other, member)), None)
            if at is None:
                return self.say(path, f"nothing like {_short(member)}")
            self.walk(f"{path}{{}}", left.pop(at), member)
        return self.attributes(path, got, want)

    def trial(self, got: Any, want: Any) -> bool:
        """True when the two would be alike; leaves nothing behind."""
        before = (list(self.differences), dict(self.to_got), dict(self.to_want), set(self.seen), list(self.arrays))
        result = self.walk("", got, want) and self.differences == before[0]
        self.differences, self.to_got, self.to_want, self.seen, self.arrays = before
        return result

    def dicts(self, path: str, got: Any, want: Any) -> bool:
        items = collections.OrderedDict.items if isinstance(want, collections.OrderedDict) else dict.items
        a, b = list(items(got)), list(items(want))
        if len(a) != len(b):
            missing = [str(_short(k)) for k, _ in b if not any(k is j or _equal(k, j) for j, _ in a)]
            return self.say(path, f"{len(a)} items where {len(b)} were; missing {missing[:5]}")
        if isinstance(want, collections.defaultdict):
            self.walk(f"{path}.default_factory", got.default_factory, want.default_factory)
        for (got_key, got_item), (want_key, want_item) in zip(a, b, strict=True):
            if self.walk(f"{path}.key", got_key, want_key):
                self.walk(f"{path}[{_short(want_key)}]", got_item, want_item)
        return self.attributes(path, got, want)

    def functions(self, path: str, got: Any, want: Any) -> bool:
        if got is want:
            return True
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            self.same(f"{path}.{name}", getattr(got, name), getattr(want, name))
        for name in ("__code__", "__defaults__", "__kwdefaults__", "__dict__"):
            self.walk(f"{path}.{name}", getattr(got, name), getattr(want, name))
        self.dicts(f"{path}.__annotations__", got.__annotations__, want.__annotations__)
        if want.__globals__ is self.want_globals and got.__globals__ is not self.got_globals:
            self.say(f"{path}.__globals__", "not the live namespace")
        return self.sequences(f"{path}.<closure>", got.__closure__ or (), want.__closure__ or ())

    def cells(self, path: str, got: Any, want: Any) -> bool:
        contents = []
        for cell in (got, want):
            with contextlib.suppress(ValueError):
                contents.append((cell.cell_contents,))
                continue
            contents.append(())
        return self.sequences(path, *contents)

    def codes(self, path: str, got: Any, want: Any) -> bool:
        for name in ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags", "co_argcount",
                     "co_kwonlyargcount", "co_posonlyargcount", "co_name", "co_qualname", "co_exceptiontable"):  # fmt: skip
            if not self.same(f"{path}.{name}", getattr(got, name), getattr(want, name)):
                return False
        return self.sequences(f"{path}.co_consts", got.co_consts, want.co_consts)

    def classes(self, path: str, got: Any, want: Any) -> bool:
        if got is want:
            return True
        if not (isinstance(got, type) and _is_notebooks(got) and _is_notebooks(want)):
            return self.say(path, f"{got!r} where {want!r} was")
        if not self.types(f"{path}.__class__", got, want):
            return False
        known, back = self.to_got.get(id(want)), self.to_want.get(id(got))
        if known is not None or back is not None:
            ok = known == id(got) and back == id(want)
            return ok or self.say(path, f"two classes where one was ({want.__qualname__})")
        self.to_got[id(want)], self.to_want[id(got)] = id(got), id(want)
        self.alive += (got, want)
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            self.walk(f"{path}.{name}", getattr(got, name), getattr(want, name))
        self.sequences(f"{path}.__bases__", got.__bases__, want.__bases__)
        self.same(f"{path}.abstract", *(sorted(getattr(c, "__abstractmethods__", ())) for c in (got, want)))
        return self.members(path, _members(got), _members(want))

    def members(self, path: str, got: dict[str, Any], want: dict[str, Any]) -> bool:
        if list(got) != list(want) and sorted(got) != sorted(want):
            return self.say(path, f"members {sorted(set(got) ^ set(want))} on one side only")
        return all([self.walk(f"{path}.{name}", got[name], want[name]) for name in want])

    def exceptions(self, path: str, got: Any, want: Any) -> bool:
        for name in ("args", "__cause__", "__context__", "__suppress_context__"):
            self.walk(f"{path}.{name}", getattr(got, name), getattr(want, name))
        return self.attributes(path, got, want)

    def members_of_enums(self, path: str, got: Any, want: Any) -> bool:
        return self.same(f"{path}.name", got.name, want.name) and self.walk(f"{path}.value", got.value, want.value)

    def parts(self, *names: str) -> Any:
        return names

    def attributes(self, path: str, got: Any, want: Any) -> bool:
        """Compare instance dicts and slots."""
        a, b = getattr(got, "__dict__", None), getattr(want, "__dict__", None)
        if isinstance(b, dict):
            if not isinstance(a, dict) or set(a) != set(b):
                return self.say(path, f"attributes {sorted(map(str, set(a or ()) ^ set(b)))} on one side only")
            for name in b:
                self.walk(f"{path}.{name}", a[name], b[name])
        for name in _slots(type(want)):
            values = [_slot(side, name) for side in (got, want)]
            self.sequences(f"{path}.{name}", *values)
        return True

    def objects(self, path: str, got: Any, want: Any) -> bool:
        """Any other object: attributes; for one with pickling of its own also what that says."""
        kind = type(want)
        own = kind.__reduce_ex__ is not object.__reduce_ex__ or kind.__reduce__ is not object.__reduce__
        own = own or getattr(kind, "__getstate__", None) is not getattr(object, "__getstate__", None)
        if not own and (hasattr(want, "__dict__") or _slots(kind)):
            return self.attributes(path, got, want)
        try:
            taken = [side.__reduce_ex__(4) for side in (got, want)]
        except (TypeError, NotImplementedError):
            return self.attributes(path, got, want)
        self.alive += taken
        if isinstance(taken[1], str):
            return True if got is want else self.same(path, *taken)
        made = [[list(x) if n in (3, 4) and x is not None else x for n, x in enumerate(t)] for t in taken]
        self.alive += made
        return self.sequences(f"{path}<reduced>", *made)

    def weakrefs(self, path: str, got: Any, want: Any) -> bool:
        return self.walk(f"{path}()", got(), want())

    def finish(self) -> list[str]:
        """What is left to compare when everything was met: which arrays overlap."""
        alike_data.overlaps(self)
        return self.differences


def alike(got: dict[str, Any], want: dict[str, Any], names: list[str] | None = None) -> list[str]:
    """Every difference between two namespaces (the values under `names`), [] when there is none."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    try:
        return _alike(Walk(got, want), got, want, names)
    finally:
        sys.setrecursionlimit(limit)


def _alike(walk: Walk, got: dict[str, Any], want: dict[str, Any], names: list[str] | None) -> list[str]:
    for name in names if names is not None else list(want):
        if name not in got:
            walk.say(name, "is missing")
            continue
        walk.walk(name, got[name], want[name])
    return walk.finish()


def identity_matters(value: Any) -> bool:
    """True for objects of which a program can tell one from another of equal content."""
    kind = type(value)
    if kind in (tuple, frozenset, types.CodeType, types.MethodType, property, staticmethod, classmethod):
        return False
    if isinstance(value, enum.Enum) or kind.__module__ in (
        "datetime",
        "decimal",
        "fractions",
        "uuid",
        "re",
        "operator",
    ):
        return False
    if kind.__module__.startswith(("pathlib", "zoneinfo", "types", "typing", "_operator", "ipaddress")):
        return kind is types.SimpleNamespace
    return alike_data.identity_matters(value)


def _is_notebooks(cls: type) -> bool:
    """True for classes made in a notebook, which the two sides each have their own of."""
    if cls.__module__ == "__main__":
        return True
    module = sys.modules.get(cls.__module__)
    return getattr(module, cls.__qualname__.partition(".")[0], None) is None and not hasattr(module, cls.__name__)


def _members(cls: type) -> dict[str, Any]:
    left_out = _NOT_THE_CLASS_ITSELF | set(_slots(cls))
    found = {n: m for n, m in vars(cls).items() if n not in left_out}
    notes = vars(cls).get("__annotations__")
    return {**found, "__annotations__": dict(notes)} if notes else found


def _slots(cls: type) -> list[str]:
    return [
        name
        for base in cls.__mro__
        for name, member in vars(base).items()
        if isinstance(member, types.MemberDescriptorType) and _has_slots(base)
    ]


def _has_slots(base: type) -> bool:
    return "__slots__" in vars(base)


def _slot(value: Any, name: str) -> tuple[Any, ...]:
    try:
        return (getattr(value, name),)
    except AttributeError:
        return ()


def _equal(a: Any, b: Any) -> bool:
    try:
        return bool(a == b)
    except Exception:
        return False


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}: {error}>"
    return text if len(text) < 90 else f"{text[:87]}..."


def _by(*names: str) -> Any:
    def compare(walk: Walk, path: str, got: Any, want: Any) -> bool:
        pairs = [(n, getattr(got, n), getattr(want, n)) for n in names]
        walk.alive += pairs
        return all([walk.walk(f"{path}.{n}", a, b) for n, a, b in pairs])

    return compare


def _by_call(name: str) -> Any:
    def compare(walk: Walk, path: str, got: Any, want: Any) -> bool:
        taken = [getattr(side, name)() for side in (got, want)]
        walk.alive += taken
        return walk.walk(f"{path}.{name}()", *taken)

    return compare


def _values(walk: Walk, path: str, got: Any, want: Any) -> bool:
    signals = type(want).__name__ == "Decimal" and want.is_snan()
    return (signals or walk.same(path, got, want)) and walk.same(f"repr({path})", repr(got), repr(want))


def _loggers(walk: Walk, path: str, got: Any, want: Any) -> bool:
    return got is want or walk.same(path, got.name, want.name)


def _modules_values() -> list[type]:
    import datetime
    import decimal
    import fractions
    import ipaddress
    import pathlib
    import re
    import uuid
    import zoneinfo

    return [
        *(datetime.date, datetime.time, datetime.timedelta, datetime.timezone, decimal.Decimal, fractions.Fraction),
        *(uuid.UUID, pathlib.PurePath, re.Pattern, zoneinfo.ZoneInfo, slice, bytearray),
        *(ipaddress.IPv4Address, ipaddress.IPv6Address),
    ]


_TABLE: list[tuple[type, Any]] = [
    (enum.Enum, Walk.members_of_enums),
    *((kind, _values) for kind in _modules_values()),
    *((kind, Walk.lists) for kind in (list, tuple)),
    *((kind, Walk.sets) for kind in (set, frozenset)),
    (dict, Walk.dicts),
    (collections.deque, Walk.deques),
    (types.FunctionType, Walk.functions),
    (types.CellType, Walk.cells),
    (types.CodeType, Walk.codes),
    (types.MethodType, _by("__func__", "__self__")),
    (property, _by("fget", "fset", "fdel", "__doc__")),
    (staticmethod, _by("__func__")),
    (classmethod, _by("__func__")),
    (functools.partial, _by("func", "args", "keywords", "__dict__")),
    (functools.partialmethod, _by("func", "args", "keywords")),
    (functools.cached_property, _by("func", "attrname")),
    (functools._lru_cache_wrapper, lambda w, p, g, t: w.walk(f"{p}.__wrapped__", g.__wrapped__, t.__wrapped__)),
    (weakref.ReferenceType, Walk.weakrefs),
    (BaseException, Walk.exceptions),
    (types.SimpleNamespace, _by("__dict__")),
    (random.Random, _by_call("getstate")),
    (logging.Logger, _loggers),
    (types.MappingProxyType, lambda w, p, g, t: w.dicts(p, dict(g), dict(t))),
    (np.random.Generator, _by("bit_generator")),
    (np.random.BitGenerator, _by("state")),
    (np.random.RandomState, lambda w, p, g, t: w.walk(p, g.get_state(legacy=False), t.get_state(legacy=False))),
]
