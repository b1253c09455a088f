"""The pickler for everything that is not plain data: protocol 5, with arrays and notebook code taken out.

It is one pass in C over a value. `reducer_override` is called only for objects that are not built in. It passes arrays
and frames to their codecs and notebook functions and classes to functions.py and classes.py, and refuses what would
silently be restored as something else. Loading resolves our own names by the loader and imports everything else, so it
needs trust.
"""

from __future__ import annotations

import functools
import pickle
import types
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.codecs import classes, definitions, files, functions, rebuild, registry, sources
from nbmodelver.codecs.memory import ArrayRef
from nbmodelver.codecs.numpy import reduce_objects
from nbmodelver.codecs.plain import NotPlain, sort_key
from nbmodelver.codecs.reductions import (
    BY_TYPE,
    DICT_ITERATORS,
    SINGLETONS,
    reduce_by_own_method,
    reduce_ufunc,
)

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable

    from nbmodelver.codecs.codec import Codec
    from nbmodelver.codecs.identity import Memo
    from nbmodelver.codecs.keys import DefinitionKeys
    from nbmodelver.codecs.memory import Memory
    from nbmodelver.codecs.reductions import Reducer

_MISSING = object()
_ARRAY_CODEC = registry.by_tag("numpy.array")


def build(_tag: str, _state: tuple[Any, ...]) -> Any:
    """Stands in pickles for the call of a codec by the loader."""
    raise RuntimeError("values of a recipe are rebuilt by the loader only")


def array(_number: int, _held: bool) -> Any:
    """Stands in pickles for an array of the recipe."""
    raise RuntimeError("arrays of a recipe are rebuilt by the loader only")


def definition(_key: str) -> Any:
    """Stands in pickles for a class or function that is stored under its own key."""
    raise RuntimeError("definitions are found by the loader only")


class Pickler(pickle.Pickler):
    """Converts one value, or the values of one group, to bytes.

    roots: ids of the definitions that are stored here by value; all others are referred to by key.
    uses: keys of the definitions that the value refers to. classes: what unpickling imports, as "module:qualname".
    names_used: global names of the notebook that functions in the value refer to. without_source: qualified names of
    code without source text.
    """

    def __init__(
        self,
        file: io.BytesIO,
        memory: Memory,
        definitions: DefinitionKeys,
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
        """All objects that pickle memoized, by id. The pickler must stay alive."""
        found: Memo = self.memo.copy()
        return found

    @property
    def kinds(self) -> Iterable[type]:
        """The classes of all objects met that are not built in."""
        return self._reducers.keys()

    def reducer_override(self, obj: Any) -> Any:
        """Called by the C pickler for every object that is not built in."""
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
            **BY_TYPE,
            ArrayRef: lambda ref: (array, (ref.number, ref.held)),
            types.FunctionType: self._reduce_function,
            types.BuiltinFunctionType: self._by_name,
            types.CodeType: self._reduce_code,
            types.MethodType: self._reduce_method,
            types.CellType: self._reduce_cell,
            **dict.fromkeys(definitions.PARAMETERS, self._reduce_parameter),
            type(functools.lru_cache(int)): self._reduce_lru_cache,
            **dict.fromkeys(DICT_ITERATORS, self._reduce_dict_iterator),
            np.ndarray: self._reduce_array,
            np.ufunc: reduce_ufunc,
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
        codec = registry.find(kind)
        if codec is not None:
            return lambda obj: self._reduce_by_codec(codec, obj)
        if definitions.says_how(kind):
            return reduce_by_own_method
        return self._helper(kind)

    def _helper(self, kind: type) -> Reducer | None:
        """The reduction of a library file, for types whose own reduction loses something."""
        helper = registry.helper(kind)
        return None if helper is None else lambda obj: helper(obj, self.memory)

    def _reduce_array(self, obj: Any) -> Any:
        """An array of plain memory in one step; a forest holds thousands of them."""
        dtype = obj.dtype
        if dtype.hasobject or dtype.metadata is not None or dtype.kind == "T":
            return self._reduce_by_codec(_ARRAY_CODEC, obj)
        return array, (self.memory.add(obj).number, False)

    def _reduce_by_codec(self, codec: Codec, obj: Any) -> Any:
        state = codec.take(obj, self.memory)
        if state is None:
            helper = registry.helper(type(obj))
            return NotImplemented if helper is None else helper(obj, self.memory)
        if codec.tag == "numpy.array" and state[0] == "object":  # It may contain itself, so its elements are set later.
            return reduce_objects(obj, state)
        return build, (codec.tag, self.memory.keep(state))

    def _reduce_class(self, cls: type) -> Any:
        if cls in SINGLETONS:
            return rebuild.type_of, (SINGLETONS[cls],)
        if cls in definitions.BUILTIN_TYPES:
            return rebuild.builtin_type, (definitions.BUILTIN_TYPES[cls],)
        if definitions.importable(cls):
            return self._by_name(cls)
        if id(cls) in self.roots or id(cls) in self.definitions.inline:
            helper = registry.class_helper(cls)
            return classes.reduce_class(cls) if helper is None else helper(cls, self.memory)
        return self._refer(cls)

    def _reduce_parameter(self, parameter: Any) -> Any:
        """A type parameter: of a library by name, of the notebook by key, of one function (`def f[T]`) by value."""
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
        """True if the class, or a class around it, is stored here by value with its functions."""
        outer = self.definitions.namespace.get(cls.__qualname__.partition(".")[0])
        by_value = self.roots | self.definitions.inline
        return id(cls) in by_value or id(outer) in by_value

    def _reduce_method(self, method: types.MethodType) -> tuple[Any, ...]:
        """By name, except for a class that is still being built and has no members yet."""
        owner = method.__self__
        if any(map(self._is_being_stored, (owner if isinstance(owner, type) else type(owner)).__mro__)):
            return types.MethodType, (method.__func__, owner)
        return functions.reduce_method(method)

    def _reduce_cell(self, cell: types.CellType) -> Any:
        return (rebuild.cell, ()) if id(cell) in self.memory.filled_later else functions.reduce_cell(cell)

    def _by_name(self, obj: Any) -> Any:
        """An importable class or function by its public name, if it has one."""
        home = definitions.public_home(obj)
        module = home or obj.__module__
        if isinstance(module, str) and not module.startswith("nbmodelver."):  # Methods of built-in types have none.
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
    """A slower pickler for values with sets: it writes them in an order that does not depend on hashes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sets: dict[int, int] = {}
        self._met: list[Any] = []

    def objects(self) -> Memo:
        """Also the sets, which bypass pickle's memo."""
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
            members = sorted(obj, key=sort_key)
        except (NotPlain, TypeError):
            members = list(obj)
        return type(obj).__name__, number, members
