"""Functions and classes written in the notebook: by value, with the live namespace as their globals.

A *definition* is a class or top-level function of the notebook. It is stored once per version under a key of its own
(its qualified name), and values refer to the key: so editing a class does not store its instances again, and all
instances come back with one class. Everything else written there (lambdas, closures, decorated functions) is part of
the value that holds it. Code objects carry only their own lines: editing a cell elsewhere changes nothing here, and
`inspect.getsource` and tracebacks work after a rollback in a fresh kernel.
"""

from __future__ import annotations

import builtins
import dataclasses
import enum
import inspect
import linecache
import sys
import types
import weakref
from typing import TYPE_CHECKING, Any

import cloudpickle.cloudpickle as by_value
from xxhash import xxh3_64_hexdigest

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOK = "__main__"
_FILE = "<nbmodelver "

_SENTINELS: dict[int, str] = {
    id(getattr(dataclasses, name)): name
    for name in ("MISSING", "KW_ONLY", "_HAS_DEFAULT_FACTORY")
    if hasattr(dataclasses, name)
}
_sources: weakref.WeakKeyDictionary[types.CodeType, types.CodeType] = weakref.WeakKeyDictionary()


def importable(obj: Any) -> bool:
    """True when `obj` is what its module and qualified name say, in a module that another kernel can import."""
    module_name = getattr(obj, "__module__", None)
    if not isinstance(module_name, str) or module_name == NOTEBOOK:
        return False
    module = sys.modules.get(module_name)
    if module is None or by_value._is_registered_pickle_by_value(module):
        return module_name == "builtins"
    found: Any = module
    for step in obj.__qualname__.split("."):
        try:
            found = getattr(found, step)
        except AttributeError:
            return False
    return found is obj


def is_definition(obj: Any) -> bool:
    """True for classes made in the notebook, and for its top-level functions without a closure."""
    if isinstance(obj, type):
        return not importable(obj) and obj not in by_value._BUILTIN_TYPE_NAMES
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
    if own is namespace or own.get("__name__") == NOTEBOOK:
        return None
    module = own.get("__name__")
    if isinstance(module, str) and getattr(sys.modules.get(module), "__dict__", None) is own:
        return module
    used = sorted(by_value._extract_code_globals(function.__code__))
    return {name: own[name] for name in ("__name__", *used) if name in own}


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
    """Cloudpickle's way of taking a class apart, without its random id: same class, same bytes."""
    reduced = by_value._class_reduce(cls)
    if not isinstance(reduced, tuple) or len(reduced) < 3:
        return reduced
    make, args, *rest = reduced
    if make is by_value._make_skeleton_class:
        args = (*args[:4], None, args[5])
    elif make is by_value._make_skeleton_enum:
        args = (*args[:5], None, args[6])
    rest[0][0].pop("__slotnames__", None)  # Pickle leaves it in a class when it meets the first instance.
    return (make, args, *rest)


def reduce_code(code: types.CodeType) -> Any:
    """A code object with its own lines only."""
    return by_value._code_reduce(portable(code))


def portable(code: types.CodeType) -> types.CodeType:
    """The same code, numbered from line 1 of its own source, under a file name made from that source."""
    if code.co_filename.startswith(_FILE):
        return code
    try:
        return _sources[code]
    except KeyError:
        lines = _own_lines(code)
        made = (
            _renamed(code, _register(code.co_name, lines), code.co_firstlineno - 1)
            if lines
            else _renamed(code, "<unknown>", 0)
        )
        _sources[code] = made
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
