"""Pickle reductions of standard types that do not depend on the state of the pickler."""

from __future__ import annotations

import collections
import copyreg
import functools
import gc
import os
import sys
import types
import typing
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from nbmodelver.codecs import functions, memoryviews, rebuild
from nbmodelver.codecs.renewed import Refused

Reducer = Callable[[Any], Any]


def reduce_by_own_method(obj: Any) -> Any:
    """The reduction that a notebook class defines. A string (a global name) has no meaning in another kernel."""
    reduced = obj.__reduce_ex__(5)
    return (copyreg.__newobj__, (type(obj),), vars(obj) or None) if isinstance(reduced, str) else reduced  # type: ignore[attr-defined]


def _reduce_proxy(proxy: types.MappingProxyType[Any, Any]) -> Any:
    """A mappingproxy of the original dict, not of a copy."""
    return types.MappingProxyType, (gc.get_referents(proxy)[0],)


def reduce_ufunc(function: Any) -> Any:
    """A numpy function by its public name."""
    is_public = getattr(np, function.__name__, None) is function
    return (rebuild.public, ("numpy", function.__name__)) if is_public else NotImplemented


def _reduce_module(module: types.ModuleType) -> Any:
    """An imported module by name; a module that the notebook created by value."""
    if module.__name__ in sys.modules:
        return rebuild.module, (module.__name__,)
    content = {name: value for name, value in vars(module).items() if name != "__builtins__"}
    return rebuild.module_by_value, (module.__name__,), content, None, None, rebuild.attributes


def _reduce_view(view: Any) -> Any:
    """A view of a dict with the content that it shows."""
    kind = next(name for name in ("keys", "values", "items") if name in type(view).__name__)
    make: Any = collections.OrderedDict if type(view).__name__.startswith("odict") else dict
    content = make.fromkeys(view) if kind == "keys" else make(enumerate(view) if kind == "values" else view)
    return rebuild.dict_view, (kind, content)


def _reduce_environment(environment: Any) -> str:
    """By name: the environment variables are never stored (P13, see SECURITY.md).

    The environment of the loading kernel takes its place.
    """
    for name in ("environ", "environb"):
        if environment is getattr(os, name, None):
            return name
    raise Refused("cannot keep 'os._Environ' object")


_A_DICT: dict[Any, Any] = {}

DICT_ITERATORS: frozenset[Any] = frozenset(
    map(type, (iter(_A_DICT.keys()), iter(_A_DICT.values()), iter(_A_DICT.items()), iter(frozenset())))
)

SINGLETONS: dict[type, Any] = {type(value): value for value in (None, ..., NotImplemented)}

_VIEWS = [
    type(getattr(make(), name)()) for make in (dict, collections.OrderedDict) for name in ("keys", "values", "items")
]

BY_TYPE: dict[type, Reducer] = {
    types.MappingProxyType: _reduce_proxy,
    types.ModuleType: _reduce_module,
    types.GetSetDescriptorType: lambda member: (getattr, (member.__objclass__, member.__name__)),
    typing.NewType: functions.reduce_newtype,
    typing.ParamSpecArgs: functions.reduce_arguments,
    typing.ParamSpecKwargs: functions.reduce_arguments,
    functools.cached_property: functions.reduce_cached_property,
    functools.singledispatchmethod: functions.reduce_single_dispatch_method,
    functools.partial: functions.reduce_partial,
    types.UnionType: lambda union: (rebuild.union, (union.__args__,)),
    memoryview: memoryviews.reduce,
    weakref.WeakSet: lambda held: (rebuild.weak_set, (list(held),)),
    type(os.environ): _reduce_environment,
    **dict.fromkeys(_VIEWS, _reduce_view),
}
