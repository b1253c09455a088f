"""Pickle reductions of notebook classes: first an empty class of the same shape, then its members.

Instances that occur meanwhile refer to the empty class, so a class may hold its own instances. Classes made by a
decorator or metaclass of the standard library (dataclasses, enumerations, named tuples, typed dicts, protocols) are
stored as its arguments and made by it again. The same class gives the same bytes.
"""

from __future__ import annotations

import abc
import enum
import sys
import types
import typing
from typing import Any

from nbmodelver.codecs import dataclass, rebuild

Reduced = tuple[Any, ...]

_MADE_BY_TYPE = {"__dict__", "__weakref__", "_abc_impl", "__slotnames__", "__firstlineno__"}
_IN_BODY = ("__module__", "__slots__", "__orig_bases__")


def reduce_class(cls: type) -> Reduced:
    """The pickle reduction of a notebook class."""
    if isinstance(cls, enum.EnumMeta):
        return _reduce_enumeration(cls)
    if typing.is_typeddict(cls):
        return _reduce_typed_dict(cls)
    if _is_named_tuple(cls):
        return _reduce_named_tuple(cls)
    return _reduce_plain(cls)


# Plain classes, dataclasses, protocols


def _reduce_plain(cls: type) -> Reduced:
    own = dict(vars(cls))
    body: dict[str, Any] = {name: own[name] for name in _IN_BODY if name in own}
    body["__qualname__"] = cls.__qualname__
    slots = {n for n, m in own.items() if isinstance(m, types.MemberDescriptorType) and m.__objclass__ is cls}
    if "__slots__" in body and not isinstance(body["__slots__"], (str, tuple, list)):
        body["__slots__"] = tuple(body["__slots__"])
    left_out = _MADE_BY_TYPE | body.keys() | slots
    state: dict[str, Any] = {}
    if dataclass.is_dataclass(cls):
        left_out |= dataclass.written_by_decorator(cls)
        state["dataclass"] = dataclass.spec(cls)
    if ordered := {n for n, m in own.items() if _is_of(m, "functools") and n in _ORDER}:
        left_out |= ordered
        state["ordered"] = True
    stubs = _stubs(cls, own) if typing.Protocol in cls.__bases__ else None
    if stubs is not None:
        left_out |= {n for n, m in own.items() if n in MADE_BY_PROTOCOL or _is_of(m, "typing")}
        if own.get("_is_runtime_protocol"):
            state["runtime"] = True
    state["members"] = _members(own, left_out)
    if registered := _registered(cls):
        state["registered"] = registered
    made_of = (_metaclass(cls), cls.__name__, cls.__bases__, body, *(() if stubs is None else (stubs,)))
    return rebuild.class_, made_of, state, None, None, rebuild.class_state


_ORDER = {"__lt__", "__le__", "__gt__", "__ge__"}
MADE_BY_PROTOCOL = {
    "_is_protocol", "_is_runtime_protocol", "__protocol_attrs__", "__callable_proto_members_only__",
    "__non_callable_proto_members__",
}  # fmt: skip


def _members(own: dict[str, Any], left_out: set[str]) -> dict[str, Any]:
    found = {name: member for name, member in own.items() if name not in left_out}
    if "__static_attributes__" in found:  # It is made from a set, so its order differs between processes.
        found["__static_attributes__"] = tuple(sorted(found["__static_attributes__"]))
    return found


def _is_of(member: Any, module: str) -> bool:
    """True for a function that a module of the standard library added to the class."""
    function = getattr(member, "__func__", member)
    return isinstance(function, types.FunctionType) and function.__globals__.get("__name__") == module


