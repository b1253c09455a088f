"""Repair of packs: copies the readable parts of damaged packs into a new pack, then moves the damaged packs away.

A part that is listed but cannot be decoded is worse than a missing one: the next commit of the same bytes would assume
that it is stored. So a pack that lists such a part is moved away, after its readable parts were copied.
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
"""A pack without a table of contents is scanned for frames only up to this size, because it is read into memory."""

_FRAME = b"\x28\xb5\x2f\xfd"


@dataclass
class DamageReport:
    """The result of `find`.

    bad: key of each damaged pack -> reason. saved: damaged packs with their entries that can still be read.
    lost: listed parts without a readable copy. unlisted: keys of packs without a readable table of contents.
    """

    bad: dict[str, str] = field(default_factory=dict)
    saved: list[tuple[Contents, list[Entry]]] = field(default_factory=list)
    lost: set[ObjectId] = field(default_factory=set)
    unlisted: list[str] = field(default_factory=list)


def find(reader: Reader, progress: Progress | None = None) -> DamageReport:
    """Read every stored byte, and try to decode each part of the damaged packs. Writes nothing.

    Adds what it can guess of damaged packs to the reader's index, so the reader must not be used for anything else.
    """
    index = reader.index
    packs = index.packs()
    found = DamageReport()
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
            index.add(guessed)  # Its parts are then found as bases. Every part is verified by its id.
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
    found: DamageReport, reader: Reader, new_writer: Callable[[], PackWriter], move: Callable[[str, str], None]
) -> None:
    """Write the readable parts durably, then call `move(key, reason)` for each damaged pack.

    In packs without a table of contents every zstd frame is stored as a part; the next gc removes those not needed.
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
    """Yield the first problem of the stored bytes of a pack, nothing if there is none."""
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
    """Return the parts that can be decoded: one of their copies is intact, and so are all its bases."""
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
    """Yield the raw bytes of every zstd frame in these files, found by its magic number."""
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
