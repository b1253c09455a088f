"""Pickle reductions of notebook functions, and of objects made from them.

A function is stored with its code (see sources.py), defaults, annotations, attributes and closure cells. Its globals
become the live namespace of the notebook that loads it. A function made by a decorator of the standard library
(`lru_cache`, `singledispatch`, `contextmanager` ...) is stored as the undecorated function and decorated again.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import sys
import types
import typing
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import rebuild
from nbmodelver.codecs.definitions import NOTEBOOK, globals_used, importable, own_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

Reduced = tuple[Any, ...]


def reduce_function(function: types.FunctionType, namespace: dict[str, Any]) -> Reduced:
    """The pickle reduction of a function written in the notebook."""
    decorated = _reduce_decorated(function)
    if decorated is not None:
        return decorated
    state = {
        "__defaults__": function.__defaults__,
        "__kwdefaults__": function.__kwdefaults__,
        "__annotations__": function.__annotations__,
        "__module__": function.__module__,
        "__doc__": function.__doc__,
        "__qualname__": function.__qualname__,
        "__dict__": own_attributes(function),
    }
    if parameters := getattr(function, "__type_params__", ()):
        state["__type_params__"] = parameters
    made_of = (function.__code__, globals_of(function, namespace), function.__name__, function.__closure__)
    return rebuild.function, made_of, state, None, None, rebuild.function_state


def globals_of(function: types.FunctionType, namespace: dict[str, Any]) -> Any:
    """None for the notebook's namespace, the name of a module, or the used names of any other dict."""
    own = function.__globals__
    if own is namespace or own is vars(sys.modules[NOTEBOOK]):
        return None
    if own.get("__name__") == NOTEBOOK and not _has_names_of_its_own(function, own, namespace):
        return None
    module = own.get("__name__")
    if isinstance(module, str) and getattr(sys.modules.get(module), "__dict__", None) is own:
        return module
    used = sorted(globals_used(function.__code__))
    return {name: own[name] for name in ("__name__", *used) if name in own}


def _has_names_of_its_own(function: types.FunctionType, own: dict[str, Any], namespace: dict[str, Any]) -> bool:
    """True for a function whose globals are an extended copy of the notebook's, as attrs makes them."""
    used = globals_used(function.__code__)
    return any(name in own and name not in namespace for name in used if not hasattr(builtins, name))


# Decorators of the standard library that return a function of theirs around the notebook's


def _reduce_decorated(function: types.FunctionType) -> Reduced | None:
    """None for a function that no known decorator of the standard library made."""
    inner = function.__dict__.get("__wrapped__")
    if inner is None:
        return None
    name = _decorator_of(function)
    if name is None:
        return None
    attributes = {key: value for key, value in own_attributes(function).items() if key not in _SET_BY_SINGLEDISPATCH}
    if name == "singledispatch":
        state = (_ways(function), attributes)
        return rebuild.single_dispatch, (inner,), state, None, None, rebuild.single_dispatch_state
    return rebuild.decorated, (name, inner), attributes, None, None, rebuild.attributes


_SET_BY_SINGLEDISPATCH = {"register", "dispatch", "registry", "_clear_cache"}


def _ways(dispatching: Any) -> list[tuple[type, Any]]:
    """The functions registered with `functools.singledispatch`, without the default."""
    return [(kind, way) for kind, way in dispatching.registry.items() if kind is not object]


def reduce_single_dispatch_method(method: Any) -> Reduced:
    """A `functools.singledispatchmethod` without its caches."""
    ways = _ways(method.dispatcher)
    return rebuild.single_dispatch_method, (method.func,), ways, None, None, rebuild.single_dispatch_method_state


def _decorator_of(function: types.FunctionType) -> str | None:
    made_in, name = function.__globals__, function.__code__.co_qualname
    if made_in is vars(functools) and name.startswith("singledispatch.") and "registry" in vars(function):
        return "singledispatch"
    if made_in is vars(contextlib):
        return next((known for known in rebuild.DECORATORS if name.startswith(f"{known}.")), None)
    return None


def reduce_lru_cache(value: Any) -> Any:
    """A function with `functools.lru_cache`: the function and the settings, without the cached results."""
    if importable(value):
        return NotImplemented
    settings = value.cache_parameters()
    return rebuild.lru_cache, (value.__wrapped__, settings["maxsize"], settings["typed"]), dict(vars(value))


def reduce_cached_property(value: Any) -> Reduced:
    """A `functools.cached_property` without its lock."""
    return rebuild.cached_property, (type(value), value.func, value.attrname, value.__doc__)


def reduce_partial(value: Any) -> Any:
    """A `functools.partial`; reading its `__dict__` creates an empty one, which must not change the bytes."""
    make, args, (function, given, named, own) = value.__reduce__()
    return make, args, (function, given, named, own or None)


# Methods, cells, properties


def reduce_method(method: types.MethodType) -> Reduced:
    """The pickle reduction of a bound method: by name if its class, or the class it is bound to, has it."""
    owner, name = method.__self__, method.__func__.__name__
    for base in owner.__mro__ if isinstance(owner, type) else type(owner).__mro__:
        held = vars(base).get(name)
        if getattr(held, "__func__", held) is method.__func__:
            return rebuild.bound_method, (base, name, owner)
    return types.MethodType, (method.__func__, owner)


def reduce_cell(cell: types.CellType) -> Reduced:
    """The reduction of a closure cell. Cells keep their identity, so two closures still share a variable."""
    try:
        contents: tuple[Any, ...] = (cell.cell_contents,)
    except ValueError:
        contents = ()
    return rebuild.cell, (), contents, None, None, rebuild.cell_state


def reduce_property(value: property) -> Reduced:
    """A property or an instance of a subclass of it."""
    return type(value), (value.fget, value.fset, value.fdel, value.__doc__)


def reduce_wrapper(value: Any) -> Reduced:
    """A class method or static method, with attributes that its function does not have."""
    own = {key: item for key, item in vars(value).items() if key not in _SET_BY_WRAPPER}
    return type(value), (value.__func__,), own or None, None, None, rebuild.attributes


_SET_BY_WRAPPER = {"__module__", "__name__", "__qualname__", "__doc__", "__wrapped__", "__annotations__",
                   "__type_params__", "__annotate__"}  # fmt: skip

WRAPPERS: dict[type, Callable[[Any], Reduced]] = {
    property: reduce_property,
    classmethod: reduce_wrapper,
    staticmethod: reduce_wrapper,
}


# Type parameters and types without a module


def reduce_newtype(kind: Any) -> Reduced:
    """A `typing.NewType`, which pickle would only store by name."""
    return rebuild.new_type, (kind.__name__, kind.__qualname__, kind.__module__, kind.__supertype__)


def reduce_parameter(parameter: Any) -> Reduced:
    """The pickle reduction of a type parameter of the notebook."""
    options = {word: getattr(parameter, f"__{word}__", None) for word in _PARAMETER_WORDS}
    given = {word: value for word, value in options.items() if value not in (None, False)}
    if getattr(parameter, "has_default", bool)():
        given["default"] = parameter.__default__
    constraints = getattr(parameter, "__constraints__", ())
    return rebuild.type_parameter, (type(parameter), parameter.__name__, parameter.__module__, constraints, given)


_PARAMETER_WORDS = ("bound", "covariant", "contravariant", "infer_variance")


def reduce_arguments(arguments: Any) -> Reduced:
    """`P.args` or `P.kwargs` of a `ParamSpec`."""
    return getattr, (arguments.__origin__, "args" if isinstance(arguments, typing.ParamSpecArgs) else "kwargs")
