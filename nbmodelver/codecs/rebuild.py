"""The functions that recipes name: they rebuild functions, classes and other values of the notebook.

The names, arguments and states in this file are on disk (FORMAT.md, "Names in recipes"). A name is never removed and
never changes its meaning; another layout gets a new name. Nothing here depends on the Python or the library that wrote
a recipe. All of it runs only for trusted stores.
"""

from __future__ import annotations

import abc
import builtins
import collections
import contextlib
import enum
import functools
import importlib
import operator
import sys
import types
import typing
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import dataclass, sources
from nbmodelver.codecs.definitions import importable
from nbmodelver.errors import NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_OPTION_SINCE = {"infer_variance": (3, 12), "default": (3, 13)}
"""Options of type parameters -> the first Python that supports them."""

_MEMBER_SINCE = {"__static_attributes__": (3, 13), "__firstlineno__": (3, 13)}
"""Members that a newer Python adds to every class, without meaning in an older one."""

# Functions


def code(python: str, bytecode: bytes, file: str, text: str, how: tuple[Any, ...]) -> types.CodeType:
    """A code object: from the bytecode in the Python that made it, otherwise from the text. See sources.restore."""
    return sources.restore(python, bytecode, file, text, how)


def function(_code: types.CodeType, _globals: Any, _name: str, _cells: Any) -> types.FunctionType:
    """Stands in pickles for the loader's `bound_to`, which has the live namespace."""
    raise RuntimeError("functions of a notebook are rebuilt by the loader only")


def bound_to(namespace: dict[str, Any], code: types.CodeType, where: Any, name: str, cells: Any) -> types.FunctionType:
    """A function without its state. where: None for the namespace as its globals, the name of a module, or a dict."""
    if where is None:
        scope = namespace
    elif isinstance(where, str):
        scope = importlib.import_module(where).__dict__
    else:
        scope = where
        scope.setdefault("__builtins__", builtins)
    return types.FunctionType(code, scope, name, None, cells)


def function_state(function: types.FunctionType, state: dict[str, Any]) -> None:
    """Set the defaults, annotations and attributes of a rebuilt function."""
    function.__dict__.update(state.pop("__dict__"))
    for name, value in state.items():
        if name != "__type_params__" or hasattr(function, name):  # Functions have type parameters since Python 3.12.
            setattr(function, name, value)


def attributes(obj: Any, state: dict[str, Any]) -> None:
    """Set attributes of an object."""
    vars(obj).update(state)


def cell() -> types.CellType:
    """An empty closure cell."""
    return types.CellType()


def cell_state(cell: types.CellType, contents: tuple[Any, ...]) -> None:
    """Fill a rebuilt cell. contents: one value, or () for a cell that stays empty."""
    if contents:
        cell.cell_contents = contents[0]


def member(cls: type, name: str) -> Any:
    """The function that a class has under this name."""
    held = vars(cls)[name]
    return getattr(held, "__func__", held)


def bound_method(cls: type, name: str, owner: Any) -> types.MethodType:
    """The method of a class with this name, bound to `owner`."""
    return types.MethodType(member(cls, name), owner)


def lru_cache(function: Any, maxsize: int | None, typed: bool) -> Any:
    """A function with `functools.lru_cache` and an empty cache."""
    return functools.lru_cache(maxsize, typed)(function)


def cached_property(kind: Any, func: Any, name: str | None, doc: str | None) -> Any:
    """A `functools.cached_property`."""
    made = kind(func)
    made.attrname, made.__doc__ = name, doc
    return made


DECORATORS: dict[str, Callable[[Any], Any]] = {
    "contextmanager": contextlib.contextmanager,
    "asynccontextmanager": contextlib.asynccontextmanager,
}


def decorated(name: str, function: Any) -> Any:
    """A function with a decorator of `DECORATORS`."""
    return DECORATORS[name](function)


def single_dispatch(function: Any) -> Any:
    """A function with `functools.singledispatch`, with only its default."""
    return functools.singledispatch(function)


