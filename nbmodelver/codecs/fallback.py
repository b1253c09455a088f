"""Everything that is not plain data: the C pickler, protocol 5, with arrays and notebook code taken out.

One C pass over a value. `reducer_override` is asked only for objects that are not built in; it hands arrays and frames
to their codecs, functions and classes of the notebook to functions.py and classes.py, and refuses what would silently
come back as something else. Reading resolves our own names to the loader and everything else by import, so it needs
trust.
"""

from __future__ import annotations

import collections
import copyreg
import functools
import gc
import io
import os
import pickle
import sys
import types
import typing
import weakref
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

import numpy as np

from nbmodelver.codecs import classes, definitions, files, functions, memoryviews, protocol, rebuild, renamed, sources
from nbmodelver.codecs.memory import ArrayRef, Memory
from nbmodelver.codecs.numpy import reduce_objects
from nbmodelver.codecs.plain import NotPlain, _sort_key
from nbmodelver.codecs.renewed import Refused
from nbmodelver.errors import NeedsTrust

_MISSING = object()
_ARRAY_CODEC = protocol.by_tag("numpy.array")
Reducer = Callable[[Any], Any]


def build(_tag: str, _state: tuple[Any, ...]) -> Any:
    """Stands in pickles for the loader's call of a codec."""
    raise RuntimeError("values of a recipe are rebuilt by the loader only")


def array(_number: int, _held: bool) -> Any:
    """Stands in pickles for an array of the recipe."""
    raise RuntimeError("arrays of a recipe are rebuilt by the loader only")


def definition(_key: str) -> Any:
    """Stands in pickles for a class or function that is stored under a key of its own."""
    raise RuntimeError("definitions are found by the loader only")


