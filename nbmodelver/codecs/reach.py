"""Finds what live values hold, by the references that the garbage collector knows. No code of the values is run.

The walk stops at objects that are reachable from a value but do not belong to it: modules, classes, the shell and its
output history, the kernel, nbmodelver itself, streams, loggers, threads and widgets.
"""

from __future__ import annotations

import gc
import sys
import time
import types
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import culprit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

MOST_OBJECTS = 200_000
_SURROUNDINGS = frozenset(
    {
        ("IPython.core.interactiveshell", "InteractiveShell"),
        ("asyncio.events", "AbstractEventLoop"),
        ("comm.base_comm", "BaseComm"),
        ("io", "TextIOBase"),
        ("_io", "_TextIOBase"),
        ("ipykernel.iostream", "OutStream"),
        ("ipykernel.kernelbase", "Kernel"),
        ("ipywidgets.widgets.widget", "Widget"),
        ("logging", "Filterer"),
        ("logging", "Manager"),
        ("threading", "Thread"),
        ("traitlets.config.configurable", "Configurable"),
        ("zmq.backend.cython._zmq", "Socket"),
    }
)
"""Classes whose instances, and those of subclasses, belong to the kernel or the page."""
_OF_IPYTHON = ("In", "Out", "_ih", "_oh", "_dh")


class Reach:
    """Walks from values to the objects that they hold, in one notebook.

    namespace: of the notebook; functions and frames refer to it, and the walk stops there.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._kinds: dict[int, bool] = {}

    @cached_property
    def _ends(self) -> set[int]:
        """Ids of the namespace and the history of the notebook, and of the namespaces of all modules."""
        namespace = self._namespace
        found = {id(namespace), id(sys.modules), *(id(namespace[name]) for name in _OF_IPYTHON if name in namespace)}
        found.update(id(vars(module)) for module in list(sys.modules.values()) if hasattr(module, "__dict__"))
        return found

    def all(self, value: Any) -> dict[int, Any]:
        """Id -> object for the value and what it holds, at most 200,000 objects."""
        found: dict[int, Any] = {id(value): value}
        queue = [] if self._is_of_the_surroundings(type(value)) else list(held(value))
        while queue and len(found) < MOST_OBJECTS:
            at = queue.pop()
            if id(at) not in found and not self.is_end(at):
                found[id(at)] = at
                queue += held(at)
        return found

    def is_end(self, obj: Any) -> bool:
        """True if the walk stops at this object, because it belongs to the kernel and not to a value."""
        return id(obj) in self._ends or self._is_of_the_surroundings(type(obj))

    def _is_of_the_surroundings(self, kind: type) -> bool:
        known = self._kinds.get(id(kind))
        if known is None:
            known = self._kinds[id(kind)] = _is_of_the_surroundings(kind)
        return known

    def paths(self, value: Any, targets: Collection[int], until_s: float) -> Iterator[tuple[int, list[Any]]]:
        """Yield each target that the value holds, with the objects on the path: first the value, last the target.

        targets: ids of objects that are alive. until_s: deadline in seconds of time.perf_counter().
        """
        came_from: dict[int, Any] = {id(value): None}
        queue = deque([value])
        looked_at = 0
        while queue and len(came_from) < MOST_OBJECTS:
            at = queue.popleft()
            looked_at += 1
            if not looked_at % 1000 and time.perf_counter() > until_s:
                return
            for inner in held(at):
                if id(inner) in came_from or self.is_end(inner):
                    continue
                came_from[id(inner)] = at
                if id(inner) in targets:
                    yield id(inner), _way(inner, came_from)
                elif gc.is_tracked(inner):
                    queue.append(inner)


def _is_of_the_surroundings(kind: type) -> bool:
    if issubclass(kind, (type, types.ModuleType, types.BuiltinFunctionType, types.CodeType)):
        return True
    if str(type.__getattribute__(kind, "__module__")).partition(".")[0] == "nbmodelver":
        return True
    names = ((type.__getattribute__(b, "__module__"), type.__getattribute__(b, "__qualname__")) for b in kind.__mro__)
    return any(name in _SURROUNDINGS for name in names)


def held(obj: Any) -> Iterable[Any]:
    """The objects that an object refers to directly: of a function without its globals, of a class its members."""
    kind = type(obj)
    if kind is types.FunctionType:
        return [*(obj.__closure__ or ()), *(obj.__defaults__ or ()), obj.__kwdefaults__, obj.__dict__]
    if issubclass(kind, type):
        return list(type.__getattribute__(obj, "__dict__").values())
    return gc.get_referents(obj)


def _way(at: Any, came_from: Mapping[int, Any]) -> list[Any]:
    way = [at]
    while (at := came_from[id(at)]) is not None:
        way.append(at)
    return way[::-1]


@dataclass(frozen=True)
class Holder:
    """A live variable that holds an object to which another name refers.

    path: to the object, such as "trainer.model". name: the name that refers to it.
    """

    root: str
    path: str
    name: str


@dataclass
class Search:
    """The live variables that hold some objects. complete: False if the time limit ended the search."""

    found: list[Holder] = field(default_factory=list)
    complete: bool = True


def holders(
    objects: Mapping[str, Any], others: Mapping[str, Any], namespace: Mapping[str, Any], *, limit_s: float
) -> Search:
    """The variables of `others` that hold one of `objects`.

    objects: name -> value. limit_s: time limit in seconds. Immutable values, functions of modules and modules are
    skipped: their identity makes no difference.
    """
    targets = {id(value): name for name, value in objects.items() if is_sharable(value)}
    search, reach = Search(), Reach(namespace)
    if not targets:
        return search
    until_s = time.perf_counter() + limit_s
    for root, value in others.items():
        if time.perf_counter() > until_s:
            search.complete = False
            break
        if id(value) in targets:
            search.found.append(Holder(root, root, targets[id(value)]))
        elif gc.is_tracked(value):
            ways = reach.paths(value, targets, until_s)
            search.found += [Holder(root, _path(root, way), targets[at]) for at, way in ways]
    search.complete = search.complete and time.perf_counter() <= until_s
    return search


_ATOMS = (int, float, complex, str, bytes, type(None), types.ModuleType, types.BuiltinFunctionType)


def is_sharable(value: Any) -> bool:
    """True for a value for which it makes a difference whether two variables hold the same object."""
    return not issubclass(type(value), _ATOMS) and not (type(value) is tuple and not gc.is_tracked(value))


def _path(root: str, way: list[Any]) -> str:
    path, at = root, way[0]
    for inner in way[1:]:
        if type(inner) is types.CellType or (type(inner) is dict and inner is _attributes_of(at)):
            continue
        path += next((step for step, child in culprit.children(at) if child is inner), "")
        at = inner
    return path


def _attributes_of(obj: Any) -> Any:
    try:
        return object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return None
