"""Functions and classes written in the notebook: by value, with the live namespace as their globals.

A *definition* is a class or top-level function of the notebook. It is stored once per version under a key of its own
(its qualified name), and values refer to the key: so editing a class does not store its instances again, and all
instances come back with one class. Everything else written there (lambdas, closures, decorated functions) is part of
the value that holds it. Code objects carry only their own lines: editing a cell elsewhere changes nothing here, and
`inspect.getsource` and tracebacks work after a rollback in a fresh kernel.
"""

from __future__ import annotations

import _abc  # type: ignore[import-not-found]  # the registry of an abstract class is visible only there
import abc
import builtins
import dataclasses
import enum
import functools
import inspect
import linecache
import sys
import types
import typing
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import cloudpickle.cloudpickle as by_value
from xxhash import xxh3_64_hexdigest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOTEBOOK = "__main__"
_FILE = "<nbmodelver "

_SENTINELS: dict[int, str] = {
    id(getattr(dataclasses, name)): name
    for name in ("MISSING", "KW_ONLY", "_HAS_DEFAULT_FACTORY", "_EMPTY_METADATA")
    if hasattr(dataclasses, name)
}
_sources: weakref.WeakKeyDictionary[types.CodeType, tuple[str, str, types.CodeType]] = weakref.WeakKeyDictionary()
"""Equal code objects may come from different places: so file and qualified name stand with what was made of them."""

_loaded: dict[int, tuple[weakref.ref[Any], str]] = {}
"""By id, because a metaclass may have a hash of its own: a definition that was loaded, and its key."""


def remember_key(obj: Any, key: str) -> None:
    """Keep in mind by which key a definition was loaded, as long as it lives."""
    at = id(obj)
    _loaded[at] = (weakref.ref(obj, lambda _: _loaded.pop(at, None)), key)


def loaded_key(obj: Any) -> str:
    """The key that a definition was loaded by; "" for one that was not."""
    ref, key = _loaded.get(id(obj), (None, ""))
    return key if ref is not None and ref() is obj else ""


def importable(obj: Any) -> bool:
    """True when `obj` is what its module and qualified name say, in a module that another kernel can import."""
    module_name = getattr(obj, "__module__", None)
    if not isinstance(module_name, str) or module_name == NOTEBOOK:
        return False
    module = sys.modules.get(module_name)
    if module is None or by_value._is_registered_pickle_by_value(module):
        return module_name == "builtins"
    found: Any = module
    for step in getattr(obj, "__qualname__", obj.__name__).split("."):
        try:
            found = getattr(found, step)
        except AttributeError:
            return False
    return found is obj


def says_how(kind: type) -> bool:
    """True for a class with a `__reduce__` or `__reduce_ex__` written in the notebook."""
    own = next(base for base in kind.__mro__ if any(name in vars(base) for name in _REDUCERS))
    return own.__module__ == NOTEBOOK and not importable(own)


_REDUCERS = ("__reduce__", "__reduce_ex__")


def is_definition(obj: Any) -> bool:
    """True for classes made in the notebook, and for its top-level functions without a closure."""
    if isinstance(obj, type):
        return not importable(obj) and obj not in by_value._BUILTIN_TYPE_NAMES
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
    """True for a function with defaults or attributes that it may share with a name: then it is a value like others."""
    held = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *vars(function).values()]
    return not all(isinstance(x, _CONSTANTS) for x in held)


def names_used(obj: Any) -> set[str]:
    """The global names that a function, or any method of a class, refers to."""
    used: set[str] = set()
    for function in _functions_of(obj):
        used.update(by_value._extract_code_globals(function.__code__))
    return used - set(vars(builtins))


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
    """The notebook's class whose member, by the function's qualified name, this very function is."""
    found: Any = namespace
    for step in function.__qualname__.split(".")[:-1]:
        found = found.get(step) if found is namespace else vars(found).get(step)
        if not isinstance(found, type) or importable(found):
            return None
    if found is namespace:
        return None
    member = vars(found).get(function.__name__)
    return found if getattr(member, "__func__", member) is function else None


def member(cls: type, name: str) -> Any:
    """The function that a class holds under this name."""
    held = vars(cls)[name]
    return getattr(held, "__func__", held)


