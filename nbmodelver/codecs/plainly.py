"""Classes whose instances pickle brings back without running a line of their code, so that no trial can fail.

Such a class says nothing about its making, its attributes or its pickling. Pickle makes an empty object and fills its
`__dict__`. The class itself is made again from functions and constants.
"""

from __future__ import annotations

import types
from typing import Any

from nbmodelver.codecs.definitions import NOTEBOOK

_SPEAKS = frozenset({
    "__new__", "__init_subclass__", "__slots__", "__class__", "__getattr__", "__getattribute__",
    "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__",
    "__eq__", "__hash__", "__set_name__", "__dataclass_fields__", "__attrs_attrs__",
})  # fmt: skip
"""Attributes by which a class has a say when an instance, or the class itself, is made again.

`__eq__` and `__hash__`: a key of a dictionary in a cycle is hashed before its attributes are there.
"""
_CONSTANTS = (str, bytes, int, float, complex, bool, type(None))
_CONTAINERS = (tuple, list, set, frozenset)
_BASES = ("sklearn.", "torch.nn.modules.module.")
"""Library classes, by how their names begin, that fill in the attributes of any subclass alike."""


def comes_back_plainly(cls: type) -> bool:
    """True when neither an instance nor the class runs code of its own while it is loaded.

    >>> class Trainer:
    ...     rate = 0.1
    ...     def fit(self): ...
    >>> Trainer.__module__ = "__main__"
    >>> comes_back_plainly(Trainer), comes_back_plainly(type("E", (Exception,), {}))
    (True, False)
    """
    try:
        return all(base is object or _is_known(base) or _is_silent(base) for base in cls.__mro__)
    except RecursionError:  # A constant that holds itself.
        return False


def _is_known(base: type) -> bool:
    return f"{base.__module__}.{base.__qualname__}".startswith(_BASES)


def _is_silent(cls: type) -> bool:
    """Whether a class of the notebook has nothing but functions and constants."""
    own = vars(cls)
    if type(cls) is not type or cls.__module__ != NOTEBOOK or _SPEAKS & own.keys():
        return False
    if type(own.get("__dict__")) not in (types.GetSetDescriptorType, type(None)):
        return False
    if not all(isinstance(hint, _TYPE_LIKE) for hint in own.get("__annotations__", {}).values()):
        return False
    return all(_is_simple(value) for name, value in own.items() if name not in _GIVEN)


_GIVEN = frozenset({
    "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__firstlineno__",
    "__static_attributes__", "__annotate_func__", "__annotations_cache__", "__slotnames__",
})  # fmt: skip
"""What every class has, and what the compiler and pickle leave in it."""
_TYPE_LIKE = (type, str, types.GenericAlias, types.UnionType)


def _is_simple(value: Any) -> bool:
    """Whether a member is a constant, or a function, method or property that holds constants only."""
    if isinstance(value, property):
        return all(part is None or _is_simple(part) for part in (value.fget, value.fset, value.fdel))
    function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
    if type(function) is types.FunctionType:
        held = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        return not vars(function) and _closes_over_class_only(function) and all(map(_is_constant, held))
    return _is_constant(value) or type(value).__module__.startswith(_BASES)  # sklearn adds methods of its own.


def _closes_over_class_only(function: types.FunctionType) -> bool:
    return function.__code__.co_freevars in ((), ("__class__",))


def _is_constant(value: Any) -> bool:
    """Whether a value is a constant or a container of constants. Raises RecursionError for one that holds itself."""
    kind = type(value)
    if kind is dict:
        return all(map(_is_constant, (*value.keys(), *value.values())))
    return kind in _CONSTANTS or (kind in _CONTAINERS and all(map(_is_constant, value)))
