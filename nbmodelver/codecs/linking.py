"""Determines which names are restored together, and which definitions are stored together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.codecs.identity import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from nbmodelver.codecs.encoding import EncodedNames


def linked_groups(singles: Sequence[EncodedNames], inline: Set[int]) -> Iterator[list[EncodedNames]]:
    """Yield groups of names that have to be restored together, in the order of their first name.

    inline: ids of definitions that share objects with a name. Connected components of the relation "shares an object or
    memory" by union-find.
    """
    parent = list(range(len(singles)))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    for a, b in [*_same_objects(singles, inline), *_same_memory(singles)]:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    groups: dict[int, list[EncodedNames]] = {}
    for at, single in enumerate(singles):
        groups.setdefault(root(at), []).append(single)
    yield from groups.values()


def cycles(uses: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Keys that refer to each other, as sorted tuples of two or more.

    >>> cycles({"a": ["b"], "b": ["a", "c"], "c": []})
    [('a', 'b')]
    """
    reach = {key: reachable(key, uses) for key in uses}
    found = {tuple(sorted(k for k in reach[key] if key in reach.get(k, ()))) for key in uses if key in reach[key]}
    return sorted(keys for keys in found if len(keys) > 1)


def reachable(start: str, uses: Mapping[str, Sequence[str]]) -> set[str]:
    """The keys that `start` refers to, directly or through others. uses: key -> keys that it refers to directly."""
    found: set[str] = set()
    queue = list(uses.get(start, ()))
    while queue:
        key = queue.pop()
        if key not in found:
            found.add(key)
            queue += uses.get(key, ())
    return found


def _same_objects(singles: Sequence[EncodedNames], inline: Set[int]) -> Iterator[tuple[int, int]]:
    seen: dict[int, int] = {}
    if len(singles) < 2:
        return
    every = [single.ids() for single in singles]
    for at in sorted(range(len(singles)), key=lambda i: len(every[i])):
        for key in seen.keys() & every[at]:
            if _mutable_at(singles, at, seen[key], key) or key in inline:
                yield at, seen[key]
        seen.update(dict.fromkeys(every[at], at))


def _mutable_at(singles: Sequence[EncodedNames], a: int, b: int, key: int) -> bool:
    """True if the object with this id, which two names hold, has to be restored as one object."""
    for at in (a, b):
        if singles[at].encoder is None:
            return links(singles[at].objects[key][1])
    return True


def _same_memory(singles: Sequence[EncodedNames]) -> Iterator[tuple[int, int]]:
    ranges = sorted((low, high, at) for at, single in enumerate(singles) for low, high in single.memory.extents())
    reach, owner = -1, -1
    for low, high, at in ranges:
        if low < reach and at != owner:
            yield owner, at
        if high > reach:
            reach, owner = high, at