def single_dispatch_state(function: Any, state: tuple[list[tuple[type, Any]], dict[str, Any]]) -> None:
    """Register the functions for other classes, and set attributes."""
    for kind, way in state[0]:
        function.register(kind, way)
    vars(function).update(state[1])


def single_dispatch_method(function: Any) -> Any:
    """A `functools.singledispatchmethod` with only its default."""
    return functools.singledispatchmethod(function)


def single_dispatch_method_state(method: Any, ways: list[tuple[type, Any]]) -> None:
    """Register the functions for other classes."""
    for kind, way in ways:
        method.dispatcher.register(kind, way)


# Types and modules


def builtin_type(name: str) -> type:
    """A type that only has a name in `types`, such as "FunctionType"."""
    found: type = getattr(types, name)
    return found


def type_of(value: Any) -> type:
    """The class of a singleton: of None, Ellipsis or NotImplemented."""
    return type(value)


def public(module: str, name: str) -> Any:
    """An object by a public module and name, if it reports another module (`operator.or_`: `_operator`)."""
    return getattr(importlib.import_module(module), name)


def union(members: tuple[Any, ...]) -> Any:
    """A union of types, as `int | None` makes it."""
    return functools.reduce(operator.or_, members)


def new_type(name: str, qualname: str, module: str, supertype: Any) -> Any:
    """A `typing.NewType`."""
    make: Any = typing.NewType
    made = make(name, supertype)
    made.__qualname__, made.__module__ = qualname, module
    return made


