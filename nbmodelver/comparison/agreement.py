"""How two values agree: bit for bit, within a tolerance, or not at all.

Values are compared by their content as pickle sees it, component by component, so that models and own classes need no
code here. Nothing of their own `__eq__` is called.
"""

from __future__ import annotations

import cmath
import datetime
import math
import types
from dataclasses import dataclass, field
from typing import Any

from nbmodelver.model.rerun import AGREED, Agreed

RELATIVE = {"float64": 1e-6, "float32": 1e-4, "float16": 1e-2}
"""Largest relative difference of numbers that count as numerically equal, by dtype; Python floats are float64."""

DEEPEST = 200
_PLAIN = (str, bytes, bytearray, bool, int, type(None), range, slice)
_DATES = (datetime.date, datetime.time, datetime.timedelta)
_ADDRESSES_FROM = 1 << 32
"""Whole numbers from here on can be addresses of objects."""

_BY_ADDRESS = ".['_parents']"
"""The attribute of transforms of matplotlib whose keys are addresses. In other dicts such numbers are data."""

_NAMED = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)


@dataclass
class _Agreeing:
    """One comparison. largest: the largest relative difference so far. agreed: the worst verdict so far."""

    largest: float = 0.0
    agreed: Agreed = "bit-identical"
    detail: str = ""
    seen: set[tuple[int, int]] = field(default_factory=set)
    held: list[Any] = field(default_factory=list)
    """Objects made while walking: their ids must not be given to others."""

    def worse(self, agreed: Agreed, detail: str) -> None:
        if AGREED.index(agreed) > AGREED.index(self.agreed):
            self.agreed, self.detail = agreed, detail


def agreement(one: Any, other: Any) -> tuple[Agreed, str]:
    """Return how a value of a re-run agrees with the recorded one, and a description of what differs. Never raises.

    one: the recorded value. other: that of the re-run. Numbers within RELATIVE are numerically equal.
    """
    walk = _Agreeing()
    try:
        _compare(walk, one, other, "", 0)
    except RecursionError:
        return "cannot tell", "the values are nested too deeply"
    except Exception as error:  # Classes of users and libraries may raise anything while they are taken apart.
        return "cannot tell", f"{type(error).__name__}: {error}"[:200]
    if walk.agreed == "numerically equal" and walk.largest:
        return walk.agreed, f"largest relative difference {walk.largest:.2g}"
    return walk.agreed, walk.detail


def _compare(walk: _Agreeing, one: Any, other: Any, path: str, depth: int) -> None:
    if walk.agreed == "different" or one is other:
        return
    if depth > DEEPEST:
        walk.worse("cannot tell", f"{path or 'the value'} is nested too deeply")
        return
    if _name(type(one)) != _name(type(other)):
        walk.worse("different", f"{_at(path)}{_name(type(one))} became {_name(type(other))}")
        return
    pair = (id(one), id(other))
    if pair in walk.seen:
        return
    walk.seen.add(pair)
    if isinstance(one, float | complex):
        _number(walk, one, other, path)
    elif isinstance(one, (*_PLAIN, set, frozenset)) and type(one).__module__ == "builtins":
        if one != other:
            walk.worse("different", f"{_at(path)}{_short(one)} became {_short(other)}")
    elif isinstance(one, _DATES) and type(one).__module__ == "datetime":
        if one != other:
            walk.worse("different", f"{_at(path)}{one} became {other}")
    elif isinstance(one, _NAMED):
        _code(walk, one, other, path)
    elif not (_contained(walk, one, other, path, depth) or _known(walk, one, other, path, depth)):
        _reduced(walk, one, other, path, depth)


def _contained(walk: _Agreeing, one: Any, other: Any, path: str, depth: int) -> bool:
    """Compare lists, tuples and dicts item by item. Returns False for other values."""
    if type(one) in (list, tuple):
        _sequence(walk, one, other, path, depth)
    elif type(one) is dict:
        _mapping(walk, one, other, path, depth)
    else:
        return False
    return True


