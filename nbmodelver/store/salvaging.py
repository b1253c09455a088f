"""What of damaged packs can still be read, and how it comes into a new pack before the damaged ones are moved away.

A part that is listed but cannot be decoded is worse than one that is missing: the next commit of the same bytes would
take it for stored. So a pack that lists such a part goes as a whole, once the rest of it is in another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import zstandard

from nbmodelver.errors import Damaged, NbmodelverError
from nbmodelver.store.hashes import id_of
from nbmodelver.store.index import Place
from nbmodelver.store.limits import MAX_BLOCK_BYTES
from nbmodelver.store.packs import Contents, Entry, read_leniently
from nbmodelver.store.repacking import repack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.model import Backend, ObjectId, Progress
    from nbmodelver.store.reading import Reader
    from nbmodelver.store.writing import PackWriter

SCANNED_BYTES = 1 << 30
"""A pack without a table of contents is searched for frames up to this size: it is read into memory as a whole."""

_FRAME = b"\x28\xb5\x2f\xfd"


@dataclass
class Finding:
    """What was found. bad: key of each damaged pack -> what is wrong. saved: its parts that can still be read.

    lost: parts that a pack lists, and nobody can read. unlisted: packs without a table of contents.
    """

    bad: dict[str, str] = field(default_factory=dict)
    saved: list[tuple[Contents, list[Entry]]] = field(default_factory=list)
    lost: set[ObjectId] = field(default_factory=set)
    unlisted: list[str] = field(default_factory=list)


def find(reader: Reader, progress: Progress | None = None) -> Finding:
    """Read every stored byte, and try each part of packs that are not whole. Changes nothing but memory."""
    index = reader.index
    packs = index.packs()
    found = Finding()
    for done, (key, contents) in enumerate(packs.items()):
        what = next(_broken(contents, reader), None)
        if what is not None:
            found.bad[key] = what
        if progress:
            progress(done, len(packs), "packs checked")
    suspects = [packs[key] for key in found.bad]
    for key, error in index.unreadable().items():
        if not isinstance(error, Damaged):
            continue
        found.bad[key] = error.message
        guessed = read_leniently(reader.backend, key)
        if guessed is None:
            found.unlisted.append(key)
        else:
            suspects.append(guessed)
            index.add(guessed)  # So that its own parts are found as bases; every part is checked by its id.
    good = [c for key, c in packs.items() if key not in found.bad]
    readable = _readable(good, suspects, reader)
    for contents in [c for c in good if any(e.id not in readable for e in c.entries)]:
        found.bad[contents.pack] = "some of its parts are deltas to parts that are lost"
        suspects.append(contents)
        good.remove(contents)
    elsewhere = {e.id for c in good for e in c.entries}
    for contents in suspects:
        own = [
            e for e in contents.entries if e.id in readable and e.id not in elsewhere and _reads(contents, e, reader)
        ]
        elsewhere |= {e.id for e in own}
        found.saved.append((contents, own))
    found.lost = {e.id for c in suspects for e in c.entries} - elsewhere
    return found


def carry_out(
    found: Finding, reader: Reader, new_writer: Callable[[], PackWriter], move: Callable[[str, str], None]
) -> None:
    """Write what can be saved, durably; then move the damaged packs, each with what is wrong with it.

    Of packs without a table of contents every frame is taken for a part; what nobody needs goes with the next gc.
    """
    repack(reader, [(contents, own) for contents, own in found.saved if own])
    if found.unlisted:
        writer = new_writer()
        try:
            for raw in _scanned(reader.backend, found.unlisted):
                writer.put(raw)
            writer.seal()
        except BaseException:
            writer.abandon()
            raise
    for key in sorted(found.bad):
        move(key, found.bad[key])
    reader.index.refresh()


def _broken(contents: Contents, reader: Reader) -> Iterator[str]:
    """What is wrong with the stored bytes of a pack, at most one thing."""
    try:
        end = contents.blocks[-1].start + contents.blocks[-1].stored if contents.blocks else contents.end_of_blocks
        if end != contents.end_of_blocks:
            yield "its blocks do not fill it"
            return
        for entry in contents.entries:
            contents.covering(entry)
        for block in contents.blocks:
            reader.stored(contents, block)
    except (NbmodelverError, KeyError) as error:
        yield str(getattr(error, "message", error))


def _readable(good: list[Contents], suspects: list[Contents], reader: Reader) -> set[ObjectId]:
    """The parts that can be decoded: some copy is whole, and so is all that it is a delta to."""
    bases: dict[ObjectId, list[set[ObjectId]]] = {}
    for contents in good:
        for entry in contents.entries:
            bases.setdefault(entry.id, []).append(contents.bases_of(entry))
    for contents in suspects:
        for entry in contents.entries:
            if _is_whole(contents, entry, reader):
                bases.setdefault(entry.id, []).append(contents.bases_of(entry))
    readable = set(bases)
    while True:
        left = {id_ for id_ in readable if any(needed <= readable for needed in bases[id_])}
        if left == readable:
            return readable
        readable = left


def _is_whole(contents: Contents, entry: Entry, reader: Reader) -> bool:
    try:
        for at in contents.covering(entry):
            reader.stored(contents, contents.blocks[at])
    except (NbmodelverError, KeyError):
        return False
    return True


def _reads(contents: Contents, entry: Entry, reader: Reader) -> bool:
    try:
        return id_of(reader.unchecked(Place(contents, entry))) == entry.id
    except (NbmodelverError, KeyError):
        return False


def _scanned(backend: Backend, keys: list[str]) -> Iterator[bytes]:
    """The raw bytes of zstd frames, wherever in these files they lie."""
    for key in keys:
        if backend.size(key) > SCANNED_BYTES:
            continue
        data = bytes(backend.read(key))
        at = data.find(_FRAME)
        while at >= 0:
            raw = _frame(data, at)
            if raw is not None:
                yield raw
            at = data.find(_FRAME, at + 4)


def _frame(data: bytes, at: int) -> bytes | None:
    try:
        size = zstandard.get_frame_parameters(data[at : at + 18]).content_size
        if not 0 < size <= MAX_BLOCK_BYTES:
            return None
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        raw: bytes = reader.decompress(data[at : at + 2 * size + 4096])
    except (zstandard.ZstdError, MemoryError):
        return None
    return raw if len(raw) == size else None
