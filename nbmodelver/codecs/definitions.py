"""Which objects are definitions of the notebook: classes, type parameters, and top-level functions without a closure.

A definition is stored once per version under its own key (its qualified name), and values refer to the key. So editing
a class does not store its instances again, and all instances are restored with one class. Every other function of the
notebook (lambdas, closures, decorated functions) is part of the value that holds it.
"""

from __future__ import annotations

import builtins
import dataclasses
import dis
import enum
import sys
import types
import typing
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOK = "__main__"

PARAMETERS = (typing.TypeVar, typing.ParamSpec, typing.TypeVarTuple)
"""Type parameters, which pickle would only store by name."""

BUILTIN_TYPES: dict[type, str] = {kind: name for name, kind in vars(types).items() if type(kind) is type}
"""Types that only have a name in `types`, such as FunctionType."""

_SENTINELS: dict[int, str] = {
    id(getattr(dataclasses, name)): name for name in ("MISSING", "KW_ONLY") if hasattr(dataclasses, name)
}
_loaded: dict[int, tuple[weakref.ref[Any], str]] = {}
"""Id of a loaded definition -> reference and key. The table uses ids because a metaclass may define its own hash."""

_globals_used: dict[int, tuple[weakref.ref[types.CodeType], frozenset[str]]] = {}
"""Id of a code object -> reference, and the global names that it and nested code refer to."""


def remember_key(obj: Any, key: str) -> None:
    """Remember the key of a loaded definition for its lifetime."""
    at, forget = id(obj), _loaded.pop  # Bound now, because module globals may be cleared at exit.
    _loaded[at] = (weakref.ref(obj, lambda _: forget(at, None)), key)


def loaded_key(obj: Any) -> str:
    """The key under which a definition was loaded; "" if it was not loaded."""
    ref, key = _loaded.get(id(obj), (None, ""))
    return key if ref is not None and ref() is obj else ""


def importable(obj: Any) -> bool:
    """True if another kernel can import `obj` by its module and qualified name."""
    module_name = getattr(obj, "__module__", None)
    if not isinstance(module_name, str) or module_name == NOTEBOOK:
        return False
    module = sys.modules.get(module_name)
    if module is None or _is_kept_by_value(module_name):
        return module_name == "builtins"
    found: Any = module
    for step in getattr(obj, "__qualname__", obj.__name__).split("."):
        try:
            found = getattr(found, step)
        except AttributeError:
            return False
    return found is obj


def public_home(obj: Any) -> str:
    """The public module of an importable class or function whose own module is private; "" if there is none.

    Libraries move their private modules without notice. For "sklearn.preprocessing._data" it is
    "sklearn.preprocessing".
    """
    module, name = obj.__module__, obj.__qualname__
    if not isinstance(module, str) or "._" not in f".{module}" or "." in name:
        return ""
    if module.startswith("_"):  # The C part of a module.
        candidates = [module.removeprefix("_")]
    else:
        steps = module[: module.index("._")].split(".")
        candidates = [".".join(steps[:count]) for count in range(len(steps), 0, -1)]
    return next((home for home in candidates if getattr(sys.modules.get(home), name, None) is obj), "")


def _is_kept_by_value(module: str) -> bool:
    """True for a module or package that the user passed to `cloudpickle.register_pickle_by_value`."""
    cloudpickle = sys.modules.get("cloudpickle.cloudpickle")
    registered = cloudpickle.list_registry_pickle_by_value() if cloudpickle is not None else ()
    return any(module == name or module.startswith(f"{name}.") for name in registered)


def says_how(kind: type) -> bool:
    """True for a class with a `__reduce__` or `__reduce_ex__` written in the notebook."""
    own = next(base for base in kind.__mro__ if any(name in vars(base) for name in _REDUCERS))
    return own.__module__ == NOTEBOOK and not importable(own)


_REDUCERS = ("__reduce__", "__reduce_ex__")


