"""What keeps a store quick without being asked: small packs become large ones, single records become journals.

After a commit only now and then, after the version is acknowledged, and never more than a bounded piece; gc does all
of it. Nothing here may fail a commit that is done. No thread: what runs beside a kernel must be joined, may be forked
in two, and competes for the interpreter, and the pieces are small enough without.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError
from nbmodelver.store import layout

if TYPE_CHECKING:
    from nbmodelver.model import Version
    from nbmodelver.repo.core.open_store import OpenStore

EVERY = 32
"""Versions between two looks at what has piled up."""

MERGED_BYTES = 16 << 20
"""What one look moves at most: some 30 ms of work, and one pack above the size from which it is left alone."""

MANY_RECORDS = 256
KEPT_RECORDS = 32
"""The newest records stay files of their own: the present version and what is around it are read without a journal."""


def after_commit(store: OpenStore, version: Version) -> None:
    """One bounded piece of work, after every 32nd version."""
    if version.number % EVERY:
        return
    with suppress(StoreError):  # Whatever it is, gc meets it again and says so.
        store.parts.merge_small(MERGED_BYTES, timeout_s=0)
    with suppress(StoreError):
        fold(store, more_than=MANY_RECORDS, timeout_s=0)


def everything(store: OpenStore) -> None:
    """All that there is to do, for gc."""
    store.parts.merge_small()
    while fold(store, more_than=2 * KEPT_RECORDS):
        pass


def fold(store: OpenStore, *, more_than: int, timeout_s: float = 30.0) -> int:
    """Single records into a journal; gives how many. A store of the first format keeps its form."""
    if layout.number(store.backend) < 2:
        return 0
    with store.parts.lease(timeout_s), store.backend.lock("fold", timeout_s):
        return store.history.records.fold(more_than=more_than, keep=KEPT_RECORDS)


def delete_forgotten_records(store: OpenStore, grace_s: float) -> None:
    """Remove the records of versions that were forgotten longer ago than this. Their parts are gone already."""
    records = store.history.records
    with store.parts.exclusive():
        ages = records.forgotten.ages_s()
        records.delete_many(id_ for id_ in sorted(records.present()) if id_ in ages and ages[id_] >= grace_s)
