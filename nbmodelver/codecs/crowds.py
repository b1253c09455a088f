"""Names that share much: found by a short walk, so that what they share is not encoded once for each of them.

A figure is held by its axes, every line and the legend; each of these names, encoded by itself, is the whole figure.
The walk from a value ends where it meets an object of a name that was encoded already, so it costs what only this name
holds. It sees what the garbage collector sees; whatever it misses, the encoding itself finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import identity
from nbmodelver.codecs.reach import Reach, held

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

LEAST_OBJECTS = 1000
"""A name that holds fewer objects is encoded again at no cost that matters."""
MOST_STEPS = 2000
"""A walk that meets more objects of its own ends: the name is encoded by itself."""


class Crowds:
    """The names of one commit that hold many objects, and the names that share objects with them.

    The first name that shares with another one is still encoded by itself: so it is known of both whether they changed,
    and no more than three times the bytes that they share are encoded. From the next one on, names join.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._reach = Reach(namespace)
        self._hosts: dict[str, Set[int]] = {}
        self._host_of: dict[str, str] = {}
        self._guests: dict[str, dict[str, Any]] = {}
        self._found = ""

    def takes(self, name: str, value: Any) -> bool:
        """Whether a name is to be encoded together with others, later; else it is to be encoded by itself now."""
        self._found = self._met(value) if self._hosts else ""
        if not self._found:
            return False
        guests = self._guests[self._found]
        guests[name] = value
        return len(guests) > 1

    def offer(self, name: str, ids: Set[int]) -> None:
        """A name was encoded by itself. ids: of the objects that it holds and that may tie names together."""
        if len(ids) < LEAST_OBJECTS:
            return
        self._hosts[name] = ids
        self._host_of[name] = self._found or name
        self._guests.setdefault(self._host_of[name], {})

    def joined(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each host with the names that are to be encoded with it; the first of them was encoded by itself too."""
        yield from ((host, guests) for host, guests in self._guests.items() if len(guests) > 1)

    def _met(self, value: Any) -> str:
        """The host of the first name that holds an object of this value too; "" when the walk meets no such object."""
        seen: set[int] = set()
        queue = [value]
        while queue and len(seen) < MOST_STEPS:
            at = queue.pop()
            if id(at) in seen or (at is not value and self._reach.is_end(at)):
                continue
            seen.add(id(at))
            for name, ids in self._hosts.items():
                if id(at) in ids and identity.links(at):
                    return self._host_of[name]
            queue += held(at)
        return ""
