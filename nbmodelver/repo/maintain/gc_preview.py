"""What forgetting or a gc would free, found by doing it: on a store laid over the real one, which is only read."""

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
"""A gc that would rewrite more than this is estimated instead of tried out in memory."""


class Freed(NamedTuple):
    """Bytes that gc frees because versions are forgotten, those that it frees anyway, whether both are exact."""

    bytes: int
    garbage_bytes: int
    exact: bool


def freed_by(store: OpenStore, versions: Sequence[Version]) -> Freed:
    """What gc, with nothing too young for it, would free if these versions were forgotten. Changes nothing."""
    before = size_of(store.backend)
    as_it_is, exact = _after_gc(store, ())
    without, also = _after_gc(store, versions) if versions else (as_it_is, exact)
    return Freed(as_it_is - without, before - as_it_is, exact and also)


def gc_tried(store: OpenStore, grace_s: float) -> GcReport:
    """What gc would remove. Changes nothing."""
    trial = OpenStore(Overlay(store.backend))
    estimate = trial.collect(dry_run=True, grace_s=grace_s)
    if not estimate.rewritten_bytes:
        return estimate
    if estimate.rewritten_bytes > TRIED_BYTES:
        return replace(estimate, exact=False)
    return replace(trial.collect(dry_run=False, grace_s=grace_s), dry_run=True)


def _after_gc(store: OpenStore, versions: Sequence[Version]) -> tuple[int, bool]:
    """The size of the store after that, and whether it is exact."""
    overlay = Overlay(store.backend)
    trial = OpenStore(overlay)
    records = trial.history.records
    records.forgotten.add(records.read(v.id) for v in versions)
    report = trial.collect(dry_run=True, grace_s=0)
    if report.rewritten_bytes > TRIED_BYTES:
        return size_of(store.backend) - report.freed_bytes, False
    gc(trial, 0)
    return size_of(overlay), True
