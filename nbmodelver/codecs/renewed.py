"""Values that are made new when they are loaded: locks, queues, pools, loggers, files, databases, temporary folders.

A file of this folder offers ways, each for one class of the standard library: what to keep of a value, how to make a
new one, and what to say of it ("lock: new"). A recipe names the way by its tag (FORMAT.md, "Values that are made new").
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
"""Files of codecs/ that offer `WAYS`; a tag begins with the name of its file."""

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
"""Classes, with those derived from them, that pickle might take although they belong to this very kernel."""


class Refused(TypeError):
    """A value that cannot be kept. Its text says why, and what to do instead. about: the value, where it is known."""

    about: Any = None


@dataclass(frozen=True)
class KeptState:
    """What is kept of a value. args: for `make`; nothing in them refers back to the value. state: for `fill`.

    notes: what to say of the value at the commit, such as "lock: new".
    """

    args: tuple[Any, ...] = ()
    state: Any = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """How values of one class, and of subclasses without a pickling of their own, are made new.

    tag: stable name in recipes, "file.class"; other arguments or another state get a new tag.
    take(value): reads the value only. Raises Refused. make(cls, *args): a new value. fill(value, state): the rest.
    exact: subclasses are left to pickle. attributes: attributes beside those that `cls.__init__` sets are kept.
    """

    tag: str
    cls: Any
    take: Callable[[Any], KeptState]
    make: Callable[..., Any]
    fill: Callable[[Any, Any], None] = lambda _value, _state: None
    exact: bool = False
    attributes: bool = True


def helper(kind: type) -> Helper | None:
    """The reduction by the way for this class, or for the class of the standard library that it is derived from."""
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
    """True for a subclass that says by itself how it is pickled."""
    hooks = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    return any(getattr(kind, hook, None) is not getattr(base, hook, None) for hook in hooks)


def reduce(way: Way, value: Any, memory: Memory) -> Any:
    """How pickle takes a value apart that is made new."""
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
    """What the user has set on the value, or a subclass of the user."""
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
    """A new value by the way of this tag. cls: a subclass, or None for the way's own class."""
    way = by_tag(tag)
    return way.make(way.cls if cls is None else cls, *args)


def fill(value: Any, state: tuple[str, Any, dict[str, Any]]) -> None:
    """Give a new value its contents. state: tag, state of the way (None for none), attributes."""
    tag, content, attributes = state
    if content is not None:
        by_tag(tag).fill(value, content)
    for name, item in attributes.items():
        object.__setattr__(value, name, item)


def by_tag(tag: str) -> Way:
    """The way of this tag. Raises NotLoadable."""
    name = tag.partition(".")[0]
    if name in FILES:
        for way in _file(name).WAYS:
            if way.tag == tag:
                found: Way = way
                return found
    raise NotLoadable(f"no way to make '{tag}' in this nbmodelver", "try: pip install --upgrade nbmodelver")


def _file(name: str) -> Any:
    return importlib.import_module(f"nbmodelver.codecs.{name}")


def without_init(base: Any) -> Callable[..., Any]:
    """Makes a value by `base.__init__`, not by that of a subclass, whose arguments are unknown."""

    def make(cls: Any, *args: Any) -> Any:
        made = cls.__new__(cls)
        base.__init__(made, *args)
        return made

    return make


def refusing(tag: str, cls: Any, why: str) -> Way:
    """A way for values that pickle would take, and that mean nothing elsewhere. No recipe has its tag."""

    def take(_value: Any) -> KeptState:
        raise Refused(why)

    def make(_cls: Any) -> Any:
        raise TypeError(why)

    return Way(tag, cls, take, make)
