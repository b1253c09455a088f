"""Values that are recreated by a load: locks, queues, pools, loggers, files, databases, temporary folders.

Files of this folder define ways, each for one class of the standard library: what to store of a value, how to create a
new one, and the note about it ("lock: new"). A recipe names the way by its tag (FORMAT.md, "Values that are made new").
"""

from __future__ import annotations

import copyreg
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbmodelver.codecs.codec import Helper
    from nbmodelver.codecs.memory import Memory

FILES = ("threads", "queues", "pools", "loggers", "files", "databases", "temporary", "weak", "matches")
"""Files of codecs/ that define `WAYS`; a tag begins with the name of its file."""

ROOTS: dict[str, tuple[str, ...]] = {
    "thread": ("threads",),
    "threading": ("threads",),
    "queue": ("queues",),
    "asyncio": ("threads", "queues"),
    "concurrent": ("pools",),
    "subprocess": ("pools",),
    "multiprocessing": ("pools",),
    "logging": ("loggers",),
    "io": ("files",),
    "sqlite3": ("databases",),
    "tempfile": ("temporary",),
    "weakref": ("weak",),
    "re": ("matches",),
    "ipykernel": (),
    "IPython": (),
    "nbmodelver": (),
}
"""Root module of a class -> the files that may have a way for it."""

NEVER: dict[str, str] = {
    "ipykernel.comm.comm.BaseComm": "a widget cannot be kept: it lives in the page",
    "IPython.core.interactiveshell.InteractiveShell": (
        "the shell of the notebook cannot be kept: call get_ipython() where it is needed"
    ),
    "nbmodelver.repo.repo.Repo": "an open store cannot be kept: open it again after a rollback",
}
"""Classes, including subclasses, that pickle might accept although their instances belong to this kernel."""


class Refused(TypeError):
    """The value cannot be kept. The text says why and what to do instead. about: the value, if known."""

    about: Any = None


@dataclass(frozen=True)
class KeptState:
    """The stored state of a value.

    args: for `make`; nothing in them refers back to the value. state: for `fill`. notes: for the report of the commit,
    such as "lock: new".
    """

    args: tuple[Any, ...] = ()
    state: Any = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """Recreates values of one class, and of its subclasses without their own pickling.

    tag: stable name in recipes, "file.class"; other arguments or another state get a new tag.
    take(value): returns the state; it only reads the value. Raises Refused. make(cls, *args): returns a new value.
    fill(value, state): sets the rest.
    exact: True leaves subclasses to pickle. attributes: True stores attributes that `cls.__init__` does not set.
    """

    tag: str
    cls: Any
    take: Callable[[Any], KeptState]
    make: Callable[..., Any]
    fill: Callable[[Any, Any], None] = lambda _value, _state: None
    exact: bool = False
    attributes: bool = True


def helper(kind: type) -> Helper | None:
    """The reduction by the way of this class, or of the standard library class that it is derived from."""
    for base in kind.__mro__:
        if why := NEVER.get(f"{base.__module__}.{base.__qualname__}"):
            return _refuser(why)
    way = next((way for base in kind.__mro__ for way in _ways_of(base) if way.cls is base), None)
    if way is None or (kind is not way.cls and (way.exact or _pickles_itself(kind, way.cls))):
        return None
    chosen = way
    return lambda value, memory: reduce(chosen, value, memory)


def _refuser(why: str) -> Helper:
    def refuse(value: Any, _memory: Memory) -> Any:
        error = Refused(why)
        error.about = value
        raise error

    return refuse


def _ways_of(base: type) -> Iterable[Way]:
    for name in ROOTS.get(str(base.__module__).partition(".")[0].lstrip("_"), ()):
        yield from _file(name).WAYS


def _pickles_itself(kind: Any, base: Any) -> bool:
    """True for a subclass that defines its own pickling."""
    hooks = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    return any(getattr(kind, hook, None) is not getattr(base, hook, None) for hook in hooks)


def reduce(way: Way, value: Any, memory: Memory) -> Any:
    """The pickle reduction of a value that is recreated."""
    try:
        taken = way.take(value)
    except Refused as error:
        error.about = value
        raise
    for note in taken.notes:
        memory.note(note)
    own = _own_attributes(way, value) if way.attributes else {}
    state = None if taken.state is None and not own else memory.keep((way.tag, taken.state, own))
    cls = None if type(value) is way.cls else type(value)
    return shell, (way.tag, cls, *taken.args), state, None, None, fill


def _own_attributes(way: Way, value: Any) -> dict[str, Any]:
    """The attributes that the user, or a subclass, has set on the value."""
    names = _set_by(way.cls)
    found = {name: item for name, item in getattr(value, "__dict__", {}).items() if name not in names}
    if type(value) is not way.cls:
        slots = copyreg._slotnames(type(value))  # type: ignore[attr-defined]
        found |= {name: getattr(value, name) for name in slots if hasattr(value, name) and name not in names}
    return found


def _set_by(cls: Any) -> set[str]:
    """A superset of the attributes that the constructors of a class set: the names in their code."""
    found: set[str] = set()
    for base in cls.__mro__:
        for method in ("__init__", "_init", "__new__", "_get_loop"):
            code = getattr(vars(base).get(method), "__code__", None)
            found.update(code.co_names if code is not None else ())
        found.update(vars(base).get("__slots__", ()))
    return found


def shell(tag: str, cls: Any, *args: Any) -> Any:
    """A new value by the way with this tag. cls: a subclass, or None for the way's own class."""
    way = by_tag(tag)
    return way.make(way.cls if cls is None else cls, *args)


def fill(value: Any, state: tuple[str, Any, dict[str, Any]]) -> None:
    """Set the content of a new value. state: tag, state of the way (None if there is none), attributes."""
    tag, content, attributes = state
    if content is not None:
        by_tag(tag).fill(value, content)
    for name, item in attributes.items():
        object.__setattr__(value, name, item)


def by_tag(tag: str) -> Way:
    """The way with this tag. Raises NotLoadable."""
    name = tag.partition(".")[0]
    if name in FILES:
        for way in _file(name).WAYS:
            if way.tag == tag:
                found: Way = way
                return found
    raise NotLoadable(f"this nbmodelver cannot recreate '{tag}'", "try: pip install --upgrade nbmodelver")


def _file(name: str) -> Any:
    return importlib.import_module(f"nbmodelver.codecs.{name}")


def without_init(base: Any) -> Callable[..., Any]:
    """A `make` that calls `base.__init__`, because the arguments of the `__init__` of a subclass are unknown."""

    def make(cls: Any, *args: Any) -> Any:
        made = cls.__new__(cls)
        base.__init__(made, *args)
        return made

    return make


def refusing(tag: str, cls: Any, why: str) -> Way:
    """A way that refuses values that pickle would accept and that have no meaning elsewhere. No recipe has its tag."""

    def take(_value: Any) -> KeptState:
        raise Refused(why)

    def make(_cls: Any) -> Any:
        raise TypeError(why)

    return Way(tag, cls, take, make)
