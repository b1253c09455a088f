"""Explains why a value cannot be kept: the path to the innermost object that cannot be pickled, and the reason."""

from __future__ import annotations

import re
import types
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs.definitions import is_widget
from nbmodelver.codecs.limits import Overtime
from nbmodelver.codecs.renewed import Refused
from nbmodelver.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_STEPS = 2000
"""Number of objects that are tried before the search returns the path found so far."""

_KINDS: dict[str, str] = {
    "generator": "a generator cannot be kept: its position lives in the interpreter",
    "coroutine": "a coroutine cannot be kept: its position lives in the interpreter",
    "async_generator": "a generator cannot be kept: its position lives in the interpreter",
    "socket": "an open socket cannot be kept",
    "socket.socket": "an open socket cannot be kept",
    "SSLSocket": "an open socket cannot be kept",
    "sqlite3.Cursor": "an open database cursor cannot be kept",
    "frame": "a frame of a running program cannot be kept",
    "traceback": "a traceback cannot be kept",
    "select.epoll": "an open poll object cannot be kept",
    "_asyncio.Future": "a future cannot be kept: keep its result",
    "_asyncio.Task": "a task cannot be kept: keep its result",
    "os._Environ": "a copy of the environment cannot be kept: it may hold secrets",
    "_hashlib.HASH": "a hash under way cannot be kept: keep its digest",
}


_EXPLAINED: dict[str, str] = {
    "Serialization of parametrized modules": (
        "torch does not pickle a module with parametrizations (spectral_norm, weight_norm):"
        " keep its state instead, state = net.state_dict()"
    ),
    "Sorry, pickling not yet supported": "patsy refuses to pickle it: keep its formula and data, or its array",
    "Tried to serialize object __torch__": (
        "torch does not pickle a scripted module: keep its state instead, state = net.state_dict()"
    ),
    "ctypes objects containing pointers cannot be pickled": "it holds a pointer into memory of a library in C",
    "no default __reduce__ due to non-trivial __cinit__": "its class is written in C and does not support pickling",
}
"""Texts of errors that libraries raise -> a full sentence, with a workaround if there is one."""


def reason(error: BaseException) -> str:
    """The reason of an error in one line."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else ""
    found = re.search(r"cannot (?:pickle|keep) '?([\w.]+)'? objects?", text) or re.search(
        r"cannot pickle (\w+) objects", text
    )
    if found:
        name = found.group(1)
        short = name.rpartition(".")[2]
        return _KINDS.get(name) or _KINDS.get(short) or f"a {name} object cannot be kept"
    for marks, said in _EXPLAINED.items():
        if marks in str(error):
            return said
    if is_recursion(error):
        return "nested too deeply to be kept (limit: the interpreter's recursion limit)"
    if isinstance(error, Refused | Overtime):
        return text
    kind = type(error).__name__
    if not text:
        return f"its class refuses pickling ({kind}) without a reason"
    return f"{kind}: {text}"


def is_recursion(error: BaseException) -> bool:
    """True if the error is, or was caused by, unbounded recursion."""
    return isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError)


def find(name: str, value: Any, error: BaseException, attempt: Callable[[Any], BaseException | None]) -> Skipped:
    """The path from `name` to the innermost object that cannot be kept.

    attempt: encodes an object and returns its error, or None.
    """
    path, at, left = name, value, MAX_STEPS
    seen: set[int] = set()
    while left > 0 and id(at) not in seen and not is_recursion(error) and not _is_explained(at, error):
        seen.add(id(at))
        for step, child in children(at):
            left -= 1
            if left <= 0 or id(child) in seen or isinstance(child, type):
                continue
            inner = attempt(child)
            if inner is not None:
                path, at, error = path + step, child, inner
                break
        else:
            break
    return Skipped(name, path, _known(at) or reason(error))


def _is_explained(value: Any, error: BaseException) -> bool:
    """True if the error is about this value itself and not about an object in it."""
    return _known(value) is not None or (isinstance(error, Refused) and error.about is value)


def _known(value: Any) -> str | None:
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if is_widget(value):
        return "a widget cannot be kept: it lives in the page"
    return _KINDS.get(name)


def children(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the members of a value, each with the step of its path. Calls no user code."""
    if isinstance(value, dict):
        for key, item in list(dict.items(value)):
            yield f"[{_shown(key)}]", item
    elif isinstance(value, (list, tuple)):
        for at, item in enumerate(list(value)):
            yield f"[{at}]", item
    elif isinstance(value, (set, frozenset)):
        for item in list(value):
            yield "{...}", item
    if isinstance(value, type):
        yield from ((f".{name}", item) for name, item in list(type.__getattribute__(value, "__dict__").items()))
        return
    if isinstance(value, types.FunctionType):
        yield from _cells(value)
    elif isinstance(value, types.MethodType):
        yield ".__self__", value.__self__
    yield from _attributes(value)


def _shown(key: Any) -> str:
    return repr(key) if type(key) in (str, int, float, bool, bytes, type(None)) else f"<{type(key).__name__}>"


def _cells(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield f".<closure>.{name}", cell.cell_contents
        except ValueError:
            continue
    for at, default in enumerate(function.__defaults__ or ()):
        yield f".__defaults__[{at}]", default


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        own = {}
    if isinstance(own, dict):
        for name, item in list(own.items()):
            yield f".{name}", item
    for base in type(value).__mro__:
        for name, member in vars(base).items():
            if isinstance(member, types.MemberDescriptorType):
                try:
                    yield f".{name}", member.__get__(value)
                except AttributeError:
                    continue
