"""Finds names that share many objects by a bounded walk, so that shared objects are not encoded for each name.

Axes, lines and the legend of a figure refer to the figure; encoding each of these names alone would encode the whole
figure. The walk from a value stops at an object of a name that is already encoded, so its cost is the number of objects
that only this name holds. It uses the references that the garbage collector knows; what it misses, the encoding finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import identity
from nbmodelver.codecs.reach import Reach, held

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

LEAST_OBJECTS = 1000
"""Encoding a name with fewer objects twice costs too little to avoid."""
MOST_STEPS = 2000
"""A walk that meets more objects of its own stops, and the name is encoded alone."""


class Crowds:
    """The names of one commit that hold many objects, and the names that share objects with them.

    The first name that shares objects with another one is still encoded alone. So for both it is known whether they
    changed, and at most three times the shared bytes are encoded. Further names are encoded together.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._reach = Reach(namespace)
        self._hosts: dict[str, Set[int]] = {}
        self._host_of: dict[str, str] = {}
        self._guests: dict[str, dict[str, Any]] = {}
        self._found = ""

    def takes(self, name: str, value: Any) -> bool:
        """True if a name will be encoded later together with others; False if it has to be encoded alone now."""
        self._found = self._met(value) if self._hosts else ""
        if not self._found:
            return False
        guests = self._guests[self._found]
        guests[name] = value
        return len(guests) > 1

    def offer(self, name: str, ids: Set[int]) -> None:
        """Register a name that was encoded alone. ids: of its objects that may link names."""
        if len(ids) < LEAST_OBJECTS:
            return
        self._hosts[name] = ids
        self._host_of[name] = self._found or name
        self._guests.setdefault(self._host_of[name], {})

    def joined(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield each host with the names to encode with it; the first of these was also encoded alone."""
        yield from ((host, guests) for host, guests in self._guests.items() if len(guests) > 1)

    def _met(self, value: Any) -> str:
        """The host of the first name that holds an object of this value; "" if the walk finds no such object."""
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