def _code(walk: _Agreeing, one: Any, other: Any, path: str) -> None:
    """Compare modules, classes and functions by their names, and functions by their code too."""
    if one.__name__ != other.__name__ or getattr(one, "__qualname__", "") != getattr(other, "__qualname__", ""):
        walk.worse("different", f"{_at(path)}{one.__name__} became {other.__name__}")
    elif isinstance(one, types.FunctionType) and one.__code__.co_code != other.__code__.co_code:
        walk.worse("different", f"{_at(path)}the code of {one.__name__}")


def _number(walk: _Agreeing, one: complex, other: complex, path: str) -> None:
    if one == other or (cmath.isnan(one) and cmath.isnan(other)):
        return
    difference = abs(one - other) / max(abs(one), abs(other)) if cmath.isfinite(one - other) else math.inf
    _step(walk, difference, RELATIVE["float64"], f"{_at(path)}{one:.10g} became {other:.10g}")


def _step(walk: _Agreeing, difference: float, tolerance: float, said: str) -> None:
    walk.largest = max(walk.largest, difference)
    walk.worse("numerically equal" if difference <= tolerance else "different", said)


def _sequence(walk: _Agreeing, one: Any, other: Any, path: str, depth: int) -> None:
    if len(one) != len(other):
        walk.worse("different", f"{_at(path)}{len(one)} items became {len(other)}")
        return
    for at, (a, b) in enumerate(zip(one, other, strict=True)):
        _compare(walk, a, b, f"{path}[{at}]", depth + 1)


def _mapping(walk: _Agreeing, one: dict[Any, Any], other: dict[Any, Any], path: str, depth: int) -> None:
    if list(one) != list(other) and set(one) != set(other):
        if path.endswith(_BY_ADDRESS) and _are_addresses(one) and _are_addresses(other):
            _sequence(walk, _held(walk, list(one.values())), _held(walk, list(other.values())), path, depth)
            return
        if _are_told_apart(one) and _are_told_apart(other):
            _sequence(walk, _held(walk, list(one.items())), _held(walk, list(other.items())), path, depth)
            return
        keys = ", ".join(sorted(map(_short, one.keys() ^ other.keys()))[:3])
        walk.worse("different", f"{_at(path)}other keys: {keys}")
        return
    if list(one) != list(other):
        walk.worse("numerically equal", f"{_at(path)}keys in another order")
    for key, value in one.items():
        _compare(walk, value, other[key], f"{path}[{_short(key)}]", depth + 1)


def _are_addresses(mapping: dict[Any, Any]) -> bool:
    """True if all keys can be addresses. Another process has others."""
    return all(type(key) is int and key >= _ADDRESSES_FROM for key in mapping)


def _are_told_apart(mapping: dict[Any, Any]) -> bool:
    """True if no two keys can be equal, because they are equal to themselves only, as the axes of a figure."""
    return all(getattr(type(key), "__hash__", None) is object.__hash__ for key in mapping)


def _known(walk: _Agreeing, one: Any, other: Any, path: str, depth: int) -> bool:
    """Compare arrays, tables and tensors column by column. Returns False for other values."""
    module = type(one).__module__.partition(".")[0]
    if type(one).__module__.startswith("numpy.random"):
        states = [_random_state(generator) for generator in (one, other)]
        if None not in states:
            _compare(walk, _held(walk, states[0]), _held(walk, states[1]), path, depth + 1)
            return True
    if module == "numpy" and hasattr(one, "dtype"):
        _arrays(walk, one, other, path, depth)
    elif module == "torch" and hasattr(one, "detach"):
        _compare(walk, _held(walk, one.detach().cpu().numpy()), _held(walk, other.detach().cpu().numpy()), path, depth)
    elif module == "pandas" and hasattr(one, "columns"):
        _table(walk, one, other, path, depth)
    elif module == "pandas" and hasattr(one, "to_numpy") and hasattr(one, "dtype"):
        _series(walk, one, other, path, depth)
    elif module == "polars" and hasattr(one, "get_columns"):
        _compare(
            walk, _held(walk, one.to_dict(as_series=False)), _held(walk, other.to_dict(as_series=False)), path, depth
        )
    else:
        return False
    return True


