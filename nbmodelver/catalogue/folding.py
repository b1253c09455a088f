"""Records into a journal, and journals into larger ones, so that a store of a hundred thousand versions is few files.

A new journal is durable before anything that it replaces goes; a kill in between leaves records twice, which is one.
Nobody may remove records at the same time: the caller holds the store's lease, and the lock of folding.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from nbmodelver.catalogue.journal import PREFIX, Journal, Piece, pieces_of, written
from nbmodelver.errors import Damaged, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbmodelver.catalogue.journal import Record
    from nbmodelver.catalogue.journals import Journals
    from nbmodelver.model import Backend, VersionId

MOST = 4096
"""Single records that are folded at a time: about 10 MB of JSON."""

MOST_BYTES = 32 << 20
"""And this much JSON: a version of ten thousand names has megabytes of it."""

FULL = 1 << 16
"""A journal with this many records grows no more: its index is 3 MB."""

GROWTH = 2
"""A journal is taken into a new one that is at least half as large: each record moves log2(FULL) times at most."""


def fold(backend: Backend, journals: Journals, records: Sequence[Record]) -> list[VersionId]:
    """Make a journal of these records and of smaller journals; gives the ids that lie in it now."""
    if not records:
        return []
    small = _absorbed(journals.all(), len(records))
    pieces, taken = [], []
    for journal in small:
        try:
            pieces += list(journal.pieces())
        except (Damaged, KeyError):  # It stays as it is; verify names it.
            continue
        taken.append(journal)
    made = _write(backend, [*pieces, *pieces_of(records)])
    for journal in taken:
        backend.delete(journal.key)
    journals.refresh()
    return [r.id for r in records if r.id in made.ids]


def leave_out(backend: Backend, journals: Journals, ids: set[VersionId]) -> None:
    """Take records out of the journals that hold them; the oldest journal goes last."""
    journals.refresh()
    holding = [j for j in journals.all() if ids & j.ids]
    for journal in sorted(holding, key=lambda j: -j.row(0).number):
        pieces = list(journal.pieces(without=ids))
        if pieces:
            _write(backend, pieces)
        backend.delete(journal.key)
    journals.refresh()


def _absorbed(journals: Iterable[Journal], count: int) -> list[Journal]:
    found = []
    for journal in sorted(journals, key=lambda j: (j.count, j.key)):
        if journal.count > GROWTH * count or journal.count + count > FULL:
            break
        found.append(journal)
        count += journal.count
    return found


def _write(backend: Backend, pieces: Iterable[Piece]) -> Journal:
    name = secrets.token_bytes(16)
    key = f"{PREFIX}{name.hex()}"
    if not backend.create(key, written(name, pieces)):
        raise StoreError(f"{key} exists already", "run the same command again")
    return Journal(backend, key)
