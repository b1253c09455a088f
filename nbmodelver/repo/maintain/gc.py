"""Garbage collection: deletes the parts that no version needs, then merges small files."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import InUse
from nbmodelver.repo.core import kept_comparisons
from nbmodelver.repo.maintain import upkeep

if TYPE_CHECKING:
    from nbmodelver.model import GcReport
    from nbmodelver.repo.core.open_store import OpenStore


def gc(store: OpenStore, grace_s: float) -> GcReport:
    """Delete unneeded parts and the records of forgotten versions, then merge packs and records.

    grace_s: keep packs, and versions forgotten, less than this many seconds ago. Raises Damaged, StoreReadOnly.
    """
    report = store.collect(dry_run=False, grace_s=grace_s)
    with suppress(InUse):  # Another program has a file open. The next gc continues.
        upkeep.delete_forgotten_records(store, grace_s)
        upkeep.everything(store)
        kept_comparisons.remove(store, frozenset(store.history.records.ids()))
    return report
