"""Packs that come from another place. They count only after every part in them was decoded and its hash compared.

They are written and verified below `incoming/` and then renamed, those that are bases of others first. A commit may use
any part that the store lists (see `PartStore.has`), so a part with other bytes than its id says must never be listed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, NbmodelverError, StoreError, StoreTooNew
from nbmodelver.store.elsewhere import KnownPacks
from nbmodelver.store.index import PREFIX, Place
from nbmodelver.store.packs import damaged, read_contents
from nbmodelver.store.reading import Reader
from nbmodelver.store.verifying import check_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbmodelver.model import Backend, ObjectId, Progress
    from nbmodelver.store.index import PartIndex
    from nbmodelver.store.packs import Contents

FOLDER = "incoming/"


class _OwnParts:
    """The parts of the store itself, as `Elsewhere`: the bases of parts that are coming may be here."""

    def __init__(self, index: PartIndex) -> None:
        self._index = index

    def place(self, id_: ObjectId) -> Place | None:
        return self._index.find(id_)

    def prepare(self, ids: Sequence[ObjectId], progress: Progress | None = None) -> None:
        """Do nothing: they are here."""

    def look_again(self) -> None:
        """Do nothing: the index of the store looks again by itself."""


class Receiving:
    """The packs of one transfer. The caller holds the lease, and keeps other transfers into the store away.

    reader: of the store.
    """

    def __init__(self, reader: Reader) -> None:
        self._own = reader
        self._backend: Backend = reader.backend
        self._coming: dict[str, Contents] = {}

    def add(self, name: bytes, chunks: Iterable[bytes | memoryview]) -> bool:
        """Write a pack durably; its parts do not count yet. Return False if it is here, or if its parts count already.

        name: 16 bytes. A pack that an interrupted transfer left is taken as it is. Raises Damaged if the table of
        contents is invalid, and StoreError if the store has a pack of this name that does not count.
        """
        key = f"{FOLDER}{name.hex()}"
        if self._is_in_store(name.hex()):
            return False
        is_new = self._backend.create(key, chunks)
        try:
            self._coming[key] = read_contents(self._backend, key)
        except (Damaged, StoreTooNew):
            self._backend.delete(key)
            raise
        return is_new

    def _is_in_store(self, name: str) -> bool:
        key = f"{PREFIX}{name}"
        try:
            self._backend.size(key)
        except KeyError:
            return False
        if key not in self._own.index.packs():
            raise StoreError(
                f"pack {key} in {self._backend.where} is damaged, or is being deleted by a gc",
                "run nbmodelver gc, or nbmodelver repair if the pack is damaged, and then the same command again",
            )
        return True

    def accept(self) -> None:
        """Verify every part of the packs that were added, and let them count. Raises Damaged; none counts then.

        A damaged pack is deleted, so the next transfer brings it again.
        """
        known = KnownPacks()
        known.add_all(self._coming.values())
        reader = Reader(self._backend, known, self._own.workers)
        reader.elsewhere = _OwnParts(self._own.index)
        for contents in self._coming.values():
            try:
                _check(contents, reader)
            except (NbmodelverError, KeyError):
                self._backend.delete(contents.pack)
                raise
        for contents in self._in_order():
            key = f"{PREFIX}{contents.pack.removeprefix(FOLDER)}"
            self._backend.move(contents.pack, key)
            self._own.index.add(read_contents(self._backend, key))
        self._coming = {}

    def _in_order(self) -> list[Contents]:
        """Return the packs, each after those that have bases of its parts, so that a kill leaves no part without one.

        Packs whose parts are bases of each other follow at the end; a kill between these is repaired by the next
        transfer.
        """
        where = {id_: key for key, contents in self._coming.items() for id_ in contents.ids()}
        needs = {
            key: {
                where[b] for block in contents.blocks for use in block.uses if (b := bytes.fromhex(use.base)) in where
            }
            - {key}
            for key, contents in self._coming.items()
        }
        done: dict[str, Contents] = {}
        while len(done) < len(self._coming):
            left = [key for key in self._coming if key not in done]
            ready = [key for key in left if needs[key] <= done.keys()]
            done |= {key: self._coming[key] for key in ready or left}
        return list(done.values())


def _check(contents: Contents, reader: Reader) -> None:
    end = contents.blocks[-1].start + contents.blocks[-1].stored if contents.blocks else contents.end_of_blocks
    if end != contents.end_of_blocks:
        raise damaged(contents.pack, "its blocks do not fill it")
    for block in contents.blocks:
        if not block.stored:
            continue
        reader.stored(contents, block)
    for entry in contents.entries:
        check_part(Place(contents, entry), reader)


def leftovers(backend: Backend) -> Iterator[str]:
    """Yield the keys of packs that interrupted transfers left."""
    yield from backend.list(FOLDER)


def clean(backend: Backend) -> None:
    """Delete what interrupted transfers left. No transfer runs meanwhile."""
    with suppress(KeyError):
        for key in list(leftovers(backend)):
            backend.delete(key, durable=False)
