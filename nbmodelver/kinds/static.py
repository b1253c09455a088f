"""Inspects a value without running any of its code (P11, see SECURITY.md).

It reads slots of `type` and instance dictionaries directly. It never calls a metaclass, a property, `__getattr__` or
`__class__` of a user class.
"""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MRO = type.__dict__["__mro__"]
_MODULE = type.__dict__["__module__"]
_QUALNAME = type.__dict__["__qualname__"]
_DICT = type.__dict__["__dict__"]


def mro(cls: type) -> tuple[type, ...]:
    """The method resolution order of `cls`."""
    found: tuple[type, ...] = _MRO.__get__(cls)
    return found


def module_of(cls: type) -> str:
    """The name of the module in which a class was defined; "" if it is not a string."""
    try:
        name = _MODULE.__get__(cls)
    except AttributeError:
        return ""
    return name if type(name) is str else ""


def qualname_of(cls: type) -> str:
    """The qualified name of the class."""
    name = _QUALNAME.__get__(cls)
    return name if type(name) is str else "?"


def root_of(cls: type) -> str:
    """The top-level package of a class: "sklearn"."""
    return module_of(cls).partition(".")[0]


def attribute_of(cls: type, name: str) -> Any:
    """The first class attribute of this name along the MRO, without calling a descriptor; None if there is none."""
    for base in mro(cls):
        if name in _DICT.__get__(base):
            return _DICT.__get__(base)[name]
    return None


def class_dict(cls: type) -> Mapping[str, Any]:
    """The attributes that the class itself defines, by name."""
    found: Mapping[str, Any] = _DICT.__get__(cls)
    return found


def defines(cls: type, name: str) -> bool:
    """True if the class or a base has an attribute of this name that is not None."""
    return attribute_of(cls, name) is not None


def instance_dict(value: Any) -> Mapping[str, Any]:
    """The instance attributes; empty if they cannot be read without running code."""
    slot = attribute_of(type(value), "__dict__")
    if not isinstance(slot, types.GetSetDescriptorType | types.MemberDescriptorType):
        return {}
    found = slot.__get__(value)
    return found if type(found) is dict else {}


def attribute(value: Any, name: str) -> Any:
    """The instance attribute `name`, from the dictionary or a slot; None if there is none."""
    held = instance_dict(value)
    if name in held:
        return held[name]
    slot = attribute_of(type(value), name)
    if not isinstance(slot, types.MemberDescriptorType):
        return None
    try:
        return slot.__get__(value)
    except AttributeError:
        return None


def parameters_of(cls: type) -> Iterator[str]:
    """Yield the named parameters of the constructor.

    While a constructor takes `**kwargs`, the parameters of the next constructor in the MRO follow.
    """
    seen = {"self"}
    for base in mro(cls):
        init = _DICT.__get__(base).get("__init__")
        code = getattr(_unwrapped(init), "__code__", None)
        if not isinstance(code, types.CodeType):
            continue
        for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
            if name not in seen:
                seen.add(name)
                yield name
        if not code.co_flags & inspect.CO_VARKEYWORDS:
            return


def _unwrapped(function: Any) -> Any:
    """The function under decorators that used functools.wraps (xgboost decorates its constructors)."""
    while isinstance(function, types.FunctionType) and "__wrapped__" in function.__dict__:
        function = function.__dict__["__wrapped__"]
    return function
