"""Automatic maintenance: merges small packs and moves single records into journals, so that a store stays fast.

It runs after every 32nd commit, when the version is already durable, with a limited amount of work; gc does all of it.
An error here must not make the finished commit fail. No thread is used: a thread must be joined, can be duplicated by a
fork, and competes with the kernel for the interpreter, and the steps are short enough.
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
"""The number of versions between two runs."""

MERGED_BYTES = 16 << 20
"""Limit of one run: about 30 ms of work. The merged pack is large enough not to be merged again."""

MANY_RECORDS = 256
KEPT_RECORDS = 32
"""The newest records remain single files, so that the current version and its neighbours are read without a journal."""


def after_commit(store: OpenStore, version: Version) -> None:
    """Merge a few small packs and records after every EVERY-th version. Never raises StoreError."""
    if version.number % EVERY:
        return
    with suppress(StoreError):  # gc meets the same error and reports it.
        store.parts.merge_small(MERGED_BYTES, timeout_s=0)
    with suppress(StoreError):
        fold(store, more_than=MANY_RECORDS, timeout_s=0)


def everything(store: OpenStore) -> None:
    """Merge all small packs and move all old records into journals. Called by gc. Raises StoreError."""
    store.parts.merge_small()
    while fold(store, more_than=2 * KEPT_RECORDS):
        pass


def fold(store: OpenStore, *, more_than: int, timeout_s: float = 30.0) -> int:
    """Move single records into a journal if there are more than `more_than`, and return their number.

    Does nothing in a store of format 1. Raises StoreError.
    """
    if layout.number(store.backend) < 2:
        return 0
    with store.parts.lease(timeout_s), store.backend.lock("fold", timeout_s):
        return store.history.records.fold(more_than=more_than, keep=KEPT_RECORDS)


def delete_forgotten_records(store: OpenStore, grace_s: float) -> None:
    """Delete the records of versions that were forgotten at least `grace_s` seconds ago. Call it after their parts.

    Raises InUse, StoreError.
    """
    records = store.history.records
    with store.parts.exclusive():
        ages = records.forgotten.ages_s()
        records.delete_many(id_ for id_ in sorted(records.present()) if id_ in ages and ages[id_] >= grace_s)