class Definitions:
    """The classes and functions of the notebook that one commit has met, each with its key.

    inline: ids of those that share objects with a name, and are therefore stored with it instead.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.by_key: dict[str, Any] = {}
        self.names_used: set[str] = set()
        self._keys: dict[int, str] = {}
        self.inline: set[int] = set()

    def copy(self) -> Definitions:
        """The same, to be added to by itself."""
        made = Definitions(self.namespace)
        made.by_key, made._keys = dict(self.by_key), dict(self._keys)
        made.names_used, made.inline = set(self.names_used), set(self.inline)
        return made

    @property
    def ids(self) -> dict[int, str]:
        """Id -> key of every definition met."""
        return self._keys

    def key(self, obj: Any) -> str:
        """The key of a definition: its qualified name, with "~2" for a second one of that name.

        One that was loaded keeps the key it was loaded by, or what refers to it would look changed.
        """
        known = self._keys.get(id(obj))
        if known is not None:
            return known
        name: str = getattr(obj, "__qualname__", obj.__name__)
        live = self.namespace.get(name) is obj
        key, at = (not live and definitions.loaded_key(obj)) or name, 2
        taken = key in self.by_key or (not live and key == name and definitions.is_definition(self.namespace.get(name)))
        while taken:
            key = f"{name}~{at}"
            taken = key in self.by_key
            at += 1
        self._keys[id(obj)] = key
        self.by_key[key] = obj
        self.names_used |= definitions.names_used(obj)
        return key


class Pickler(pickle.Pickler):
    """One value, or the values of one group, to bytes.

    roots: ids of the definitions that are being stored themselves, by value; every other one is referred to by key.
    uses: keys of the definitions that the value refers to. classes: what unpickling imports, as "module:qualname".
    names_used: global names of the notebook that functions in it refer to. without_source: qualified names of code in
    it that has no source text.
    """

    def __init__(
        self,
        file: io.BytesIO,
        memory: Memory,
        definitions: Definitions,
        roots: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(file, protocol=5)
        self.memory = memory
        self.definitions = definitions
        self.roots = roots
        self.uses: set[str] = set()
        self.classes: set[str] = set()
        self.names_used: set[str] = set()
        self.without_source: set[str] = set()
        self._reducers: dict[type, Reducer | None] = {}

    def objects(self) -> Memo:
        """Everything that was met and could be met again, by id. The pickler must stay alive."""
        found: Memo = self.memo.copy()
        return found

    @property
    def kinds(self) -> Iterable[type]:
        """The classes of what was met and is not built in."""
        return self._reducers.keys()

    def reducer_override(self, obj: Any) -> Any:
        """Asked by the C pickler for every object that is not built in."""
        kind = type(obj)
        reducer = self._reducers.get(kind, _MISSING)
        if reducer is _MISSING:
            reducer = self._reducers[kind] = self._reducer(kind)
        return NotImplemented if reducer is None else reducer(obj)  # type: ignore[operator]

    def _reducer(self, kind: type) -> Reducer | None:
        if issubclass(kind, type):
            return self._reduce_class
        if any(kind is type(stream) for stream in files.streams()):
            return lambda obj: self._reduce_stream(obj, kind)
        return self._reducer_of_values(kind)

    def _reduce_stream(self, obj: Any, kind: type) -> Any:
        """A standard stream by its name; another object of its class as usual."""
        if name := files.stream_name(obj):
            return files.stream, (name,)
        reducer = self._reducer_of_values(kind)
        return NotImplemented if reducer is None else reducer(obj)

    def _reducer_of_values(self, kind: type) -> Reducer | None:
        own: dict[type, Reducer] = {
            **_BY_TYPE,
            types.FunctionType: self._reduce_function,
            types.BuiltinFunctionType: self._by_name,
            types.CodeType: self._reduce_code,
            types.MethodType: self._reduce_method,
            types.CellType: self._reduce_cell,
            **dict.fromkeys(definitions.PARAMETERS, self._reduce_parameter),
            type(functools.lru_cache(int)): self._reduce_lru_cache,
            **dict.fromkeys(_DICT_ITERATORS, self._reduce_dict_iterator),
            np.ndarray: self._reduce_array,
            np.ufunc: _reduce_ufunc,
        }
        if kind in own:
            return own[kind]
        wrapper = next((base for base in kind.__mro__ if base in functions.WRAPPERS), None)
        if wrapper is not None:
            return functions.WRAPPERS[wrapper]
        if issubclass(kind, BaseException):
            return self._reduce_exception
        if kind.__module__ == "dataclasses":
            return lambda obj: definitions.sentinel_name(obj) or NotImplemented
        codec = protocol.find(kind)
        if codec is not None:
            return lambda obj: self._reduce_by_codec(codec, obj)
        if definitions.says_how(kind):
            return _reduce_as_it_says
        return self._helper(kind)

    def _helper(self, kind: type) -> Reducer | None:
        """Types whose own pickling loses something: a library file in codecs/ may give a better way."""
        helper = protocol.helper(kind)
        return None if helper is None else lambda obj: helper(obj, self.memory)

    def _reduce_array(self, obj: Any) -> Any:
        """An array of plain memory in one step; a forest holds thousands of them."""
        dtype = obj.dtype
        if dtype.hasobject or dtype.metadata is not None or dtype.kind == "T":
            return self._reduce_by_codec(_ARRAY_CODEC, obj)
        return array, (self.memory.add(obj).number, False)

    def _reduce_by_codec(self, codec: protocol.Codec, obj: Any) -> Any:
        state = codec.take(obj, self.memory)
        if state is None:
            helper = protocol.helper(type(obj))
            return NotImplemented if helper is None else helper(obj, self.memory)
        if codec.tag == "numpy.array" and state[0] == "object":  # It may hold itself: its elements come later.
            return reduce_objects(obj, state)
        return build, (codec.tag, self.memory.keep(state))

    def _reduce_class(self, cls: type) -> Any:
        if cls in _SINGLETONS:
            return rebuild.type_of, (_SINGLETONS[cls],)
        if cls in definitions.BUILTIN_TYPES:
            return rebuild.builtin_type, (definitions.BUILTIN_TYPES[cls],)
        if definitions.importable(cls):
            return self._by_name(cls)
        if id(cls) in self.roots or id(cls) in self.definitions.inline:
            helper = protocol.class_helper(cls)
            return classes.reduce_class(cls) if helper is None else helper(cls, self.memory)
        return self._refer(cls)

    def _reduce_parameter(self, parameter: Any) -> Any:
        """Of a library by name, of the notebook by key, of one function or class (`def f[T]`) with what holds it."""
        if definitions.importable(parameter):
            return parameter.__name__
        if id(parameter) in self.roots or self.definitions.namespace.get(parameter.__name__) is not parameter:
            return functions.reduce_parameter(parameter)
        return self._refer(parameter)

    def _reduce_function(self, function: types.FunctionType) -> Any:
        if definitions.importable(function):
            return self._by_name(function)
        for name in vars(function).keys() - definitions.own_attributes(function).keys():
            self.memory.note(f"the widget in its attribute '{name}' is not kept")
        if definitions.is_definition(function) and id(function) not in self.roots:
            return self._refer(function)
        owner = definitions.owner_of(function, self.definitions.namespace)
        if owner is not None and not self._is_being_stored(owner):
            return rebuild.member, (owner, function.__name__)
        used = definitions.names_used(function)
        self.names_used |= used
        self.definitions.names_used |= used
        return functions.reduce_function(function, self.definitions.namespace)

    def _is_being_stored(self, cls: type) -> bool:
        """True when the class, or one around it, is stored by value here, with its functions."""
        outer = self.definitions.namespace.get(cls.__qualname__.partition(".")[0])
        by_value = self.roots | self.definitions.inline
        return id(cls) in by_value or id(outer) in by_value

    def _reduce_method(self, method: types.MethodType) -> tuple[Any, ...]:
        """By name, but for a class that is only being built, whose members are not there yet."""
        owner = method.__self__
        if any(map(self._is_being_stored, (owner if isinstance(owner, type) else type(owner)).__mro__)):
            return types.MethodType, (method.__func__, owner)
        return functions.reduce_method(method)

    def _reduce_cell(self, cell: types.CellType) -> Any:
        return (rebuild.cell, ()) if id(cell) in self.memory.filled_later else functions.reduce_cell(cell)

    def _by_name(self, obj: Any) -> Any:
        """An importable class or function by the name that others see, where it has one."""
        home = definitions.public_home(obj)
        module = home or obj.__module__
        if isinstance(module, str) and not module.startswith("nbmodelver."):  # A builtin's method has none.
            self.classes.add(f"{module}:{obj.__qualname__}")
        return (rebuild.public, (home, obj.__qualname__)) if home else NotImplemented

    def _refer(self, obj: Any) -> Any:
        key = self.definitions.key(obj)
        self.uses.add(key)
        return definition, (key,)

    def _reduce_code(self, obj: types.CodeType) -> Any:
        found = sources.source(obj)
        if found.how is None:
            self.without_source.add(obj.co_qualname)
        how = (obj.co_qualname,) if found.how is None else sources.fields_of(found.how)
        return rebuild.code, (sources.PYTHON, found.bytecode, found.file, found.text, how)

    def _reduce_lru_cache(self, value: Any) -> Any:
        reduced = functions.reduce_lru_cache(value)
        if reduced is NotImplemented:
            return self._by_name(value)
        self.memory.note("a function under lru_cache comes back with an empty cache")
        return reduced

    def _reduce_dict_iterator(self, iterator: Any) -> Any:
        self.memory.note("an iterator over a dict or set comes back as one over a list of what was left")
        return iterator.__reduce__()

    def _reduce_exception(self, error: BaseException) -> Any:
        reduced = error.__reduce_ex__(5)
        if not isinstance(reduced, tuple):
            return reduced
        if reduced[0] is type(error) and isinstance(type(error).__init__, types.FunctionType):
            reduced = (rebuild.exception, reduced[:2], *reduced[2:])
        if error.__traceback__ is not None:
            self.memory.note("an exception comes back without its traceback")
        function, args, *rest = reduced
        state = dict(rest[0]) if rest and isinstance(rest[0], dict) else {}
        for name in ("__cause__", "__context__", "__suppress_context__"):
            if (value := getattr(error, name)) not in (None, False):
                state[name] = value
        return function, args, state or None


class CanonicalPickler(Pickler):
    """The same for values that hold sets: written in an order that does not depend on hashes. Slower."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sets: dict[int, int] = {}
        self._met: list[Any] = []

    def objects(self) -> Memo:
        """With the sets, which went past pickle's own memo."""
        return {**super().objects(), **{id(met): (number, met) for number, met in enumerate(self._met)}}

    def persistent_id(self, obj: Any) -> Any:
        """Sets by number; the first time with their members in canonical order."""
        if type(obj) not in (set, frozenset) or len(obj) < 2:
            return None
        if id(obj) in self._sets:
            return "ref", self._sets[id(obj)]
        number = self._sets[id(obj)] = len(self._sets)
        self._met.append(obj)
        try:
            members = sorted(obj, key=_sort_key)
        except (NotPlain, TypeError):
            members = list(obj)
        return type(obj).__name__, number, members


