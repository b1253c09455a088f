"""Parts that are not in a store but can be read from another place, such as a remote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.index import PartIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbmodelver.model import ObjectId, Progress
    from nbmodelver.store.index import Place
    from nbmodelver.store.packs import Block, Contents, Entry


class Elsewhere(Protocol):
    """Where a reader finds parts that its store lacks. Any thread may call it."""

    def place(self, id_: ObjectId) -> Place | None:
        """Return where the part is, or None. The blocks of its pack are read by `Contents.read_block`."""
        ...

    def prepare(self, ids: Sequence[ObjectId], progress: Progress | None = None) -> None:
        """Bring the blocks that these parts and their bases need, by few requests. Parts that are not here count not.

        Raises StoreError if the place cannot be read.
        """
        ...

    def look_again(self) -> None:
        """Do not rely on what was found before: this process knows that the place has changed."""
        ...


class KnownPacks(PartIndex):
    """An index of packs whose tables of contents are known from elsewhere. It lists no files."""

    def __init__(self) -> None:
        super().__init__(MemoryBackend())
        self._loaded = True

    def refresh(self) -> None:
        """Do nothing: packs come by `add_all`."""


def blocks_needed(
    index: PartIndex, ids: Iterable[ObjectId], *, is_here: Callable[[ObjectId], bool] = lambda _id: False
) -> dict[str, tuple[Contents, list[Block]]]:
    """Return pack -> its blocks that decode these parts, with those of their bases. Unknown parts are left out.

    is_here: tells which parts are at hand, so neither they nor their bases are needed. Blocks are in the order of the
    file.
    """
    numbers: dict[str, tuple[Contents, set[int]]] = {}
    seen: set[ObjectId] = set()
    waiting = list(ids)
    while waiting:
        id_ = waiting.pop()
        if id_ in seen:
            continue
        seen.add(id_)
        place = None if is_here(id_) else index.known(id_)
        if place is None:
            continue
        contents, entry = place
        covering = contents.covering(entry)
        numbers.setdefault(contents.pack, (contents, set()))[1].update(covering)
        waiting += bases_of_blocks(contents, covering)
    return {
        pack: (contents, [contents.blocks[i] for i in sorted(chosen)]) for pack, (contents, chosen) in numbers.items()
    }


def bases_of_blocks(contents: Contents, covering: Iterable[int]) -> set[ObjectId]:
    """Return the direct bases of these blocks of a pack."""
    return {use.base for i in covering for use in contents.blocks[i].uses}


def with_bases(index: PartIndex, ids: Iterable[ObjectId]) -> dict[ObjectId, Place | None]:
    """Return part -> its place, for the parts and all their bases; None for parts that the index does not know."""
    found: dict[ObjectId, Place | None] = {}
    waiting = list(ids)
    while waiting:
        id_ = waiting.pop()
        if id_ in found:
            continue
        place = found[id_] = index.known(id_)
        if place is not None:
            waiting += place.contents.bases_of(place.entry)
    return found


def by_pack(places: Iterable[Place]) -> dict[str, tuple[Contents, list[Entry]]]:
    """Return pack -> its contents and those of its entries that are in `places`, in the order of the pack."""
    found: dict[str, tuple[Contents, list[Entry]]] = {}
    for contents, entry in places:
        found.setdefault(contents.pack, (contents, []))[1].append(entry)
    for _, entries in found.values():
        entries.sort(key=lambda entry: (entry.raw_start, entry.id))
    return found
