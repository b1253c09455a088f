"""Classes whose instances pickle restores without running their code, so that a trial load cannot fail.

Such a class defines no hook for creation, attributes or pickling. Pickle creates an empty object and fills its
`__dict__`. The class itself is rebuilt from functions and constants.
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
"""Hooks that run when an instance, or the class itself, is rebuilt.

`__eq__` and `__hash__`: a dictionary key in a cycle is hashed before its attributes are set.
"""
_CONSTANTS = (str, bytes, int, float, complex, bool, type(None))
_CONTAINERS = (tuple, list, set, frozenset)
_BASES = ("sklearn.", "torch.nn.modules.module.")
"""Beginnings of names of library classes that set the attributes of all subclasses in the same way."""


def comes_back_plainly(cls: type) -> bool:
    """True if neither an instance nor the class runs its own code when it is loaded.

    >>> class Trainer:
    ...     rate = 0.1
    ...     def fit(self): ...
    >>> Trainer.__module__ = "__main__"
    >>> comes_back_plainly(Trainer), comes_back_plainly(type("E", (Exception,), {}))
    (True, False)
    """
    try:
        return all(base is object or _is_known(base) or _is_silent(base) for base in cls.__mro__)
    except RecursionError:  # A container that contains itself.
        return False


def _is_known(base: type) -> bool:
    return f"{base.__module__}.{base.__qualname__}".startswith(_BASES)


def _is_silent(cls: type) -> bool:
    """True for a notebook class that has only functions and constants."""
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
"""Attributes of every class, and those that the compiler and pickle add."""
_TYPE_LIKE = (type, str, types.GenericAlias, types.UnionType)


def _is_simple(value: Any) -> bool:
    """True for a constant, or for a function, method or property that holds only constants."""
    if isinstance(value, property):
        return all(part is None or _is_simple(part) for part in (value.fget, value.fset, value.fdel))
    function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
    if type(function) is types.FunctionType:
        held = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        return not vars(function) and _closes_over_class_only(function) and all(map(_is_constant, held))
    return _is_constant(value) or type(value).__module__.startswith(_BASES)  # scikit-learn adds its own methods.


def _closes_over_class_only(function: types.FunctionType) -> bool:
    return function.__code__.co_freevars in ((), ("__class__",))


def _is_constant(value: Any) -> bool:
    """True for a constant or a container of constants. Raises RecursionError for a container that contains itself."""
    kind = type(value)
    if kind is dict:
        return all(map(_is_constant, (*value.keys(), *value.values())))
    return kind in _CONSTANTS or (kind in _CONTAINERS and all(map(_is_constant, value)))
