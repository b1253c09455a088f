"""The packs that a fetch brings: which ones, whole or by ranges, and what is verified before they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, StoreError
from nbmodelver.remote.store_storage import StoreStorage
from nbmodelver.remote.transfer import Meter
from nbmodelver.store.elsewhere import by_pack, with_bases
from nbmodelver.store.repacking import assembled
from nbmodelver.store.shipping import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from nbmodelver.model import ObjectId, Progress
    from nbmodelver.remote.transfer import Remote
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.store.index import Place
    from nbmodelver.store.packs import Block, Contents, Entry

WHOLE_SHARE = 0.8
"""A new pack is downloaded as it is if at least this share of its bytes is not here."""


class Incoming:
    """Brings parts of a remote into a store. The caller holds the lease and the lock "fold"."""

    def __init__(self, store: OpenStore, remote: Remote, progress: Progress | None) -> None:
        self.store, self.connection = store, remote.connection
        self.inventory, self.parts = remote.inventory, remote.parts()
        self.meter = Meter(progress, "bytes received")

    def most_of(self, names: Collection[str]) -> list[Contents]:
        """Return those of the packs, most of whose bytes are not here. names: 32 hex digits each."""
        found = [c for key, c in self.parts.index.packs().items() if key.rpartition("/")[2] in names]
        needed = self._needed_there() if found else None
        return [contents for contents in found if self._is_missing(contents, needed)]

    def _is_missing(self, contents: Contents, needed: Collection[ObjectId] | None) -> bool:
        missing = sum(
            e.size
            for e in contents.entries
            if not self.store.parts.has(e.id) and (needed is None or e.id in needed)
        )  # fmt: skip
        return missing > WHOLE_SHARE * contents.raw_bytes

    def _needed_there(self) -> Collection[ObjectId] | None:
        """Return the parts that versions of another store need which are not here; None if the remote is no store.

        The packs of a store also have parts that no version needs, until its gc.
        """
        storage = self.connection.storage
        if not isinstance(storage, StoreStorage):
            return None
        return storage.needed_parts(self.inventory.versions.keys() - self.store.history.records.present())

    def bring(self, wanted: Collection[ObjectId], packs: Sequence[Contents] = ()) -> None:
        """Bring these parts and packs, with all bases, and let them count once all were verified.

        A pack is left out if a base of its parts is neither here nor there. Raises Damaged, RemoteError, StoreError.
        """
        missing, lost = self._missing([*wanted, *(e.id for c in packs for e in c.entries)])
        if lost:
            packs = [c for c in packs if not lost & {use.base for block in c.blocks for use in block.uses}]
            missing, _ = self._missing([*wanted, *(e.id for c in packs for e in c.entries)])
        whole = {e.id for c in packs for e in c.entries}
        chosen = by_pack(place for place in missing if place.entry.id not in whole)
        self.meter.total += sum(c.size for c in packs)
        self.meter.total += sum(_stored_bytes(contents, entries) for contents, entries in chosen.values())
        try:
            self._receive(packs, list(chosen.values()))
        except Damaged as error:
            raise Damaged(
                f"{self.connection.storage.where} sent damaged data: {error.message}",
                "nothing of it counts here; send it again from a complete store: %mv_push --all --again",
            ) from error

    def _receive(self, packs: Sequence[Contents], chosen: Sequence[tuple[Contents, Sequence[Entry]]]) -> None:
        receiving = self.store.parts.receiving()
        for contents in packs:
            receiving.add(_name_of(contents), self._chunks(contents))
        for contents, entries in chosen:
            if len(entries) == contents.count:
                receiving.add(_name_of(contents), self._chunks(contents))
                continue
            pack = assembled([(contents, entries)])
            if pack is not None:
                receiving.add(pack.name, pack.chunks(self._blocks))
        receiving.accept()

    def _missing(self, wanted: Iterable[ObjectId]) -> tuple[list[Place], set[ObjectId]]:
        """Return the places of parts that are not here, with their bases, and the parts that nobody has."""
        is_here = self.store.parts.is_here
        places = with_bases(self.parts.index, (id_ for id_ in wanted if not is_here(id_)))
        missing = {id_: place for id_, place in places.items() if not is_here(id_)}
        return [p for p in missing.values() if p is not None], {id_ for id_, p in missing.items() if p is None}

    def _chunks(self, contents: Contents) -> Iterator[bytes]:
        where = self.connection.storage.where
        for at in range(0, contents.size, CHUNK_BYTES):
            length = min(CHUNK_BYTES, contents.size - at)
            try:
                chunk = self.connection.storage.read(contents.pack, at, length)
            except KeyError as error:
                raise StoreError(
                    f"pack {contents.pack} was removed at {where} meanwhile", "run the same command again"
                ) from error
            if len(chunk) != length:
                raise Damaged(
                    f"pack {contents.pack} at {where} is shorter than it was",
                    "send it again from a complete store: %mv_push --all --again",
                )
            self.meter(length)
            yield chunk

    def _blocks(self, sources: Sequence[tuple[Contents, Block]]) -> Iterator[bytes]:
        """Yield the stored bytes of blocks of one pack."""
        for stored in self.parts.stored(sources[0][0], [block for _, block in sources]) if sources else ():
            self.meter(len(stored))
            yield stored


def _name_of(contents: Contents) -> bytes:
    return bytes.fromhex(contents.pack.rpartition("/")[2])


def _stored_bytes(contents: Contents, entries: Sequence[Entry]) -> int:
    blocks = {i for entry in entries for i in contents.covering(entry)}
    return sum(contents.blocks[i].stored for i in blocks)
