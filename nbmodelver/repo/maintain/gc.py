"""Garbage collection: what no version needs is removed, then many small files become few."""

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
    """Collect, delete the records of versions that were forgotten long enough ago, merge packs and records.

    grace_s: what is younger, in seconds, stays.
    """
    report = store.collect(dry_run=False, grace_s=grace_s)
    with suppress(InUse):  # Another program has a file open: the next gc goes on.
        upkeep.delete_forgotten_records(store, grace_s)
        upkeep.everything(store)
        kept_comparisons.remove(store, frozenset(store.history.records.ids()))
    return report
