"""Parts that are at a remote, read by ranges when they are needed, through a bounded local cache."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, RemoteError
from nbmodelver.store.elsewhere import blocks_needed
from nbmodelver.store.hashes import sum_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nbmodelver.model import ObjectId, Progress
    from nbmodelver.remote.heads import Listing
    from nbmodelver.remote.remotes import RemoteConnection
    from nbmodelver.store.block_cache import BlockCache
    from nbmodelver.store.index import Place
    from nbmodelver.store.packs import Block, Contents

BATCH_BYTES = 32 << 20
"""Ranges are requested in batches of about this size, which bounds the memory."""


class RemoteParts:
    """The parts of one remote as `Elsewhere`. Any thread may call it.

    packs: name -> size of the packs that count. listed: the segments with their tables of contents, which are here.
    is_here: tells which parts the store itself has.
    """

    def __init__(
        self,
        connection: RemoteConnection,
        packs: Mapping[str, int],
        listed: Iterable[Listing],
        cache: BlockCache,
        is_here: Callable[[ObjectId], bool] = lambda _id: False,
    ) -> None:
        self._connection, self._cache, self._is_here = connection, cache, is_here
        self.index = connection.known.parts(packs, listed, self._read_block)

    def place(self, id_: ObjectId) -> Place | None:
        """Return where the part is at the remote, or None."""
        return self.index.known(id_)

    def prepare(self, ids: Sequence[ObjectId], progress: Progress | None = None) -> None:
        """Read the blocks that these parts and their bases need into the cache, near ones by one request.

        No more than the cache holds: the rest is read block by block when it is decoded.
        """
        missing, room = [], self._cache.most_bytes
        for contents, blocks in blocks_needed(self.index, ids, is_here=self._is_here).values():
            wanted = [b for b in blocks if b.stored and self._cache.get(contents.pack, b) is None]
            fitting = list(accumulate((b.stored for b in wanted), initial=0))
            missing.append((contents, [b for b, end in zip(wanted, fitting[1:], strict=True) if end <= room]))
            room -= sum(b.stored for b in missing[-1][1])
        total, done = sum(b.stored for _, blocks in missing for b in blocks), 0
        for contents, blocks in missing:
            for batch in _batches(blocks):
                self._bring(contents, batch)
                done += sum(b.stored for b in batch)
                if progress is not None:
                    progress(done, total, "bytes loaded from the remote")

    def look_again(self) -> None:
        """Do nothing: it has what was known when it was made."""

    def stored(self, contents: Contents, blocks: Sequence[Block]) -> Iterator[bytes]:
        """Yield the stored bytes of blocks of one pack, in order, from the cache or by ranges, without keeping them."""
        for batch in _batches([b for b in blocks if b.stored]):
            have = {b.start: self._cache.get(contents.pack, b) for b in batch}
            wanted = [b for b in batch if have[b.start] is None]
            have |= {b.start: data for b, data in zip(wanted, self._ranges(contents, wanted), strict=True)}
            yield from (data for b in batch if (data := have[b.start]) is not None)

    def _read_block(self, contents: Contents, block: Block) -> bytes:
        found = self._cache.get(contents.pack, block)
        if found is None:
            (found,) = self._bring(contents, [block])
        return found

    def _bring(self, contents: Contents, blocks: Sequence[Block]) -> list[bytes]:
        """Read blocks into the cache and return them. The cache may be too small to keep them."""
        found = self._ranges(contents, blocks)
        for block, stored in zip(blocks, found, strict=True):
            self._cache.put(contents.pack, block, stored)
        return found

    def _ranges(self, contents: Contents, blocks: Sequence[Block]) -> list[bytes]:
        """Return the stored bytes of blocks, their checksums verified. Raises Damaged, RemoteError."""
        if not blocks:
            return []
        where = self._connection.storage.where
        try:
            found = self._connection.storage.read_many(contents.pack, [(b.start, b.stored) for b in blocks])
        except KeyError as error:
            raise RemoteError(
                f"pack {contents.pack} is not at {where} any more", "bring the remote up to date here: %mv_fetch"
            ) from error
        for block, stored in zip(blocks, found, strict=True):
            if len(stored) != block.stored or sum_of(stored) != block.sum:
                raise Damaged(
                    f"pack {contents.pack} at {where} is damaged at byte {block.start}",
                    "send it again from a complete store: %mv_push --all --again",
                )
        return found


def _batches(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield blocks of one pack in batches of about BATCH_BYTES."""
    batch: list[Block] = []
    size = 0
    for block in blocks:
        if batch and size + block.stored > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(block)
        size += block.stored
    if batch:
        yield batch


class SeveralPlaces:
    """The parts of several remotes, asked one after the other. failed: why one of them could not be read."""

    def __init__(self, places: Sequence[RemoteParts], failed: RemoteError | None = None) -> None:
        self._places, self._failed = tuple(places), failed

    def place(self, id_: ObjectId) -> Place | None:
        """Return where the part is at the first remote that has it.

        Raises RemoteError if none has it and one of them could not be read.
        """
        found = next((found for place in self._places if (found := place.place(id_)) is not None), None)
        if found is None and self._failed is not None:
            raise self._failed
        return found

    def prepare(self, ids: Sequence[ObjectId], progress: Progress | None = None) -> None:
        """Let each remote bring the parts that it has and that no earlier one has."""
        rest = list(ids)
        for place in self._places:
            own = [id_ for id_ in rest if place.place(id_) is not None]
            rest = [id_ for id_ in rest if place.place(id_) is None]
            place.prepare(own, progress)