def _reduce_as_it_says(obj: Any) -> Any:
    """What a notebook's class gives to pickle; a name alone (of a singleton) means nothing to another kernel."""
    reduced = obj.__reduce_ex__(5)
    return (copyreg.__newobj__, (type(obj),), vars(obj) or None) if isinstance(reduced, str) else reduced  # type: ignore[attr-defined]


def _reduce_proxy(proxy: types.MappingProxyType[Any, Any]) -> Any:
    """The proxy of the very dict that it stands for, not of a copy."""
    return types.MappingProxyType, (gc.get_referents(proxy)[0],)


def _reduce_ufunc(function: Any) -> Any:
    """A function of numpy by its public name."""
    is_public = getattr(np, function.__name__, None) is function
    return (rebuild.public, ("numpy", function.__name__)) if is_public else NotImplemented


def _reduce_module(module: types.ModuleType) -> Any:
    """By name; one that was made in the notebook by value."""
    if module.__name__ in sys.modules:
        return rebuild.module, (module.__name__,)
    content = {name: value for name, value in vars(module).items() if name != "__builtins__"}
    return rebuild.module_by_value, (module.__name__,), content, None, None, rebuild.attributes


def _reduce_view(view: Any) -> Any:
    """A view of a dict with what it shows, not with the rest of the dict."""
    kind = next(name for name in ("keys", "values", "items") if name in type(view).__name__)
    make: Any = collections.OrderedDict if type(view).__name__.startswith("odict") else dict
    content = make.fromkeys(view) if kind == "keys" else make(enumerate(view) if kind == "values" else view)
    return rebuild.dict_view, (kind, content)