def _stubs(cls: type, own: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names that the metaclass of protocols reads: callable members, other members, annotations."""
    names = [n for n in own if n not in _MADE_BY_TYPE and n not in MADE_BY_PROTOCOL and not _is_of(own[n], "typing")]
    names = [n for n in names if not (n.startswith("__") and n.endswith("__")) or callable(own[n])]
    callables = tuple(n for n in names if callable(own[n]))
    return callables, tuple(n for n in names if n not in callables), tuple(own.get("__annotations__", ()))


def _metaclass(cls: type) -> Any:
    """The metaclass; None if the bases imply it, because its name may be private to a library."""
    kind = type(cls)
    if kind is type:
        return kind
    bases = types.resolve_bases(cls.__bases__)
    return None if types.prepare_class(cls.__name__, tuple(bases))[0] is kind else kind


def _registered(cls: type) -> list[type]:
    """Virtual subclasses of an abstract base class."""
    dump = getattr(sys.modules.get("_abc"), "_get_dump", None)  # No other interface exposes the registry.
    if dump is None or not isinstance(cls, abc.ABCMeta):
        return []
    found = [ref() for ref in dump(cls)[0]]
    return sorted((c for c in found if c is not None), key=lambda c: (c.__module__, c.__qualname__))


# Enumerations


def _reduce_enumeration(cls: Any) -> Reduced:
    """The reduction by the values of its members, plus attributes that its `__init__` or `__new__` set."""
    own = {name: {k: v for k, v in vars(m).items() if k not in _MADE_BY_ENUM} for name, m in cls.__members__.items()}
    values = {name: member.value for name, member in cls.__members__.items()}
    functions = {n: m for n, m in vars(cls).items() if n not in cls.__members__ and not _is_made_by_enum(n, m)}
    named = (cls.__name__, cls.__qualname__, cls.__module__)
    made_of = (named, _metaclass(cls), cls.__bases__, values, _boundary(cls))
    state = (_members(functions, _MADE_BY_TYPE), {name: given for name, given in own.items() if given})
    return rebuild.enumeration, made_of, state, None, None, rebuild.enumeration_state


_MADE_BY_ENUM = {"_value_", "_name_", "__objclass__", "_sort_order_", "_inverted_"}
_WRITTEN_BY_USERS = ("_missing_", "_generate_next_value_", "_numeric_repr_")


def _is_made_by_enum(name: str, member: Any) -> bool:
    """True for a member that the metaclass of enumerations adds to a class."""
    function = getattr(member, "__func__", member)
    if name in ("__module__", "__qualname__") or getattr(function, "__module__", None) == "enum":
        return True
    if name.startswith("_") and name.endswith("_") and not name.startswith("__"):
        return name not in _WRITTEN_BY_USERS
    return getattr(function, "__objclass__", None) is not None  # A copied method of a base such as `int`.


def _boundary(cls: Any) -> str | None:
    if not issubclass(cls, enum.Flag):
        return None
    default = getattr(cls.__bases__[-1], "_boundary_", None)
    boundary: Any = getattr(cls, "_boundary_", default)
    return None if boundary is default else str(boundary.name)


# Named tuples and typed dicts


def _is_named_tuple(cls: type) -> bool:
    own = vars(cls)
    return issubclass(cls, tuple) and cls.__bases__[0] is tuple and "_fields" in own and "_field_defaults" in own


def _reduce_named_tuple(cls: Any) -> Reduced:
    own = {n: m for n, m in vars(cls).items() if not _is_made_by_named_tuple(cls, n, m)}
    own["__qualname__"] = cls.__qualname__
    made_of = (cls.__name__, cls._fields, cls.__module__, cls.__bases__[1:])
    state = (tuple(cls._field_defaults.values()), _members(own, _MADE_BY_TYPE))
    return rebuild.named_tuple, made_of, state, None, None, rebuild.named_tuple_state


def _is_made_by_named_tuple(cls: Any, name: str, member: Any) -> bool:
    if name in ("_fields", "_field_defaults", "__slots__", "__match_args__", "__module__"):
        return True
    if name in cls._fields:
        return type(member).__module__ in ("collections", "_collections")
    function = getattr(member, "__func__", member)
    if not isinstance(function, types.FunctionType):
        return False
    return function.__globals__.get("__name__") in ("collections", f"namedtuple_{cls.__name__}")


def _reduce_typed_dict(cls: Any) -> Reduced:
    own = {n: m for n, m in vars(cls).items() if n not in ("__module__", "__new__", "__name__")}
    own["__qualname__"] = cls.__qualname__
    made_of = (cls.__name__, cls.__module__)
    return rebuild.typed_dict, made_of, _members(own, _MADE_BY_TYPE), None, None, rebuild.class_members
