"""Previews of gc and forget. They run on an in-memory overlay of the store, which is only read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from nbmodelver.repo.core.open_store import OpenStore
from nbmodelver.repo.core.sizes import size_of
from nbmodelver.repo.maintain.gc import gc
from nbmodelver.store.backends.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import GcReport, Version

TRIED_BYTES = 256 << 20
"""A gc that would rewrite more bytes than this is estimated instead of run in memory."""


class Freed(NamedTuple):
    """bytes: what gc frees because versions are forgotten. garbage_bytes: what it frees anyway. exact: both are."""

    bytes: int
    garbage_bytes: int
    exact: bool


def freed_by(store: OpenStore, versions: Sequence[Version]) -> Freed:
    """Return what a gc without grace period would free if these versions were forgotten. Changes nothing."""
    before = size_of(store.backend)
    after_gc, exact = _after_gc(store, ())
    after_both, both_exact = _after_gc(store, versions) if versions else (after_gc, exact)
    return Freed(after_gc - after_both, before - after_gc, exact and both_exact)


def gc_tried(store: OpenStore, grace_s: float) -> GcReport:
    """Return the report of a gc without running it on the store."""
    trial = OpenStore(Overlay(store.backend))
    estimate = trial.collect(dry_run=True, grace_s=grace_s)
    if not estimate.rewritten_bytes:
        return estimate
    if estimate.rewritten_bytes > TRIED_BYTES:
        return replace(estimate, exact=False)
    return replace(trial.collect(dry_run=False, grace_s=grace_s), dry_run=True)


def _after_gc(store: OpenStore, versions: Sequence[Version]) -> tuple[int, bool]:
    """Return the size of the store after these versions are forgotten and gc has run, and whether it is exact."""
    overlay = Overlay(store.backend)
    trial = OpenStore(overlay)
    records = trial.history.records
    records.forgotten.add(records.read(v.id) for v in versions)
    report = trial.collect(dry_run=True, grace_s=0)
    if report.rewritten_bytes > TRIED_BYTES:
        return size_of(store.backend) - report.freed_bytes, False
    gc(trial, 0)
    return size_of(overlay), True
