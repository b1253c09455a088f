"""Makes a version of what another system has: values that were never loaded, with the author, the time and the parents
that the version has there.

Values in open formats are stored as values of ours. A pickle, or the file of a model, is stored byte by byte. It is
read when somebody loads it, which needs trust.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbmodelver import kinds
from nbmodelver.codecs import graph, open_formats
from nbmodelver.codecs.foreign import ForeignFile
from nbmodelver.codecs.foreign_scan import Scan, scan
from nbmodelver.errors import NotLoadable
from nbmodelver.model import Kept, ObjectId, Skipped, Version, VersionId
from nbmodelver.model.versions import EVERY_OTHER
from nbmodelver.repo.core.documents import canonical_json
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.store import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nbmodelver.model import GitState, Json, Kind
    from nbmodelver.repo.core.open_store import OpenStore

OPEN = ("json", "npy", "parquet", "parquet-series", "csv")
"""Formats whose values are stored as ours. Reading them runs nothing of the file."""
_TYPES = {"safetensors": "builtins.dict", "npz": "builtins.dict", "ubj": "xgboost.core.Booster", "skops": ""}


@dataclass(frozen=True)
class ArrivingValue:
    """A value from elsewhere. file: its content. kind: as the other system says. label: the name of a series."""

    name: str
    kind: Kind
    format: str
    file: Path
    label: str | int | None = None


@dataclass(frozen=True)
class ArrivingVersion:
    """A version from elsewhere, with ids of this store. origin: names its source and content, see trust.py.

    documents: "cells", "environment", "notebook" -> JSON, as they are stored. saved_at_utc: ISO 8601 with "Z".
    """

    origin: str
    parents: tuple[VersionId, ...] = ()
    branch: str = "main"
    message: str = ""
    note: str = ""
    author: str = ""
    saved_at_utc: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    git: GitState | None = None
    documents: Mapping[str, Any] = field(default_factory=dict)


def scan_of(file: Path) -> Scan:
    """Return what a pickle or joblib file holds and would import. Runs nothing of it. Raises OSError."""
    return scan(file.read_bytes())


def arrived(store: OpenStore, version: ArrivingVersion, values: Sequence[ArrivingValue]) -> Version:
    """Store values and record, and return the version. Its branch and HEAD stay where they are.

    A value that cannot be read is named in `skipped`. Secrets in texts are hidden. Raises StoreError, StoreFull.
    """
    layout.check(store.backend, for_writing=True)
    store.wait_for_pending()
    made = _Arrival(store, version)
    with store.parts.lease():
        with store.parts.writing() as pack:
            for value in values:
                made.add(value, pack)
            record = made.record(pack)
        record = replace(record, new_bytes=pack.new_bytes, others=(EVERY_OTHER,))
        with store.exclusive_refs():
            numbered = replace(record, number=store.history.next_number())
            version_id = store.history.records.write(numbered)
            ref = f"origin/{version_id}"
            store.refs.move(ref, store.refs.get(ref), version.origin)
    return store.history.version(version_id)


class _Arrival:
    """A version while it is stored."""

    def __init__(self, store: OpenStore, version: ArrivingVersion) -> None:
        self.store, self.version = store, version
        self.secrets = Searcher()
        self.kept: dict[str, Kept] = {}
        self.groups: list[Any] = []
        self.skipped: list[Skipped] = []
        self.params: dict[str, Json] = {}

    def add(self, value: ArrivingValue, pack: Any) -> None:
        """Store one value."""
        data = value.file.read_bytes()
        try:
            if value.format in OPEN:
                self._store(value, open_formats.from_open_format(data, value.format, value.label), pack)
            else:
                self._store_file(value, data, pack)
        except (ValueError, ImportError, NotLoadable) as error:
            self.skipped.append(Skipped(value.name, value.name, str(error).splitlines()[0]))

    def _store_file(self, value: ArrivingValue, data: bytes, pack: Any) -> None:
        found = scan(data) if value.format in ("pickle", "joblib") else Scan(_TYPES.get(value.format, ""))
        if found.problem:
            raise NotLoadable(f"it is no complete {value.format} file: {found.problem}", "look for another copy")
        self.params |= {
            f"{value.name}.{key}": param
            for key, param in found.params.items()
            if value.kind == "model" and self.secrets.in_value(key, param) is None
        }
        self._store(value, ForeignFile(data, value.format), pack, found.kind)

    def _store(self, value: ArrivingValue, content: Any, pack: Any, type_name: str = "") -> None:
        why = self.secrets.in_value(value.name, content)
        if why is not None:
            self.skipped.append(Skipped(value.name, why.path, why.what))
            return
        capture = graph.capture({value.name: content}, {}, definitions=False)
        if not capture.groups:
            self.skipped += capture.skipped
            return
        draft, is_file = capture.groups[0], isinstance(content, ForeignFile)
        if is_file:  # Also what the pickle inside of the pickle imports: a load allows nothing else.
            draft = replace(draft, classes=tuple(sorted(graph.foreign_names(draft))))
        group = self.store.group_store.put(pack, draft, None)
        self.kept[value.name] = Kept(
            value.name, len(self.groups), value.kind if is_file else kinds.classify(value.name, content) or value.kind,
            (type_name or "a file") if is_file else kinds.type_name(content), ObjectId(group.recipe), group.size_bytes,
        )  # fmt: skip
        self.groups.append(group)

    def record(self, pack: Any) -> Version:
        """Store the documents, and return the record without its number."""
        version, hidden = self.version, self.secrets.hidden
        stored = {
            name: pack.put(canonical_json(self.secrets.hidden_everywhere(document)), near=None, layout="text")
            for name, document in version.documents.items()
        }
        params = {k: v for k, v in version.params.items() if self.secrets.in_value(k.rpartition(".")[2], v) is None}
        return Version(
            VersionId(""), 0, version.parents, version.branch, hidden(version.message), hidden(version.note),
            version.author, version.saved_at_utc, self.kept, tuple(self.groups), (), tuple(self.skipped),
            params={**self.params, **params}, metrics=dict(version.metrics), git=version.git,
            cells=stored.get("cells"), environment=stored.get("environment"), notebook=stored.get("notebook"),
            raw_bytes=sum(group.size_bytes for group in self.groups),
        )  # fmt: skip