def _random_state(generator: Any) -> Any:
    """Return what decides the next draws of a generator; None for another object. The seed is not part of it."""
    if hasattr(generator, "get_state"):
        return generator.get_state(legacy=False)
    bits = getattr(generator, "bit_generator", generator)
    return getattr(bits, "state", None)


def _arrays(walk: _Agreeing, one: Any, other: Any, path: str, depth: int) -> None:
    import numpy as np

    if one.dtype != other.dtype or np.shape(one) != np.shape(other):
        walk.worse(
            "different", f"{_at(path)}{one.dtype}{list(np.shape(one))} became {other.dtype}{list(np.shape(other))}"
        )
    elif one.dtype.names:
        for name in one.dtype.names:
            _compare(walk, _held(walk, one[name]), _held(walk, other[name]), f"{path}[{name!r}]", depth + 1)
    elif one.dtype.kind == "O":
        _sequence(walk, _held(walk, np.ravel(one).tolist()), _held(walk, np.ravel(other).tolist()), path, depth)
    elif one.dtype.kind in "fc":
        a, b = np.asarray(one), np.asarray(other)
        differs = ~((a == b) | (np.isnan(a) & np.isnan(b)))
        if differs.any():
            with np.errstate(all="ignore"):
                steps = np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))
            largest = float(np.nan_to_num(steps[differs], nan=np.inf).max())
            said = (
                f"{_at(path)}{int(differs.sum())} of {differs.size} numbers, largest relative difference {largest:.2g}"
            )
            _step(walk, largest, RELATIVE.get(str(one.dtype), RELATIVE["float64"]), said)
    else:
        differs = np.asarray(one != other)
        if differs.any():
            walk.worse("different", f"{_at(path)}{int(differs.sum())} of {differs.size} elements")


def _table(walk: _Agreeing, one: Any, other: Any, path: str, depth: int) -> None:
    if one.shape != other.shape or list(one.columns) != list(other.columns):
        shapes = " became ".join(f"{rows} x {columns}" for rows, columns in (one.shape, other.shape))
        walk.worse("different", f"{_at(path)}{shapes if one.shape != other.shape else 'other columns'}")
        return
    _series(walk, one.index, other.index, f"{path} index", depth + 1)
    for at, name in enumerate(one.columns):
        _series(walk, one.iloc[:, at], other.iloc[:, at], f"{path}[{_short(name)}]", depth + 1)


def _series(walk: _Agreeing, one: Any, other: Any, path: str, depth: int) -> None:
    if one.dtype != other.dtype or len(one) != len(other):
        walk.worse("different", f"{_at(path)}{one.dtype}[{len(one)}] became {other.dtype}[{len(other)}]")
    elif one.equals(other):
        pass
    elif hasattr(one.dtype, "kind") and one.dtype.kind == "f":
        _compare(walk, _held(walk, one.to_numpy("float64")), _held(walk, other.to_numpy("float64")), path, depth + 1)
    else:
        _sequence(walk, _held(walk, one.tolist()), _held(walk, other.tolist()), path, depth + 1)
    if hasattr(one, "index") and not callable(one.index):
        _series(walk, one.index, other.index, f"{path} index", depth + 1)


def _reduced(walk: _Agreeing, one: Any, other: Any, path: str, depth: int) -> None:
    """Compare two objects by what pickle would keep of them: constructor, arguments, state and items."""
    made, remade = _held(walk, one.__reduce_ex__(4)), _held(walk, other.__reduce_ex__(4))
    if isinstance(made, str) or isinstance(remade, str):
        if made != remade:
            walk.worse("different", f"{_at(path)}{made} became {remade}")
        return
    padded = [(*parts, None, None, None, None)[:5] for parts in (made, remade)]
    for at, (a, b) in enumerate(zip(*padded, strict=True)):
        parts = (a, b) if at <= 2 or a is None or b is None else (_held(walk, list(a)), _held(walk, list(b)))
        _compare(walk, *parts, path if at != 2 else f"{path}.", depth + 1)


def _held(walk: _Agreeing, made: Any) -> Any:
    walk.held.append(made)
    return made


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _at(path: str) -> str:
    return f"{path.replace('.[', '[')}: " if path else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