def reduce_method(method: types.MethodType) -> tuple[Any, ...]:
    """How pickle takes a bound method apart: by name, if its class, or the class it is bound to, has it."""
    owner, name = method.__self__, method.__func__.__name__
    for base in owner.__mro__ if isinstance(owner, type) else type(owner).__mro__:
        held = vars(base).get(name)
        if getattr(held, "__func__", held) is method.__func__:
            return bind, (base, name, owner)
    return types.MethodType, (method.__func__, owner)


def bind(cls: type, name: str, owner: Any) -> types.MethodType:
    """A bound method."""
    return types.MethodType(member(cls, name), owner)


def exception_like(cls: Any, args: tuple[Any, ...]) -> BaseException:
    """An exception with these arguments, without a call of the `__init__` that its class was given in Python."""
    made: BaseException = cls.__new__(cls, *args)
    base = next(b for b in cls.__mro__ if not isinstance(b.__init__, types.FunctionType))
    base.__init__(made, *args)
    return made


def reduce_newtype(kind: Any) -> tuple[Any, ...]:
    """A `typing.NewType`, which pickle would only look up by its name."""
    return newtype, (kind.__name__, kind.__qualname__, kind.__module__, kind.__supertype__)


def newtype(name: str, qualname: str, module: str, supertype: Any) -> Any:
    """A `typing.NewType` as it was."""
    make: Any = typing.NewType
    made = make(name, supertype)
    made.__qualname__, made.__module__ = qualname, module
    return made


PARAMETERS = (typing.TypeVar, typing.ParamSpec, typing.TypeVarTuple)
"""Type parameters: pickle would only look them up by their names."""


def reduce_parameter(parameter: Any) -> tuple[Any, ...]:
    """How pickle takes a type parameter of the notebook apart."""
    options = {word: getattr(parameter, f"__{word}__", None) for word in _PARAMETER_WORDS}
    given = {word: value for word, value in options.items() if value not in (None, False)}
    constraints = getattr(parameter, "__constraints__", ())
    return type_parameter, (type(parameter), parameter.__name__, parameter.__module__, constraints, given)


_PARAMETER_WORDS = ("bound", "covariant", "contravariant", "infer_variance")