def type_parameter(kind: Any, name: str, module: str, constraints: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """A type parameter, with the options that this Python supports."""
    made = kind(
        name, *constraints, **{w: v for w, v in given.items() if sys.version_info >= _OPTION_SINCE.get(w, (3, 11))}
    )
    made.__module__ = module
    return made


def module(name: str) -> types.ModuleType:
    """The module of this name, imported."""
    return importlib.import_module(name)


def module_by_value(name: str) -> types.ModuleType:
    """A module that was created in the notebook; its names are its state."""
    made = types.ModuleType(name)
    made.__dict__["__builtins__"] = builtins
    return made


def dict_view(kind: str, content: Any) -> Any:
    """A view of a dict or OrderedDict. kind: "keys", "values" or "items"."""
    return getattr(content, kind)()


def exception(cls: Any, args: tuple[Any, ...]) -> BaseException:
    """An exception with these arguments, without calling an `__init__` written in Python."""
    made: BaseException = cls.__new__(cls, *args)
    base = next(b for b in cls.__mro__ if not isinstance(b.__init__, types.FunctionType))
    base.__init__(made, *args)
    return made


# Classes


def class_(kind: Any, name: str, bases: tuple[type, ...], body: dict[str, Any], stubs: Any = None) -> type:
    """A class without its members, so that the members may refer to it.

    kind: the metaclass, or None for that of the bases. The class is made by the first metaclass that is not of a
    notebook, without calling hooks of a notebook. stubs: for a protocol, the names of its callable members, its other
    members and its annotations, which its metaclass reads.
    """
    real = types.resolve_bases(bases)
    if kind is None:
        kind = types.prepare_class(name, tuple(real))[0]
    maker: Any = next(k for k in kind.__mro__ if importable(k))
    content = {**body, **_stubbed(stubs)} if stubs else dict(body)
    with without_hook(real):
        made: type = maker.__new__(kind, name, tuple(real), dict(content))
        if maker.__init__ is not type.__init__:
            maker.__init__(made, name, tuple(real), dict(content))
    return made


def _stubbed(stubs: tuple[Sequence[str], Sequence[str], Sequence[str]]) -> dict[str, Any]:
    callables, others, annotated = stubs
    return {
        **dict.fromkeys(callables, print),
        **dict.fromkeys(others),
        "__annotations__": dict.fromkeys(annotated, object),
    }


@contextmanager
def without_hook(bases: Sequence[type]) -> Iterator[None]:
    """Prevent an `__init_subclass__` written in the notebook from running again for a class."""
    every = dict.fromkeys(c for base in bases for c in base.__mro__)
    owner = next((c for c in every if "__init_subclass__" in vars(c)), object)
    if importable(owner):
        yield
        return
    hook = vars(owner)["__init_subclass__"]
    type.__setattr__(owner, "__init_subclass__", classmethod(lambda cls, **options: None))
    try:
        yield
    finally:
        type.__setattr__(owner, "__init_subclass__", hook)


def class_state(cls: type, state: dict[str, Any]) -> None:
    """Set the members of a rebuilt class, and then what decorators of the standard library add.

    state: members {name: value}; optionally registered (virtual subclasses), ordered (True for
    `functools.total_ordering`), dataclass (see dataclass.py), runtime (True for `typing.runtime_checkable`).
    """
    members = state["members"]
    for name in [n for n in vars(cls) if n not in members and n in _ADDED_BY_HOOKS]:
        type.__delattr__(cls, name)
    class_members(cls, members)
    if state.get("ordered"):
        functools.total_ordering(cls)
    if "dataclass" in state:
        dataclass.apply(cls, state["dataclass"], members)
    if state.get("runtime"):
        typing.runtime_checkable(cls)
    for virtual in state.get("registered", ()):
        abc.ABCMeta.register(cls, virtual)  # type: ignore[arg-type]


_ADDED_BY_HOOKS = {"__hash__"}


def enumeration(
    named: tuple[str, str, str], kind: Any, bases: tuple[type, ...], members: dict[str, Any], boundary: str | None
) -> Any:
    """An Enum class with its members, made from their values, and without its functions.

    named: name, qualified name, module. kind: the metaclass, or None for that of the bases. members: name -> value, in
    order, alias names included. boundary: the name of a `enum.FlagBoundary`, or None for that of the bases.
    """
    name, qualname, module = named
    maker: Any = kind if kind is not None else type(bases[-1])
    options = {} if boundary is None else {"boundary": enum.FlagBoundary[boundary]}
    content = maker.__prepare__(name, bases, **options)
    for key, value in (("__module__", module), ("__qualname__", qualname), *members.items()):
        content[key] = value
    return maker.__new__(maker, name, bases, content, **options)


def enumeration_state(cls: Any, state: tuple[dict[str, Any], dict[str, dict[str, Any]]]) -> None:
    """Set the functions of a rebuilt enumeration, and the attributes that `__init__` set on its members."""
    functions, own = state
    class_members(cls, functions)
    for name, attributes in own.items():
        vars(cls.__members__[name]).update(attributes)


def named_tuple(name: str, fields: tuple[str, ...], module: str, bases: tuple[type, ...]) -> Any:
    """A class made by `collections.namedtuple`. bases: those besides `tuple`, such as `typing.Generic`."""
    made = collections.namedtuple(name, fields, module=module)  # type: ignore[misc]
    if not bases:
        return made
    body = {key: value for key, value in vars(made).items() if key not in ("__dict__", "__weakref__")}
    return types.new_class(name, (tuple, *bases), {}, lambda content: content.update(body))


def named_tuple_state(cls: Any, state: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
    """Set the defaults of the last fields of a named tuple, and its other members."""
    defaults, members = state
    cls.__new__.__defaults__ = defaults or None
    with_default = cls._fields[len(cls._fields) - len(defaults) :]
    class_members(cls, {"_field_defaults": dict(zip(with_default, defaults, strict=True)), **members})


def typed_dict(name: str, module: str) -> Any:
    """A `typing.TypedDict` without its keys."""
    make: Any = typing.TypedDict
    made = make(name, {})
    made.__module__ = module
    return made


def class_members(cls: Any, members: dict[str, Any]) -> None:
    """Add members to a class."""
    for name, value in members.items():
        if sys.version_info >= _MEMBER_SINCE.get(name, (3, 11)):
            type.__setattr__(cls, name, value)


def weak_set(members: list[Any]) -> weakref.WeakSet[Any]:
    """A set of weak references."""
    return weakref.WeakSet(members)


def foreign_bytecode(*_args: Any) -> types.CodeType:
    """Refuse a code object that a pickle builds directly: its bytecode may be of another Python."""
    raise NotLoadable(
        f"a pickle builds code from bytecode, which may crash {sys.implementation.name}",
        "do not load it, and check where it comes from",
    )
