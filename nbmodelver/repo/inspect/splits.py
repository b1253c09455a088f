"""The sections of a comparison about training sets that differ from their test sets."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.roles import roles_of
from nbmodelver.errors import NbmodelverError
from nbmodelver.repo.core.kept_comparisons import KeptComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.comparison.tables.drift import Drift
    from nbmodelver.comparison.tables.tables import TableData
    from nbmodelver.model import Section, Version
    from nbmodelver.repo.core.open_store import LoadingStore

log = logging.getLogger("nbmodelver")

MAX_BYTES = 2_000_000_000
"""Larger pairs are compared only if the user names one of them."""


@dataclass(frozen=True)
class _Split:
    """A training set and a test set of the later version."""

    train: str
    test: str

    @property
    def names(self) -> tuple[str, str]:
        return self.train, self.test


def sections(store: LoadingStore, before: Version, after: Version, names: Sequence[str] = ()) -> Iterator[Section]:
    """Yield a section for each training set of `after` that differs from a test set.

    Of two versions, only differences that are new or grew. names: only pairs with one of these. Sections that were made
    before are read from the store.
    """
    kept = KeptComparison(store, before, after)
    for split in _due(before, after, names):
        key = f"split:{split.train},{split.test}"
        found = kept.get(key)
        if found is None:
            try:
                made = _section(store, before, after, split)
            except (NbmodelverError, ImportError):  # It needs trust, or a library that is not here.
                continue
            except Exception:
                log.warning("%s and %s could not be compared", *split.names, exc_info=True)
                continue
            found = [made] if made is not None else []
            kept.put(key, found)
        yield from found
    kept.save()


def _due(before: Version, after: Version, names: Sequence[str]) -> Iterator[_Split]:
    """The pairs of which one set changed; all of them if a version is compared with itself."""
    roles = roles_of(after)
    for train, its in roles.items():
        for test, others in roles.items():
            if "train" not in its or train == test or {"validation", "test"}.isdisjoint(others):
                continue
            same = all(n in before.kept and before.kept[n].digest == after.kept[n].digest for n in (train, test))
            asked = {train, test} & set(names)
            size = sum(after.kept[n].size_bytes for n in (train, test))
            if (not same or before.id == after.id) and (asked or (not names and size <= MAX_BYTES)):
                yield _Split(train, test)


def _section(store: LoadingStore, before: Version, after: Version, split: _Split) -> Section | None:
    from nbmodelver.comparison.tables.split_drift import new_or_grown, split_drifts, split_section

    tables = _tables(store, after, split)
    if tables is None:
        return None
    found = split_drifts(*tables)
    if not found or before.id == after.id:
        return split_section(split.names, *tables, found)
    former: list[Drift] = []
    if set(split.names) <= before.kept.keys():
        earlier = _tables(store, before, split)
        former = split_drifts(*earlier) if earlier is not None else []
    reported = new_or_grown(found, former)
    left = len(found) - len(reported)
    note = f"{left} more as in {before.name}: %mv_diff {after.name} {after.name}" if left else ""
    return split_section(split.names, *tables, reported, note)


def _tables(store: LoadingStore, version: Version, split: _Split) -> tuple[TableData, TableData] | None:
    from nbmodelver.comparison.tables.tables import table_of

    values = store.loaded(version, split.names)[0]
    train, test = (table_of(values[name]) for name in split.names)
    return (train, test) if train is not None and test is not None else None