def type_parameter(kind: Any, name: str, module: str, constraints: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """A type parameter as it was."""
    made = kind(name, *constraints, **given)
    made.__module__ = module
    return made


def reduce_arguments(arguments: Any) -> tuple[Any, ...]:
    """`P.args` or `P.kwargs` of a `ParamSpec`."""
    return getattr, (arguments.__origin__, "args" if isinstance(arguments, typing.ParamSpecArgs) else "kwargs")


def reduce_function(function: types.FunctionType, namespace: dict[str, Any]) -> tuple[Any, ...]:
    """How pickle takes a function written in the notebook apart."""
    cells = function.__closure__
    state = {
        "__defaults__": function.__defaults__,
        "__kwdefaults__": function.__kwdefaults__,
        "__annotations__": function.__annotations__,
        "__module__": function.__module__,
        "__doc__": function.__doc__,
        "__qualname__": function.__qualname__,
        "__dict__": function.__dict__,
    }
    if parameters := getattr(function, "__type_params__", ()):
        state["__type_params__"] = parameters
    made_of = (function.__code__, _globals_of(function, namespace), function.__name__, cells)
    return make_function, made_of, state, None, None, set_function_state


def _globals_of(function: types.FunctionType, namespace: dict[str, Any]) -> Any:
    """None for the notebook's namespace, a module's name, or the few names used of any other dict."""
    own = function.__globals__
    if own is namespace or own is vars(sys.modules[NOTEBOOK]):
        return None
    if own.get("__name__") == NOTEBOOK and not _has_names_of_its_own(function, own, namespace):
        return None
    module = own.get("__name__")
    if isinstance(module, str) and getattr(sys.modules.get(module), "__dict__", None) is own:
        return module
    used = sorted(by_value._extract_code_globals(function.__code__))
    return {name: own[name] for name in ("__name__", *used) if name in own}


def _has_names_of_its_own(function: types.FunctionType, own: dict[str, Any], namespace: dict[str, Any]) -> bool:
    """True for a function whose globals are a copy of the notebook's with more in it, as attrs makes them."""
    used = by_value._extract_code_globals(function.__code__)
    return any(name in own and name not in namespace for name in used if not hasattr(builtins, name))


def make_function(_code: types.CodeType, _globals: Any, _name: str, _cells: Any) -> types.FunctionType:
    """Stands in pickles for the loader's own builder, which knows the live namespace."""
    raise RuntimeError("functions of a notebook are rebuilt by the loader only")


def build_function(
    namespace: dict[str, Any], code: types.CodeType, where: Any, name: str, cells: Any
) -> types.FunctionType:
    """The function that `reduce_function` took apart, with the live namespace as its globals."""
    if where is None:
        scope = namespace
    elif isinstance(where, str):
        __import__(where)
        scope = sys.modules[where].__dict__
    else:
        scope = where
        scope.setdefault("__builtins__", builtins)
    return types.FunctionType(code, scope, name, None, cells)


def set_function_state(function: types.FunctionType, state: dict[str, Any]) -> None:
    """Give a rebuilt function its defaults, annotations and attributes."""
    function.__dict__.update(state.pop("__dict__"))
    for name, value in state.items():
        setattr(function, name, value)


def reduce_cell(cell: types.CellType) -> tuple[Any, ...]:
    """Cells keep their identity, so two closures over one variable still share it."""
    try:
        contents: tuple[Any, ...] = (cell.cell_contents,)
    except ValueError:
        contents = ()
    return types.CellType, (), contents, None, None, set_cell


def set_cell(cell: types.CellType, contents: tuple[Any, ...]) -> None:
    """Fill a rebuilt cell."""
    if contents:
        cell.cell_contents = contents[0]


def reduce_class(cls: type) -> Any:
    """How pickle takes a class apart: an empty class of the same shape first, then its members. Same class, same bytes.

    Instances met on the way find the empty class, so a class may hold its own instances.
    """
    if issubclass(cls, enum.Enum):
        return _reduce_enum(cls)
    own = dict(vars(cls))
    body: dict[str, Any] = {name: own[name] for name in ("__module__", "__slots__", "__orig_bases__") if name in own}
    body["__qualname__"] = cls.__qualname__
    slots = {n for n, m in own.items() if isinstance(m, types.MemberDescriptorType) and m.__objclass__ is cls}
    if "__slots__" in body and not isinstance(body["__slots__"], (str, tuple, list)):
        body["__slots__"] = tuple(body["__slots__"])
    members = {n: m for n, m in own.items() if n not in _MADE_BY_TYPE and n not in body and n not in slots}
    bases = by_value._get_bases(cls) if typing.is_typeddict(cls) else cls.__bases__
    state = (members, _registered(cls))
    return make_class, (type(cls), cls.__name__, bases, body), state, None, None, set_class_state


def _reduce_enum(cls: Any) -> tuple[Any, ...]:
    """An enumeration by its members' values; what its `__init__` or `__new__` gave each member comes on top."""
    make, args, state, *rest = by_value._class_reduce(cls)
    if make is not by_value._make_skeleton_enum:
        return make, args, state, *rest
    own = {name: {k: v for k, v in vars(m).items() if k not in _MADE_BY_ENUM} for name, m in cls.__members__.items()}
    made_of = (*args[:5], None, args[6])
    if not any(own.values()):
        return make, made_of, state, *rest
    return make, made_of, (state, own), None, None, set_enum_state


_MADE_BY_ENUM = {"_value_", "_name_", "__objclass__", "_sort_order_", "_inverted_"}


def set_enum_state(cls: Any, state: tuple[Any, dict[str, dict[str, Any]]]) -> None:
    """Give a rebuilt enumeration its functions, and its members their attributes."""
    by_value._class_setstate(cls, state[0])
    for name, own in state[1].items():
        vars(cls.__members__[name]).update(own)


_MADE_BY_TYPE = {"__dict__", "__weakref__", "_abc_impl", "__slotnames__"}


def _registered(cls: type) -> list[type]:
    """Virtual subclasses of an abstract base class."""
    if not isinstance(cls, abc.ABCMeta):
        return []
    found = [ref() for ref in _abc._get_dump(cls)[0]]
    return sorted((c for c in found if c is not None), key=lambda c: (c.__module__, c.__qualname__))


def make_class(kind: Any, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
    """An empty class, made by the first metaclass that is not of a notebook, without calling hooks of a notebook."""
    maker: Any = next(k for k in kind.__mro__ if importable(k))
    real = types.resolve_bases(bases)
    with _without_hook(real):
        made: type = maker.__new__(kind, name, tuple(real), dict(body))
        if maker.__init__ is not type.__init__:
            maker.__init__(made, name, tuple(real), dict(body))
    return made


@contextmanager
def _without_hook(bases: Sequence[type]) -> Iterator[None]:
    """Keep an `__init_subclass__` written in the notebook from running again for a class that it has seen."""
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


def set_class_state(cls: type, state: tuple[dict[str, Any], list[type]]) -> None:
    """Give a rebuilt class its members."""
    members, registered = state
    for name in [n for n in vars(cls) if n not in members and n in _ADDED_BY_HOOKS]:
        type.__delattr__(cls, name)
    for name, value in members.items():
        type.__setattr__(cls, name, value)
    for virtual in registered:
        abc.ABCMeta.register(cls, virtual)  # type: ignore[arg-type]


_ADDED_BY_HOOKS = {"__hash__"}


def reduce_cached_property(value: Any) -> tuple[Any, ...]:
    """A `functools.cached_property` without its lock."""
    return cached_property, (type(value), value.func, value.attrname, value.__doc__)


def cached_property(kind: Any, func: Any, name: str | None, doc: str | None) -> Any:
    """A `functools.cached_property` as it was."""
    made = kind(func)
    made.attrname, made.__doc__ = name, doc
    return made


def reduce_partial(value: Any) -> Any:
    """A `functools.partial`: the same whether or not someone has looked at its `__dict__`, which makes an empty one."""
    make, args, (function, given, named, own) = value.__reduce__()
    return make, args, (function, given, named, own or None)


def reduce_lru_cache(value: Any) -> Any:
    """A function under `functools.lru_cache`: the function and the settings; what it remembers is computed again."""
    if importable(value):
        return NotImplemented
    settings = value.cache_parameters()
    return lru_cache, (value.__wrapped__, settings["maxsize"], settings["typed"]), dict(vars(value))


def lru_cache(function: Any, maxsize: int | None, typed: bool) -> Any:
    """A function under `functools.lru_cache`, with an empty cache."""
    return functools.lru_cache(maxsize, typed)(function)


def reduce_code(code: types.CodeType) -> Any:
    """A code object with its own lines only."""
    return by_value._code_reduce(portable(code))


def portable(code: types.CodeType) -> types.CodeType:
    """The same code, numbered from line 1 of its own source, under a file name made from that source."""
    if code.co_filename.startswith(_FILE):
        return code
    known = _sources.get(code)
    if known is not None and known[:2] == (code.co_filename, code.co_qualname):
        return known[2]
    lines = _own_lines(code)
    made = (
        _renamed(code, _register(code.co_name, lines), code.co_firstlineno - 1)
        if lines
        else _renamed(code, "<unknown>", 0)
    )
    _sources[code] = (code.co_filename, code.co_qualname, made)
    return made


def _own_lines(code: types.CodeType) -> list[str]:
    lines = linecache.getlines(code.co_filename)
    if not 0 < code.co_firstlineno <= len(lines):
        return []
    try:
        return inspect.getblock(lines[code.co_firstlineno - 1 :])
    except (SyntaxError, IndentationError, IndexError):
        return []


def _register(name: str, lines: list[str]) -> str:
    text = "".join(lines)
    file = f"{_FILE}{name} {xxh3_64_hexdigest(text.encode('utf-8', 'surrogatepass'))}>"
    linecache.cache[file] = (len(text), None, lines, file)
    return file


def _renamed(code: types.CodeType, file: str, up: int) -> types.CodeType:
    constants = tuple(_renamed(c, file, up) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=file, co_firstlineno=max(code.co_firstlineno - up, 1), co_consts=constants)


def source_of(file: str) -> str | None:
    """The source text behind a portable file name, to be stored with the code."""
    entry = linecache.cache.get(file)
    return "".join(entry[2]) if entry is not None and file.startswith(_FILE) and len(entry) == 4 else None


def restore_source(file: str, text: str) -> None:
    """Make `inspect.getsource` and tracebacks find the source of restored code."""
    if file.startswith(_FILE) and file not in linecache.cache:
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


def sentinel_name(value: Any) -> str | None:
    """The name in `dataclasses` of one of its sentinels, which must come back as the very same object."""
    return _SENTINELS.get(id(value))


def is_enum_member(value: Any) -> bool:
    """True for a member of an Enum class; it is immutable and comes back by name."""
    return isinstance(value, enum.Enum)
