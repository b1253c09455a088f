"""Folding: moves records into journals, and journals into larger ones, so that 100,000 versions take few files.

A new journal is durable before the files that it replaces are deleted. A kill in between leaves records in two places,
which counts as one. The caller holds the store's lease and the fold lock, so no records are deleted meanwhile. Small
journals are merged into larger ones as in the logarithmic method (Bentley and Saxe 1980).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from nbmodelver.catalogue.journal import Journal, JournalBlock, pieces_of, written
from nbmodelver.errors import Damaged, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbmodelver.catalogue.journal import Record
    from nbmodelver.catalogue.journals import Journals
    from nbmodelver.model import Backend, VersionId

MOST = 4096
"""Most single records that one call folds: about 10 MB of JSON."""

MOST_BYTES = 32 << 20
"""Most JSON that one call folds: the record of a version with 10,000 names has megabytes."""

FULL = 1 << 16
"""A journal with this many records is not merged any more; its index takes 3 MB."""

GROWTH = 2
"""A journal is merged if it has at most GROWTH times as many records as the new ones, so the number of journals stays
logarithmic, and each record moves at most log2(FULL) times."""


def fold(backend: Backend, journals: Journals, records: Sequence[Record]) -> list[VersionId]:
    """Write a journal with these records and those of small journals. Return the ids of `records` that are in it."""
    if not records:
        return []
    small = _absorbed(journals.all(), len(records))
    pieces, taken = [], []
    for journal in small:
        try:
            pieces += list(journal.pieces())
        except (Damaged, KeyError):  # A damaged journal stays as it is; verify reports it.
            continue
        taken.append(journal)
    made = _write(backend, journals.prefix, [*pieces, *pieces_of(records)])
    for journal in taken:
        backend.delete(journal.key)
    journals.refresh()
    return [r.id for r in records if r.id in made.ids]


def leave_out(backend: Backend, journals: Journals, ids: set[VersionId]) -> None:
    """Remove records from their journals by rewriting these; the oldest journal is rewritten last."""
    journals.refresh()
    holding = [j for j in journals.all() if ids & j.ids]
    for journal in sorted(holding, key=lambda j: -j.row(0).number):
        pieces = list(journal.pieces(without=ids))
        if pieces:
            _write(backend, journals.prefix, pieces)
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


def _write(backend: Backend, prefix: str, pieces: Iterable[JournalBlock]) -> Journal:
    name = secrets.token_bytes(16)
    key = f"{prefix}{name.hex()}"
    if not backend.create(key, written(name, pieces)):
        raise StoreError(f"{key} already exists", "run the same command again")
    return Journal(backend, key)