def _reduce_environment(environment: Any) -> str:
    """By name: the environment of the kernel is never kept (P13), and comes back as that of the kernel there."""
    for name in ("environ", "environb"):
        if environment is getattr(os, name, None):
            return name
    raise Refused("cannot keep 'os._Environ' object")


_A_DICT: dict[Any, Any] = {}
_DICT_ITERATORS: frozenset[Any] = frozenset(
    map(type, (iter(_A_DICT.keys()), iter(_A_DICT.values()), iter(_A_DICT.items()), iter(frozenset())))
)
_SINGLETONS: dict[type, Any] = {type(value): value for value in (None, ..., NotImplemented)}
_VIEWS = [
    type(getattr(make(), name)()) for make in (dict, collections.OrderedDict) for name in ("keys", "values", "items")
]

_BY_TYPE: dict[type, Reducer] = {
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
    ArrayRef: lambda ref: (array, (ref.number, ref.held)),
    **dict.fromkeys(_VIEWS, _reduce_view),
}


Memo = dict[int, tuple[int, Any]]
"""id -> (number, object) for everything that one pass met and could meet again. The pickler must stay alive."""


def holds_sets(memo: Memo) -> bool:
    """True when a set of two or more members was met, whose order would depend on hashes."""
    kinds = set(map(type, map(itemgetter(1), memo.values())))
    if not kinds & {set, frozenset}:
        return False
    return any(type(o) in (set, frozenset) and len(o) > 1 for _, o in memo.values())


_IMMUTABLE: frozenset[type] = frozenset(
    [
        *(str, bytes, int, float, complex, bool, tuple, frozenset, range, slice, type(None), types.CodeType),
        *(types.ModuleType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType),
        *(types.GetSetDescriptorType, types.MethodType, types.MappingProxyType),
        *definitions.PARAMETERS,
    ]
)


def links(obj: Any) -> bool:
    """True when two names that both hold this very object have to be restored together."""
    kind = type(obj)
    if kind in _IMMUTABLE or issubclass(kind, type) or definitions.is_enum_member(obj):
        return False
    if kind is types.FunctionType:
        return not definitions.importable(obj) and not definitions.is_definition(obj)
    codec = protocol.find(kind)
    if codec is not None:
        return codec.identity and codec.links
    return not _is_singleton(obj)


def _is_singleton(obj: Any) -> bool:
    """Objects that pickle by name (numpy ufuncs and the like): the same everywhere anyway."""
    home = type(obj).__module__
    module = None if home == definitions.NOTEBOOK else sys.modules.get(home)
    name = getattr(type(obj), "__name__", "")
    is_named = module is not None and getattr(module, name.upper(), None) is obj
    return is_named or definitions.sentinel_name(obj) is not None


class Unpickler(pickle.Unpickler):
    """Bytes of `Pickler` to values. Runs what the pickle asks for: only for trusted stores."""

    def __init__(self, data: bytes | memoryview, loader: Any) -> None:
        super().__init__(io.BytesIO(data))
        self._loader = loader
        self._sets: dict[int, Any] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Our own stand-ins lead to the loader; everything else is imported."""
        own = self._loader.stand_ins.get((module, name))
        if own is not None:
            return own
        if (name == "code" and module == "builtins") or (name == "CodeType" and module == "types"):
            return rebuild.foreign_bytecode
        if (module, name) == (rebuild.__name__, rebuild.public.__name__):
            return self._public
        if (module, name) == (rebuild.__name__, rebuild.module.__name__):
            return self._module
        self._check(module, name)
        return super().find_class(*renamed.current(module, name))

    def _public(self, module: str, name: str) -> Any:
        self._check(module, name)
        return rebuild.public(*renamed.current(module, name))

    def _module(self, name: str) -> types.ModuleType:
        self._check(name, "")
        return rebuild.module(name)

    def _check(self, module: str, name: str) -> None:
        """Refuse a name that the recipe of a stranger does not show."""
        listed = self._loader.listed
        if listed is not None and f"{module}:{name}" not in listed:
            raise NeedsTrust(
                f"a pickle asks for {module}.{name} in a way that hides it: it was made to mislead",
                "do not load it; ask where it comes from",
            )

    def persistent_load(self, pid: Any) -> Any:
        """Sets that `CanonicalPickler` wrote."""
        how, number, *members = pid
        if how == "ref":
            return self._sets.setdefault(number, set())
        if how == "frozenset":
            made: Any = frozenset(members[0])
            self._sets[number] = made
            return made
        made = self._sets.setdefault(number, set())
        made.update(members[0])
        return made
