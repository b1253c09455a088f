"""The history as a panel pages through it: every version in order, what fits a filter, and the drawing beside it.

Read once and kept up to date by what has been added since. What people may change later (tags, branches, notes) is
read in one pass over the refs.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from nbmodelver.catalogue.index import Index
from nbmodelver.repo.core.history import NOTE
from nbmodelver.repo.core.names import Step, steps
from nbmodelver.repo.inspect.columns import GraphPlace, Line, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.catalogue.documents import Document
    from nbmodelver.model import Kind, Version, VersionId
    from nbmodelver.repo.core.open_store import OpenStore

WITHOUT_INDEX = 500
"""So many of the newest versions are read one by one; further back the index tells what there is."""


@dataclass(frozen=True)
class Filter:
    """Which versions are shown; every part that is given must hold.

    text: in message, note, tags or names, ignoring case. name: new or changed there. metric: at least and at most.
    auto: False leaves out those that nbmodelver made by itself.
    """

    text: str = ""
    kind: Kind | None = None
    tag: str = ""
    branch: str = ""
    name: str = ""
    metric: str = ""
    at_least: float | None = None
    at_most: float | None = None
    auto: bool = True

    @property
    def is_empty(self) -> bool:
        """True when every version fits."""
        return self == Filter()


@dataclass(frozen=True)
class VersionLabels:
    """What points to versions, and notes that were changed after the commit."""

    tags: Mapping[str, VersionId] = field(default_factory=dict)
    branches: Mapping[str, VersionId] = field(default_factory=dict)
    notes: Mapping[VersionId, str] = field(default_factory=dict)

    def tags_of(self, version: VersionId) -> list[str]:
        """Tags of a version."""
        return self._tags_at.get(version, [])

    def branches_of(self, version: VersionId) -> list[str]:
        """Branches that end at a version."""
        return self._branches_at.get(version, [])

    @cached_property
    def _tags_at(self) -> dict[VersionId, list[str]]:
        return _turned(self.tags)

    @cached_property
    def _branches_at(self) -> dict[VersionId, list[str]]:
        return _turned(self.branches)

    def note_of(self, version: Version) -> str:
        """The note as it is now."""
        return self.notes.get(version.id, version.note)


def _turned(names: Mapping[str, VersionId]) -> dict[VersionId, list[str]]:
    found: dict[VersionId, list[str]] = {}
    for name, version in names.items():
        found.setdefault(version, []).append(name)
    return found


def labels_of(store: OpenStore) -> VersionLabels:
    """Tags, branches and notes, in one pass over the refs; what points to nothing is left out."""
    found, _ = store.refs.readable("")
    known = frozenset(store.history.records.ids())

    def named(prefix: str) -> dict[str, str]:
        return {n.removeprefix(prefix): v for n, v in found.items() if n.startswith(prefix)}

    return VersionLabels(
        {n: v for n, v in named("tags/").items() if v in known},  # type: ignore[misc]  # a known id is a VersionId
        {n: v for n, v in named("heads/").items() if v in known},  # type: ignore[misc]
        named(NOTE),  # type: ignore[arg-type]
    )


class Timeline:
    """Every version of a store, newest first. Any thread may ask; one at a time reads."""

    def __init__(self, store: OpenStore) -> None:
        self.store = store
        self._index = Index(store.backend, store.history.records)  # Its own: the store's is the main thread's.
        self._lock = threading.Lock()
        self.is_read = False
        """True once the rows were read: from then on they cost little."""

    def rows(self) -> list[Document]:
        """What the index knows of each version. Not to be changed."""
        with self._lock:
            found = self._index.documents()
            self.is_read = True
            return found

    def found(self, wanted: Filter, labels: VersionLabels) -> list[Document]:
        """The rows that fit."""
        rows = self.rows()
        if wanted.name:
            news = {s.version.id for s in self.steps(wanted.name) if s.status != "removed"}
            rows = [row for row in rows if row["id"] in news]
        return rows if wanted.is_empty else [row for row in rows if fits(row, wanted, labels)]

    def page(
        self, wanted: Filter, labels: VersionLabels, offset: int, limit: int
    ) -> tuple[int, list[tuple[Version, GraphPlace]]]:
        """How many versions fit, and those from `offset` on with their places in the drawing."""
        if wanted.is_empty and offset + limit <= WITHOUT_INDEX:
            total, first = self.store.page(None, 0, offset + limit)
            drawn = places([(v.id, v.parents) for v in first], offset, offset + limit, whole=len(first) == total)
            return total, list(zip(first[offset:], drawn, strict=True))
        found = self.found(wanted, labels)
        lines = [(row["id"], tuple(row["parents"])) for row in found]
        drawn = places(lines if wanted.is_empty else self._joined(lines), offset, offset + limit)
        shown = [self.store.history.version(row["id"]) for row in found[offset : offset + limit]]
        return len(found), list(zip(shown, drawn, strict=True))

    def steps(self, name: str) -> list[Step]:
        """The versions in which a name is new, changed or gone, newest first."""
        return steps(name, ((row, self.store.history.version) for row in self.rows()))

    def _joined(self, shown: Sequence[Line]) -> list[Line]:
        """The lines with parents that are listed: for one that is not, its nearest ancestors that are."""
        listed = {version for version, _ in shown}
        known: dict[VersionId, tuple[VersionId, ...]] = {}
        for row in reversed(self.rows()):  # Parents come before their children.
            near: dict[VersionId, None] = {}
            for parent in row["parents"]:
                near.update(dict.fromkeys([parent] if parent in listed else known.get(parent, ())))
            known[row["id"]] = tuple(near)
        return [(version, known[version]) for version, _ in shown]


def fits(row: Document, wanted: Filter, labels: VersionLabels) -> bool:
    """Whether a version is to be shown, the names of the filter aside."""
    value = row["metrics"].get(wanted.metric) if wanted.metric else None
    return (
        (wanted.auto or not row["auto"])
        and (not wanted.branch or row["branch"] == wanted.branch)
        and (not wanted.tag or wanted.tag in labels.tags_of(row["id"]))
        and (wanted.kind is None or wanted.kind in row["kinds"])
        and (not wanted.metric or (value is not None and _between(value, wanted.at_least, wanted.at_most)))
        and (not wanted.text or _says(row, wanted.text.casefold(), labels))
    )


def _between(value: float, low: float | None, high: float | None) -> bool:
    """Whether a metric is in a range; NaN and infinities are in none."""
    if low is None and high is None:
        return True
    return math.isfinite(value) and (low is None or value >= low) and (high is None or value <= high)


def _says(row: Document, text: str, labels: VersionLabels) -> bool:
    return any(text in said.casefold() for said in _texts(row, labels))


def _texts(row: Document, labels: VersionLabels) -> Iterator[str]:
    yield f"v{row['number']}"
    yield row["message"]
    yield labels.notes.get(row["id"], row["note"])
    yield from labels.tags_of(row["id"])
    yield from row["names"]
