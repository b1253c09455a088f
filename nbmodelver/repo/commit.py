"""A commit: values to drafts, drafts to parts, then the record. Data first, record last, refs after it."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver import kinds
from nbmodelver.codecs import graph, session
from nbmodelver.errors import NothingToCommit, UsageError
from nbmodelver.model import Group, Kept, ObjectId, Skipped, Version, VersionId
from nbmodelver.repo.secrets import Searcher
from nbmodelver.repo.surroundings import GitProbe, author, environment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from nbmodelver.codecs.graph import Capture, Draft
    from nbmodelver.model import Cell, Json, Progress
    from nbmodelver.repo import Repo
    from nbmodelver.repo.vault import Vault
    from nbmodelver.store.writing import PackWriter


MAX_OTHERS = 2000
"""Names beyond this are not listed; a rollback then leaves names alone that it might have removed."""


@dataclass(frozen=True)
class Surroundings:
    """What the kernel knows beside the values.

    cells: that ran since the parent, in order. assigned: name -> index into `cells` of the one that last assigned it.
    others: live names that are not part of the commit. session: keep the random state and the like.
    notebook: the notebook document as JSON bytes, if it is known.
    """

    cells: Sequence[Cell] = ()
    assigned: Mapping[str, int] = field(default_factory=dict)
    others: Sequence[str] = ()
    session: bool = True
    notebook: bytes | None = None
    notebook_path: str = ""


@dataclass(frozen=True)
class Labels:
    """What is said about a version.

    merged: a second parent. only_if_changed: make no version when every name is as it is in the present one.
    """

    message: str = ""
    note: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, Json] = field(default_factory=dict)
    auto: str = ""
    merged: VersionId | None = None
    only_if_changed: bool = False


class Commit:
    """One commit under way."""

    def __init__(
        self,
        repo: Repo,
        values: Mapping[str, Any],
        namespace: dict[str, Any] | None,
        *,
        partial: bool = False,
        allow_secrets: Collection[str] = (),
    ) -> None:
        self.partial = partial
        self.secrets = Searcher()
        self.allowed = frozenset(allow_secrets)
        self.repo = repo
        self.values = values
        self.namespace = dict(values) if namespace is None else namespace
        self.started = time.perf_counter()
        self.assigned: Mapping[str, int] = {}

    def capture(self) -> Capture:
        """Encode the values. Raises NothingToCommit when none of them can be kept."""
        limit_s = self.repo.settings["time_limit_s"]
        secret = {n: s for n, v in self.values.items() if (s := self._secret(n, v)) is not None}
        capture = graph.capture(
            {n: v for n, v in self.values.items() if n not in secret},
            self.namespace,
            skip=self._not_brought_along,
            partial=self.partial,
            time_limit_s=limit_s if isinstance(limit_s, float) else 0.0,
        )
        capture.skipped += secret.values()
        if not capture.groups:
            first = capture.skipped[0] if capture.skipped else None
            raise NothingToCommit(
                "nothing to commit" + (f": '{first.path}' cannot be kept: {first.reason}" if first else ""),
                "name the variables: %mv_commit NAME ...; or take every one: %mv_commit --all",
            )
        return capture

    def _secret(self, name: str, value: Any) -> Skipped | None:
        if name in self.allowed:
            return None
        found = self.secrets.in_value(name, value)
        if found is None:
            return None
        return Skipped(name, found.path, f"{found.what}; if it is no secret: --allow-secret {name}")

    def _not_brought_along(self, name: str, value: Any) -> str | None:
        """Why a name that kept code uses does not come along with it."""
        if name.startswith("__"):
            return "private"
        secret = self._secret(name, value)
        return None if secret is None else secret.reason

    def _cells(self, cells: Sequence[Cell]) -> list[dict[str, Any]]:
        """The cells as JSON, with secrets in their sources and outputs hidden."""
        hidden = self.secrets.hidden
        return [{**asdict(c), "source": hidden(c.source), "outputs": hidden(c.outputs)} for c in cells]

    def run(
        self, labels: Labels, around: Surroundings, progress: Progress | None = None, *, verify: bool = False
    ) -> Version:
        """Make the version. Nothing is visible before everything it needs is durable.

        verify: decode every group once, and leave out (named) what does not come back.
        """
        repo = self.repo
        self.assigned = around.assigned
        folder = Path(around.notebook_path).parent if around.notebook_path else Path.cwd()
        with GitProbe(folder) as git:
            capture = self.capture()
            if verify:
                _verify_load(capture, self.namespace)
            parent = repo.history.head
            with repo.parts.lease():
                with repo.parts.writing(progress) as pack:
                    draft = self._version(capture, labels, around, _Writer(repo.vault, pack, parent))
                if labels.only_if_changed and parent is not None and _holds_the_same(draft, parent):
                    return parent
                parents = tuple(p for p in (parent.id if parent else None, labels.merged) if p)
                return self._recorded(replace(draft, parents=parents, git=git.state(), new_bytes=pack.new_bytes))

    def _recorded(self, version: Version) -> Version:
        """Number the version and write its record, under the lock; everything it needs is durable by now."""
        history = self.repo.history
        with self.repo.backend.lock("refs"):
            return history.add(
                replace(
                    version,
                    number=history.next_number(),
                    branch=history.branch,
                    saved_at_utc=_now(),
                    duration_s=round(time.perf_counter() - self.started, 4),
                )
            )

    def _version(self, capture: Capture, labels: Labels, around: Surroundings, writer: _Writer) -> Version:
        groups = tuple(writer.put(d) for d in capture.groups)
        definitions = tuple(writer.put_definition(d) for d in capture.definitions)
        digests = {name: writer.digest(name, d) for name, d in capture.alone.items()}
        values = {**capture.added, **self.values}
        kept = {
            name: self._kept(
                Kept(name, at, "other", "", digests.get(name, group.recipe), group.size_bytes), values, capture
            )
            for at, group in enumerate(groups)
            for name in group.names
        }
        order = [n for n in (*self.values, *sorted(capture.added)) if n in kept]
        return Version(
            id=VersionId(""),
            number=0,
            message=self.secrets.hidden(labels.message),
            note=self.secrets.hidden(labels.note),
            author=str(self.repo.settings["author"]) or author(),
            kept={name: kept[name] for name in order},
            groups=groups,
            definitions=definitions,
            skipped=tuple(capture.skipped),
            others=tuple(n for n in around.others if n not in kept)[:MAX_OTHERS],
            params={**_own_params(self.values, kept), **self._own_labels(labels.params)},
            metrics=dict(labels.metrics),
            cells=writer.put_json(self._cells(around.cells), "cells") if around.cells else None,
            environment=writer.put_json(environment(), "environment"),
            notebook=writer.put_bytes(self._notebook(around.notebook), "notebook") if around.notebook else None,
            notebook_path=around.notebook_path,
            session=writer.put_session() if around.session else None,
            raw_bytes=sum(g.size_bytes for g in groups),
            auto=labels.auto,
        )

    def _own_labels(self, params: Mapping[str, Json]) -> dict[str, Json]:
        """Parameters given with the commit; one that is a secret is refused. Raises UsageError."""
        for name, value in params.items():
            found = None if name in self.allowed else self.secrets.in_value(name, value)
            if found is not None:
                raise UsageError(
                    f"the parameter '{name}' is kept out: {found.what}", f"if it is none: --allow-secret {name}"
                )
        return dict(params)

    def _notebook(self, document: bytes) -> bytes:
        """The notebook document with secrets hidden; one that is no JSON is not kept readable, so hidden as text."""
        try:
            before = json.loads(document)
        except ValueError:
            return self.secrets.hidden(document.decode("utf-8", "replace")).encode()
        after = self.secrets.hidden_everywhere(before)
        return (
            document if after == before else json.dumps(after, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        )

    def _kept(self, entry: Kept, values: Mapping[str, Any], capture: Capture) -> Kept:
        """The entry with what can be said of the value itself."""
        name, value = entry.name, values[entry.name]
        alone = capture.alone.get(name)
        return replace(
            entry,
            kind=kinds.classify(name, value) or "other",
            type=kinds.type_name(value),
            size_bytes=alone.size_bytes if alone else entry.size_bytes,
            cell=self.assigned.get(name),
            notes=tuple(capture.notes.get(name, ())),
        )


class _Writer:
    """Puts drafts and documents into one pack, each near its twin in the parent version."""

    def __init__(self, vault: Vault, pack: PackWriter, parent: Version | None) -> None:
        self.vault = vault
        self.pack = pack
        self.parent = parent
        self._groups = {n: g for g in parent.groups for n in g.names} if parent else {}
        self._definitions = {n: g for g in parent.definitions for n in g.names} if parent else {}

    def put(self, draft: Draft) -> Group:
        """A group of names."""
        near = next((self._groups[n] for n in draft.names if n in self._groups), None)
        return self.vault.put(self.pack, draft, near)

    def digest(self, name: str, draft: Draft) -> ObjectId:
        """The content identity of one name of a larger group."""
        old = self.parent.kept.get(name) if self.parent else None
        return self.vault.original(self.vault.identify(draft).recipe, old.digest if old else None)

    def put_definition(self, draft: Draft) -> Group:
        """A class or function of the notebook."""
        return self.vault.put(self.pack, draft, self._definitions.get(draft.names[0]))

    def put_json(self, data: Any, near: str) -> ObjectId:
        """A document as canonical JSON, near the parent's document of that name."""
        return self.put_bytes(canonical_json(data), near)

    def put_bytes(self, data: bytes, near: str) -> ObjectId:
        """A document as it is."""
        old: ObjectId | None = getattr(self.parent, near, None) if self.parent else None
        return self.pack.put(data, near=old, layout="text")

    def put_session(self) -> ObjectId | None:
        """The session's state, if it is plain data."""
        capture = graph.capture({"session": session.take()}, {}, definitions=False)
        if not capture.groups or capture.groups[0].format != graph.PLAIN:
            return None
        near = self.parent.session if self.parent else None
        group = Group(("session",), near, 0) if near else None
        return self.vault.put(self.pack, capture.groups[0], group).recipe


def _holds_the_same(a: Version, b: Version) -> bool:
    return {(g.names, g.recipe) for g in (*a.groups, *a.definitions)} == {
        (g.names, g.recipe) for g in (*b.groups, *b.definitions)
    }


def canonical_json(data: Any) -> bytes:
    """The same bytes for the same data."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _own_params(values: Mapping[str, Any], kept: Mapping[str, Kept]) -> dict[str, Json]:
    """Parameters that the kept values carry themselves: a model's own under its name, plain ones as they are."""
    params: dict[str, Json] = {}
    for name, entry in kept.items():
        if name in values and entry.kind in ("model", "hyperparameters"):
            for key, value in kinds.hyperparameters_of(values[name]).items():
                if key:
                    params[f"{name}.{key}"] = value
                elif entry.kind == "hyperparameters":
                    params[name] = value
    return params


def _verify_load(capture: Capture, namespace: dict[str, Any]) -> None:
    """Decode what was captured, into nowhere; a group that fails is named instead of kept."""
    for draft, error in graph.failing(capture, namespace):
        capture.groups.remove(draft)
        reason = f"it was encoded, but cannot be rebuilt: {error.message}"
        capture.skipped += [Skipped(name, name, reason) for name in draft.names]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
