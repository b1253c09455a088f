"""The history in a panel: pages of versions that match a filter, with their positions in the graph.

The versions are read once, and new ones are added later. Tags, branches and notes can change, so they are read again
for each page, in one pass over the refs.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from nbmodelver.catalogue.index import Index
from nbmodelver.repo.core.named_versions import NOTE
from nbmodelver.repo.core.names import steps
from nbmodelver.repo.inspect.columns import GraphPlace, Line, places
from nbmodelver.repo.inspect.findings import alarm_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbmodelver.catalogue.documents import Document
    from nbmodelver.model import Kind, NameStep, Version, VersionId
    from nbmodelver.repo.core.open_store import OpenStore

WITHOUT_INDEX = 500
"""Pages within this many newest versions are read from the records; older pages need the index."""


@dataclass(frozen=True)
class Filter:
    """The conditions for a version to be shown. All of them must hold; an empty field is no condition.

    text: occurs in number, message, note, tags or names, ignoring case. name: is new or changed in the version.
    metric: has a value from `at_least` to `at_most`. auto: False excludes automatic commits.
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
        """True if every version matches."""
        return self == Filter()


@dataclass(frozen=True)
class VersionLabels:
    """Tags and branches, and the notes that were edited after the commit.

    alarm_of: returns the sentence of an alarm that a version brought in, or "".
    """

    tags: Mapping[str, VersionId] = field(default_factory=dict)
    branches: Mapping[str, VersionId] = field(default_factory=dict)
    notes: Mapping[VersionId, str] = field(default_factory=dict)
    alarm_of: Callable[[Version], str] = lambda _version: ""

    def tags_of(self, version: VersionId) -> list[str]:
        """Return the tags of a version."""
        return self._tags_at.get(version, [])

    def branches_of(self, version: VersionId) -> list[str]:
        """Return the branches that point to a version."""
        return self._branches_at.get(version, [])

    @cached_property
    def _tags_at(self) -> dict[VersionId, list[str]]:
        return _inverted(self.tags)

    @cached_property
    def _branches_at(self) -> dict[VersionId, list[str]]:
        return _inverted(self.branches)

    def note_of(self, version: Version) -> str:
        """Return the current note of a version."""
        return self.notes.get(version.id, version.note)


def _inverted(names: Mapping[str, VersionId]) -> dict[VersionId, list[str]]:
    inverted: dict[VersionId, list[str]] = {}
    for name, version in names.items():
        inverted.setdefault(version, []).append(name)
    return inverted


def labels_of(store: OpenStore) -> VersionLabels:
    """Read tags, branches and notes in one pass over the refs. Refs to missing versions are omitted."""
    refs, _ = store.refs.readable("")
    known = frozenset(store.history.records.ids())

    def named(prefix: str) -> dict[str, str]:
        return {n.removeprefix(prefix): v for n, v in refs.items() if n.startswith(prefix)}

    return VersionLabels(
        {n: v for n, v in named("tags/").items() if v in known},  # type: ignore[misc]  # a known id is a VersionId
        {n: v for n, v in named("heads/").items() if v in known},  # type: ignore[misc]
        named(NOTE),  # type: ignore[arg-type]
        partial(alarm_of, store),
    )


class Timeline:
    """All versions of a store, newest first. Any thread may call its methods; a lock serializes the reads."""

    def __init__(self, store: OpenStore) -> None:
        self.store = store
        self._index = Index(
            store.backend, store.history.records
        )  # A separate index, because that of the store belongs to the main thread.
        self._lock = threading.Lock()
        self.is_read = False
        """True after the first read. Later reads are fast."""

    def rows(self) -> list[Document]:
        """Return the index document of each version. The documents must not be modified."""
        with self._lock:
            documents = self._index.documents()
            self.is_read = True
            return documents

    def found(self, conditions: Filter, labels: VersionLabels) -> list[Document]:
        """Return the index documents of the versions that match the conditions."""
        rows = self.rows()
        if conditions.name:
            ids = {s.version.id for s in self.steps(conditions.name) if s.status != "removed"}
            rows = [row for row in rows if row["id"] in ids]
        return rows if conditions.is_empty else [row for row in rows if fits(row, conditions, labels)]

    def page(
        self, conditions: Filter, labels: VersionLabels, offset: int, limit: int
    ) -> tuple[int, list[tuple[Version, GraphPlace]]]:
        """Return the number of matching versions, and `limit` of them from `offset` on with their graph positions."""
        if conditions.is_empty and offset + limit <= WITHOUT_INDEX:
            total, first = self.store.page(None, 0, offset + limit)
            drawn = places([(v.id, v.parents) for v in first], offset, offset + limit, whole=len(first) == total)
            return total, list(zip(first[offset:], drawn, strict=True))
        rows = self.found(conditions, labels)
        lines = [(row["id"], tuple(row["parents"])) for row in rows]
        drawn = places(lines if conditions.is_empty else self._joined(lines), offset, offset + limit)
        shown = [self.store.history.version(row["id"]) for row in rows[offset : offset + limit]]
        return len(rows), list(zip(shown, drawn, strict=True))

    def steps(self, name: str) -> list[NameStep]:
        """Return the versions in which a name is new, changed or removed, newest first."""
        return steps(name, ((row, self.store.history.version) for row in self.rows()))

    def _joined(self, shown: Sequence[Line]) -> list[Line]:
        """Return the lines with listed parents only: an unlisted parent is replaced by its nearest listed ancestors."""
        listed = {version for version, _ in shown}
        known: dict[VersionId, tuple[VersionId, ...]] = {}
        for row in reversed(self.rows()):  # Oldest first, so parents come before their children.
            near: dict[VersionId, None] = {}
            for parent in row["parents"]:
                near.update(dict.fromkeys([parent] if parent in listed else known.get(parent, ())))
            known[row["id"]] = tuple(near)
        return [(version, known[version]) for version, _ in shown]


def fits(row: Document, conditions: Filter, labels: VersionLabels) -> bool:
    """Return True if a version matches the conditions. `conditions.name` is not checked."""
    value = row["metrics"].get(conditions.metric) if conditions.metric else None
    in_range = value is not None and _between(value, conditions.at_least, conditions.at_most)
    return (
        (conditions.auto or not row["auto"])
        and (not conditions.branch or row["branch"] == conditions.branch)
        and (not conditions.tag or conditions.tag in labels.tags_of(row["id"]))
        and (conditions.kind is None or conditions.kind in row["kinds"])
        and (not conditions.metric or in_range)
        and (not conditions.text or _contains(row, conditions.text.casefold(), labels))
    )


def _between(value: float, low: float | None, high: float | None) -> bool:
    """Return True if a metric is in a range. NaN and infinity are in no range, but in an unlimited one."""
    if low is None and high is None:
        return True
    return math.isfinite(value) and (low is None or value >= low) and (high is None or value <= high)


def _contains(row: Document, text: str, labels: VersionLabels) -> bool:
    return any(text in searched.casefold() for searched in _texts(row, labels))


def _texts(row: Document, labels: VersionLabels) -> Iterator[str]:
    yield f"v{row['number']}"
    yield row["message"]
    yield labels.notes.get(row["id"], row["note"])
    yield from labels.tags_of(row["id"])
    yield from row["names"]
