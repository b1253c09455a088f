"""The data that one capture keeps for the next: names that share objects, and each of these names encoded alone.

Names that share objects are encoded together and each alone, so that a commit can tell which of them changed. While a
group has the same skeleton and the same array table, its names are unchanged except for the contents of arrays. Then
only the group is encoded. The contents of arrays do not matter: their buffers are live memory that is hashed each time.
Short arrays are copied into one buffer, and that copy has to be equal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from nbmodelver.codecs.draft import Draft
    from nbmodelver.codecs.memory import Buffer, Memory

MOST_BYTES = 64 << 20
"""Upper limit for all remembered skeletons and copies."""
MOST_GROUPS = 64
MOST_COPIED_BYTES = 1 << 20
"""A group with longer copies is not remembered."""

Names = tuple[str, ...]
Range = tuple[int, int]


@dataclass(frozen=True)
class _Part:
    """One name of a group, alone. buffers: each as its number in the group, or as a copy that only this name has."""

    draft: Draft
    buffers: tuple[int | Buffer, ...]


@dataclass(frozen=True)
class _Known:
    """A remembered group. copies: number -> content of the buffers that are copies and not live memory."""

    draft: Draft
    copies: Mapping[int, bytes]
    parts: Mapping[str, _Part]

    @property
    def size_bytes(self) -> int:
        skeletons = len(self.draft.skeleton) + sum(len(part.draft.skeleton) for part in self.parts.values())
        return skeletons + sum(map(len, self.copies.values()))


class Recall:
    """The groups of the latest captures, by their names. It holds neither values nor live memory."""

    def __init__(self) -> None:
        self._known: OrderedDict[Names, _Known] = OrderedDict()

    def groups(self, names: Collection[str]) -> Iterator[Names]:
        """Yield the names of each remembered group whose names are all in `names`."""
        yield from [group for group in self._known if all(name in names for name in group)]

    def parts(self, draft: Draft, memory: Memory) -> dict[str, Draft] | None:
        """Each name of a group, alone; None if the group has changed.

        draft, memory: the group as it was just encoded. The buffers of the result are live memory.
        """
        known = self._known.get(draft.names)
        if known is None or memory.notes or known.draft != replace(draft, buffers=()):
            return None
        buffers = draft.buffers
        if any(at >= len(buffers) or buffers[at].raw != copy for at, copy in known.copies.items()):
            return None
        self._known.move_to_end(draft.names)
        return {
            name: replace(part.draft, buffers=tuple(buffers[b] if isinstance(b, int) else b for b in part.buffers))
            for name, part in known.parts.items()
        }

    def remember(self, draft: Draft, memory: Memory, parts: Mapping[str, tuple[Draft, Memory]]) -> None:
        """Remember a group that was just encoded, with each of its names alone. All objects are still alive."""
        for names in [names for names in self._known if not set(names).isdisjoint(draft.names)]:
            del self._known[names]
        if memory.notes or any(of.notes or one.own for one, of in parts.values()):
            return
        known = _known(draft, memory, parts)
        if known is None:
            return
        self._known[draft.names] = known
        while self._known and (len(self._known) > MOST_GROUPS or self._size_bytes() > MOST_BYTES):
            self._known.popitem(last=False)

    def _size_bytes(self) -> int:
        return sum(known.size_bytes for known in self._known.values())


def _known(draft: Draft, memory: Memory, parts: Mapping[str, tuple[Draft, Memory]]) -> _Known | None:
    """The group to remember; None if a name has buffers that are neither buffers of the group nor copies."""
    whole = sorted(_stretches(memory))
    if any(_is_cut(own, whole) for _, of in parts.values() for own in (*_stretches(of), *_private(of))):
        return None
    places = {_place(buffer): number for number, buffer in enumerate(draft.buffers)}
    found: dict[str, _Part] = {}
    for name, (one, _) in parts.items():
        numbers = [places.get(_place(buffer)) for buffer in one.buffers]
        found[name] = _Part(
            replace(one, buffers=()),
            tuple(buffer if at is None else at for at, buffer in zip(numbers, one.buffers, strict=True)),
        )
    shared = {b for part in found.values() for b in part.buffers if isinstance(b, int)}
    own = [b for part in found.values() for b in part.buffers if not isinstance(b, int)]
    left = {number: buffer for number, buffer in enumerate(draft.buffers) if number not in shared}
    copied = [*own, *left.values()]
    if not all(type(b.raw.obj) is bytes for b in copied) or sum(len(b.raw) for b in copied) > MOST_COPIED_BYTES:
        return None
    return _Known(replace(draft, buffers=()), {number: bytes(b.raw) for number, b in left.items()}, found)


def _place(buffer: Buffer) -> tuple[int, int, str, str, bool]:
    """Identifies a buffer while its memory is alive: address, length, layout, slot, may_go."""
    address = int(np.frombuffer(buffer.raw, np.uint8).ctypes.data) if len(buffer.raw) else 0
    return address, len(buffer.raw), buffer.layout, buffer.slot, buffer.may_go


def _stretches(memory: Memory) -> list[Range]:
    """The byte ranges of overlapping arrays, each as one range, sorted by address."""
    found: list[Range] = []
    for low, high in sorted(memory.extents()):
        if found and low < found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found


def _private(memory: Memory) -> list[Range]:
    return [(entry.low, entry.high) for entry in memory.entries if entry.private and entry.high > entry.low]


def _is_cut(own: Range, whole: list[Range]) -> bool:
    """True if a name has only a part of a stretch of the group; its buffer then differs from that of the group.

    whole: the stretches of the group, sorted by address.
    """
    after = bisect_left(whole, (own[1], 0))
    return after > 0 and whole[after - 1] != own and whole[after - 1][1] > own[0]
