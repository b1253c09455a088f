"""Verification of packs. It only reads."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError
from nbmodelver.model import ObjectId, Problem, Progress
from nbmodelver.store.hashes import id_of, id_of_pieces
from nbmodelver.store.index import Place
from nbmodelver.store.packs import damaged
from nbmodelver.store.ranges import RUN_BYTES, Stretch
from nbmodelver.store.reading import LARGE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from nbmodelver.store.packs import Contents, Entry
    from nbmodelver.store.reading import Reader

    HoldFiles = Callable[[], AbstractContextManager[None]]


def verify(
    reader: Reader, full: bool, progress: Progress | None = None, hold_files: HoldFiles = nullcontext
) -> list[Problem]:
    """Return every problem, [] for a healthy store.

    full: read every stored byte, decode and hash every part. Otherwise only tables of contents are read.
    hold_files: a context manager that keeps packs in place; a pack with a problem is verified again inside it.
    """
    index = reader.index
    packs = index.packs()
    total, done = sum(c.size for c in packs.values()), 0
    problems = [Problem(error.message, key) for key, error in index.unreadable().items()]
    for contents in packs.values():
        problems += _lasting_problems(contents, reader, full, hold_files)
        done += contents.size
        if progress:
            progress(done, total, "bytes verified")
    return problems


def _lasting_problems(contents: Contents, reader: Reader, full: bool, hold_files: HoldFiles) -> list[Problem]:
    """Return the problems that persist while files are held: before, a merge or gc may have removed the pack."""
    if not list(_problems(contents, reader, full)):
        return []
    with hold_files():
        return list(_problems(contents, reader, full)) if contents.pack in reader.index.packs() else []


def check_pack(contents: Contents, reader: Reader) -> None:
    """Verify the checksum of each block of a pack without decoding. Raises Damaged, KeyError."""
    if _end_of_blocks(contents) != contents.end_of_blocks:
        raise damaged(contents.pack, "its blocks do not fill it")
    for block in contents.blocks:
        reader.stored(contents, block)


def check_part(place: Place, reader: Reader) -> None:
    """Decode this copy of a part and compare its hash. A large part needs the memory of a few runs only.

    Raises Damaged, KeyError if a pack is gone.
    """
    contents, entry = place
    if entry.size < LARGE_BYTES:
        found = ObjectId(id_of(reader.unchecked(place)))
    else:
        whole = Stretch(lambda out, start, wide: reader.fill_unchecked(place, out, start, wide=wide), 0, entry.size)
        found = id_of_pieces(whole.pieces(RUN_BYTES))
    if found != entry.id:
        raise damaged(contents.pack, f"the bytes of part {entry.id} have another hash")


def _end_of_blocks(contents: Contents) -> int:
    return contents.blocks[-1].start + contents.blocks[-1].stored if contents.blocks else contents.end_of_blocks


def _problems(contents: Contents, reader: Reader, full: bool) -> Iterator[Problem]:
    try:
        if _end_of_blocks(contents) != contents.end_of_blocks:
            yield Problem("its blocks do not fill it", contents.pack)
        entries = [(entry, contents.bases_of(entry)) for entry in contents.entries]
    except NbmodelverError as error:
        yield Problem(error.message, contents.pack)
        return
    for entry, bases in entries:
        yield from (Problem(f"its base {b} is missing", entry.id) for b in sorted(bases) if not reader.index.has(b))
    if full:
        yield from _damaged_blocks(contents, reader)
        for entry, bases in entries:
            if all(reader.index.has(b) for b in bases):
                yield from _damaged_part(contents, entry, reader)


def _damaged_blocks(contents: Contents, reader: Reader) -> Iterator[Problem]:
    for block in contents.blocks:
        try:
            reader.stored(contents, block)
        except (NbmodelverError, KeyError) as error:
            yield Problem(str(getattr(error, "message", error)), contents.pack)


def _damaged_part(contents: Contents, entry: Entry, reader: Reader) -> Iterator[Problem]:
    try:
        raw = reader.unchecked(Place(contents, entry))
    except (NbmodelverError, KeyError) as error:
        yield Problem(str(getattr(error, "message", error)), entry.id)
        return
    if ObjectId(id_of(raw)) != entry.id:
        yield Problem(f"its bytes in pack {contents.pack} have another hash", entry.id)