def is_definition(obj: Any) -> bool:
    """True for classes made in the notebook, and for its top-level functions without a closure."""
    if isinstance(obj, type):
        return not importable(obj) and obj not in BUILTIN_TYPES
    if isinstance(obj, PARAMETERS):
        return not importable(obj)
    return (
        isinstance(obj, types.FunctionType)
        and obj.__closure__ is None
        and obj.__qualname__.isidentifier()
        and not importable(obj)
        and not _holds_data(obj)
    )


_CONSTANTS = (int, float, complex, bool, str, bytes, type(None), type(...), type)


def _holds_data(function: types.FunctionType) -> bool:
    """True for a function with defaults or attributes that a name may share: it is then treated as a value."""
    own = own_attributes(function).values()
    held = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *own]
    return not all(isinstance(x, _CONSTANTS) for x in held)


def own_attributes(function: types.FunctionType) -> dict[str, Any]:
    """The attributes of a function, without the widget that `interact` sets."""
    return {name: item for name, item in vars(function).items() if not is_widget(item)}


def is_widget(value: Any) -> bool:
    """True for a widget of ipywidgets, whose content is in the page."""
    return any((base.__module__, base.__qualname__) == _WIDGET for base in type(value).__mro__)


_WIDGET = ("ipywidgets.widgets.widget", "Widget")


def names_used(obj: Any) -> set[str]:
    """The global names that a function, or any method of a class, refers to, without builtins."""
    used: set[str] = set()
    for function in _functions_of(obj):
        used.update(globals_used(function.__code__))
    return used - set(vars(builtins))


_LOAD_GLOBAL = dis.opmap["LOAD_GLOBAL"]  # Its argument is the index shifted left by one, plus a flag.
_OTHER_GLOBAL = {dis.opmap["STORE_GLOBAL"], dis.opmap["DELETE_GLOBAL"]}


def globals_used(code: types.CodeType) -> frozenset[str]:
    """The global names that a code object and nested code load, store or delete."""
    ref, found = _globals_used.get(id(code), (None, frozenset[str]()))
    if ref is None or ref() is not code:
        found = frozenset(_find_globals(code))
        at, forget = id(code), _globals_used.pop
        _globals_used[at] = (weakref.ref(code, lambda _: forget(at, None)), found)
    return found


def _find_globals(code: types.CodeType) -> Iterator[str]:
    """Yield global names by parsing the bytecode; `dis` takes twenty times as long. A test compares both."""
    names, steps, high = code.co_names, code.co_code, 0
    for operation, argument in zip(steps[::2], steps[1::2], strict=True):
        if operation == dis.EXTENDED_ARG:
            high = (high | argument) << 8
            continue
        if operation == _LOAD_GLOBAL:
            yield names[(high | argument) >> 1]
        elif operation in _OTHER_GLOBAL:
            yield names[high | argument]
        high = 0
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from globals_used(constant)


def _functions_of(obj: Any) -> Iterator[types.FunctionType]:
    if isinstance(obj, types.FunctionType):
        yield obj
    elif isinstance(obj, type):
        for member in vars(obj).values():
            if isinstance(member, property):
                yield from (f for f in (member.fget, member.fset, member.fdel) if isinstance(f, types.FunctionType))
            elif isinstance(member, type) and member.__qualname__.startswith(f"{obj.__qualname__}."):
                yield from _functions_of(member)
            elif isinstance(inner := getattr(member, "__func__", member), types.FunctionType):
                yield inner


def owner_of(function: types.FunctionType, namespace: dict[str, Any]) -> type | None:
    """The notebook class that has this function as the member given by its qualified name."""
    found: Any = namespace
    for step in function.__qualname__.split(".")[:-1]:
        found = found.get(step) if found is namespace else vars(found).get(step)
        if not isinstance(found, type) or importable(found):
            return None
    if found is namespace:
        return None
    member = vars(found).get(function.__name__)
    return found if getattr(member, "__func__", member) is function else None


def sentinel_name(value: Any) -> str | None:
    """The name of a sentinel of `dataclasses`, which has to be restored as the same object; None for others."""
    return _SENTINELS.get(id(value))


def is_enum_member(value: Any) -> bool:
    """True for a member of an Enum class; it is immutable and pickled by name."""
    return isinstance(value, enum.Enum)
