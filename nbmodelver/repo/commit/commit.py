"""A commit: values are encoded as drafts, drafts are stored as parts, then the record is written, then refs move."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nbmodelver import kinds
from nbmodelver.codecs import graph, proving, session
from nbmodelver.comparison.code.roles import combined, roles_in
from nbmodelver.errors import Damaged, NoStore, NothingToCommit, UsageError
from nbmodelver.model import Kept, ObjectId, Skipped, Version, VersionId
from nbmodelver.repo.commit.background import FrozenSnapshot
from nbmodelver.repo.commit.input_files import InputFiles
from nbmodelver.repo.commit.snapshot import CommitSnapshot, SnapshotWriter
from nbmodelver.repo.core import imports, modules
from nbmodelver.repo.core.directions import inherited
from nbmodelver.repo.core.documents import canonical_json
from nbmodelver.repo.core.environment import GitProbe, author, environment
from nbmodelver.repo.core.installed_files import installed_files
from nbmodelver.repo.core.numerics import numerics
from nbmodelver.repo.core.secrets import Searcher

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from nbmodelver.codecs.graph import Capture, Draft
    from nbmodelver.model import Cell, GitState, Json, Progress
    from nbmodelver.repo.commit.context import CommitContext
    from nbmodelver.repo.core.labels import Labels
    from nbmodelver.repo.core.open_store import OpenStore


MAX_OTHERS = 2000
"""Further names are not listed. A later rollback to another version does not remove them."""


class Commit:
    """One commit.

    namespace: the globals of functions among the values; None: the values. allow_secrets, most_mb: see `Repo.commit`.
    """

    def __init__(
        self,
        store: OpenStore,
        values: Mapping[str, Any],
        namespace: dict[str, Any] | None,
        *,
        allow_secrets: Collection[str] = (),
        most_mb: float | None = None,
    ) -> None:
        self.most_bytes = most_mb * 1_000_000 if most_mb else float("inf")
        self.secrets = Searcher()
        self.allowed = frozenset(allow_secrets)
        self.store = store
        self.values = values
        self.namespace = dict(values) if namespace is None else namespace
        self.started = time.perf_counter()
        self.assigned: Mapping[str, int] = {}
        self.imports: dict[str, str] = {}
        """The imports that committed code uses; filled by `capture`."""

    def _proven(self) -> Capture:
        """Encode the values, except those that a trial load in a child process failed to load.

        Encodes again without them, and tries again, until no further value fails.
        """
        capture = self.capture()
        if not self.store.settings["try_load"]:
            return capture
        unloadable: dict[str, str] = {}
        while True:
            proof = proving.prove(capture, self.namespace, self._limit_s())
            if not proof.unloadable.keys() - unloadable.keys():
                break
            unloadable |= proof.unloadable
            capture = self.capture(unloadable)
        for name, notes in proof.notes.items():
            capture.notes[name] = [*capture.notes.get(name, ()), *notes]
        return capture

    def _limit_s(self) -> float:
        limit_s = self.store.settings["time_limit_s"]
        return limit_s if isinstance(limit_s, float) else 0.0

    def capture(self, unloadable: Mapping[str, str] = MappingProxyType({})) -> Capture:
        """Encode the values, except secrets and values above the size limit. Stores nothing.

        unloadable: name -> reason, for values that must be skipped. Raises NothingToCommit if no value is left.
        """
        excluded = {n: s for n, v in self.values.items() if (s := self._secret(n, v)) is not None}
        capture = self._captured(excluded, unloadable)
        large = {n: s for d in (*capture.groups, *capture.alone.values()) for n, s in self._too_large(d, capture)}
        if large:
            excluded |= large
            capture = self._captured(excluded, unloadable)
        capture.skipped += excluded.values()
        if not capture.groups:
            first = capture.skipped[0] if capture.skipped else None
            if first is not None:
                why = f"nothing to commit: '{first.path}' cannot be kept: {first.reason}"
                raise NothingToCommit(why, "name others: %mv_commit NAME ...")
            raise NothingToCommit(
                "nothing to commit", "name the variables: %mv_commit NAME ..., or commit all: %mv_commit --all"
            )
        return capture

    def _captured(self, excluded: Collection[str], unloadable: Mapping[str, str]) -> Capture:
        return graph.capture(
            {n: v for n, v in self.values.items() if n not in excluded},
            self.namespace,
            skip=self._reason_to_omit,
            time_limit_s=self._limit_s(),
            unloadable=unloadable,
            recall=self.store.group_store.recall,
        )

    def _too_large(self, draft: Draft, capture: Capture) -> Iterator[tuple[str, Skipped]]:
        """Yield (name, entry) for the names of a draft that exceed the size limit; of a group, those that alone do."""
        if draft.size_bytes <= self.most_bytes:
            return
        for name in draft.names:
            if name in self.values and capture.alone.get(name, draft).size_bytes > self.most_bytes:
                size, most = draft.size_bytes / 1e6, self.most_bytes / 1e6
                why = f"{size:,.0f} MB is above the limit of {most:,.0f} MB for a commit without names"
                yield name, Skipped(name, name, f"{why}; to keep it: %mv_commit {name}, or %mv_config max_value_mb N")

    def _secret(self, name: str, value: Any) -> Skipped | None:
        """Return an entry for `Version.skipped` if the value looks like a secret that is not allowed."""
        if name in self.allowed:
            return None
        found = self.secrets.in_value(name, value)
        if found is None:
            return None
        return Skipped(name, found.path, f"{found.what}; if it is not a secret: --allow-secret {name}")

    def _reason_to_omit(self, name: str, value: Any) -> str | None:
        """Return the reason why a name that committed code uses is not committed too; None if it is.

        Adds imported names to `imports`.
        """
        if name.startswith("__") or name == "_":  # `def _` of a singledispatch; in a shell `_` is the last output.
            return "private"
        source = imports.where(value)
        if source:
            self.imports[name] = source
            return "imported again"
        secret = self._secret(name, value)
        return None if secret is None else secret.reason

    def _cells(self, cells: Sequence[Cell]) -> list[dict[str, Any]]:
        """Return the cells as JSON objects, with secrets in their sources and outputs hidden."""
        hidden = self.secrets.hidden
        return [{**asdict(c), "source": hidden(c.source), "outputs": hidden(c.outputs)} for c in cells]

    def run(
        self, labels: Labels, context: CommitContext, progress: Progress | None = None, *, verify: bool = False
    ) -> Version:
        """Create the version. It becomes visible only after all its data is durable.

        verify: decode every group once, and move groups that cannot be loaded to `Version.skipped`.
        Raises NothingToCommit, BadName, UsageError, StoreError.
        """
        with self._git(context) as git:
            return self.write(self.take(labels, context, verify=verify), git.state, progress)

    def later(self, labels: Labels, context: CommitContext, *, verify: bool = False) -> Callable[[], Version]:
        """Read the values now, and return a function that creates the version, on any thread, while the kernel works.

        The function raises StoreError, and creates no version, if a value was modified before it was stored.
        """
        with self._git(context) as git:
            snapshot = self.take(labels, context, verify=verify)
            state = git.state()
        frozen = FrozenSnapshot(snapshot, self.store.parts)
        return lambda: self.write(frozen.snapshot, lambda: state, check=frozen.check)

    @staticmethod
    def _git(context: CommitContext) -> GitProbe:
        return GitProbe(Path(context.notebook_path).parent)

    def write(
        self,
        snapshot: CommitSnapshot,
        git: Callable[[], GitState | None],
        progress: Progress | None = None,
        check: Callable[[Draft], None] = lambda _draft: None,
    ) -> Version:
        """Store a snapshot, then its record. Returns the parent if `only_if_changed` is set and nothing has changed.

        git: returns the state of the Git checkout. check: called with each draft after it is stored.
        """
        store = self.store
        parent = store.history.head
        with store.parts.lease():
            with store.parts.writing(progress) as pack:
                stored = snapshot.stored(SnapshotWriter(store.group_store, pack, parent, check))
            if snapshot.only_if_changed and parent is not None and _has_same_values(stored, parent):
                with store.exclusive_refs():
                    for tag in snapshot.tags:
                        store.history.set_tag(tag, parent.id)
                return parent
            parents = tuple(p for p in (parent.id if parent else None, snapshot.merged) if p)
            merged = [store.history.version(snapshot.merged)] if snapshot.merged else []
            before = [*([parent] if parent else []), *merged]
            directions = inherited(store.history, before, stored.metrics, stored.directions)
            complete = replace(stored, parents=parents, directions=directions, git=git(), new_bytes=pack.new_bytes)
            return self._recorded(_with_roles(complete, parent), snapshot.tags)

    def _recorded(self, version: Version, tags: Sequence[str]) -> Version:
        """Number the version, write its record and tag it, under the lock of the refs. Its data is already durable."""
        history = self.store.history
        with self.store.backend.lock("refs"):
            history.check_tags(tags)  # Another kernel may have taken one of them since this commit began.
            recorded = history.add(
                replace(
                    version,
                    number=history.next_number(),
                    branch=history.branch,
                    saved_at_utc=_now(),
                    duration_s=round(time.perf_counter() - self.started, 4),
                )
            )
            for tag in tags:
                history.set_tag(tag, recorded.id)
        return recorded

    def take(self, labels: Labels, context: CommitContext, *, verify: bool = False) -> CommitSnapshot:
        """Read everything that the version needs from the live values. Stores nothing. verify: see `run`.

        Raises NothingToCommit, UsageError for a parameter that looks like a secret.
        """
        self.assigned = context.assigned
        capture = self._proven()
        if verify:
            _verify_load(capture, self.namespace)
        capture.definitions += self._modules(capture, context)
        values = {**capture.added, **self.values}
        kept = {
            name: self._kept(name, at, values[name], capture)
            for at, draft in enumerate(capture.groups)
            for name in draft.names
        }
        order = [n for n in (*self.values, *sorted(capture.added)) if n in kept]
        version = Version(
            id=VersionId(""),
            number=0,
            message=self.secrets.hidden(labels.message),
            note=self.secrets.hidden(labels.note),
            author=str(self.store.settings["author"]) or author(),
            kept={name: kept[name] for name in order},
            skipped=tuple(capture.skipped),
            others=tuple(n for n in context.others if n not in kept)[:MAX_OTHERS],
            imports={n: source for n, source in {**context.imports, **self.imports}.items() if n not in kept},
            params={**self._own_params(kept), **self._own_labels(labels.params)},
            metrics=dict(labels.metrics),
            directions=dict(labels.directions),
            expressions={n: self.secrets.hidden(e) for n, e in context.expressions.items() if n in labels.metrics},
            roles=roles_in(c.source for c in context.cells if c.ok) | {n: (r,) for n, r in labels.roles.items()},
            given_roles=tuple(labels.roles),
            notebook_path=context.notebook_path,
            auto=labels.auto,
        )
        return CommitSnapshot(
            version,
            capture,
            cells=canonical_json(self._cells(context.cells)) if context.cells else None,
            environment=canonical_json({**environment(), **numerics(), **installed_files()}),
            notebook=self._notebook(context.notebook) if context.notebook else None,
            probe=context.probe,
            session=_session() if context.session else None,
            inputs=self._inputs(context),
            tags=tuple(labels.tags),
            only_if_changed=labels.only_if_changed,
            merged=labels.merged,
        )

    def _inputs(self, context: CommitContext) -> InputFiles:
        limit_mb = self.store.settings["input_files_mb"]
        most_bytes = int(limit_mb * 1_000_000) if isinstance(limit_mb, float) else 0
        return InputFiles(tuple(context.read), self.store.parts, self.secrets, most_bytes)

    def _modules(self, capture: Capture, context: CommitContext) -> list[Draft]:
        """Return the modules of the notebook's project as a draft, [] if there are none."""
        classes = [c for d in (*capture.groups, *capture.definitions) for c in d.classes]
        names = modules.mentioned(context.cells, classes, (*context.imports.values(), *self.imports.values()))
        parent = self.store.history.head
        try:
            before = modules.NONE if parent is None else self.store.modules_of(parent)
        except Damaged:
            before = modules.NONE
        try:
            return modules.drafts(self.store.project, names, before, self.secrets)
        except (OSError, NoStore):  # The working directory was removed.
            return []

    def _own_params(self, kept: Mapping[str, Kept]) -> dict[str, Json]:
        """Return the hyperparameters in the committed values, without secrets.

        The parameters of models and configurations get keys such as "model.alpha"; a variable that is itself a
        hyperparameter keeps its name.
        """
        params = {}
        for name, entry in kept.items():
            value = self.values.get(name)
            has_params = entry.kind == "model" or _is_hyperparameter(entry) or kinds.is_configuration(value)
            if name not in self.values or not has_params:
                continue
            for key, param in kinds.hyperparameters_of(value).items():
                path = f"{name}.{key}" if key else name
                if (key or _is_hyperparameter(entry)) and self.secrets.in_value(path.rpartition(".")[2], param) is None:
                    params[path] = param
        return params

    def _own_labels(self, params: Mapping[str, Json]) -> dict[str, Json]:
        """Return the parameters that the caller passed. Raises UsageError if one looks like a secret."""
        for name, value in params.items():
            found = None if name in self.allowed else self.secrets.in_value(name, value)
            if found is not None:
                raise UsageError(
                    f"the parameter '{name}' looks like a secret: {found.what}",
                    f"leave it out, or allow it: --allow-secret {name}",
                )
        return dict(params)

    def _notebook(self, document: bytes) -> bytes:
        """Return the notebook document with secrets hidden. A document that is not JSON is treated as text."""
        try:
            before = json.loads(document)
        except ValueError:
            return self.secrets.hidden(document.decode("utf-8", "replace")).encode()
        after = self.secrets.hidden_everywhere(before)
        return (
            document if after == before else json.dumps(after, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        )

    def _kept(self, name: str, group: int, value: Any, capture: Capture) -> Kept:
        """Return the entry for one name. `digest` and, if needed, `size_bytes` are set after the group is stored."""
        alone = capture.alone.get(name)
        return Kept(
            name,
            group,
            kind=kinds.classify(name, value) or "other",
            type=kinds.type_name(value),
            digest=ObjectId(""),
            size_bytes=alone.size_bytes if alone else 0,
            cell=self.assigned.get(name),
            notes=tuple(capture.notes.get(name, ())),
        )


def _with_roles(version: Version, parent: Version | None) -> Version:
    """The version with the roles of its names: of the cells since the parent, and of the parent where they say none.

    A role that the user stated stays until the user states another one.
    """
    if parent is None:
        found = {name: roles for name, roles in version.roles.items() if name in version.kept}
        return replace(version, roles=found, given_roles=tuple(n for n in version.given_roles if n in found))
    same = [n for n, k in version.kept.items() if n in parent.kept and parent.kept[n].digest == k.digest]
    found = combined(version.roles, parent.roles, same)
    stays = [n for n in parent.given_roles if n not in version.given_roles]
    found |= {n: parent.roles[n] for n in stays if n in parent.roles}
    found |= {n: version.roles[n] for n in version.given_roles}
    found = {name: roles for name, roles in found.items() if name in version.kept}
    return replace(version, roles=found, given_roles=tuple(n for n in (*stays, *version.given_roles) if n in found))


def _session() -> Draft | None:
    """Return a draft of the session state, None if it is not plain data."""
    capture = graph.capture({"session": session.take()}, {}, definitions=False)
    if not capture.groups or capture.groups[0].format != graph.PLAIN:
        return None
    return capture.groups[0]


def _has_same_values(a: Version, b: Version) -> bool:
    return {(g.names, g.recipe) for g in (*a.groups, *a.definitions)} == {
        (g.names, g.recipe) for g in (*b.groups, *b.definitions)
    }


def _is_hyperparameter(entry: Kept) -> bool:
    return entry.kind == "hyperparameters"


def _verify_load(capture: Capture, namespace: dict[str, Any]) -> None:
    """Decode every group and discard the result. Groups that fail are moved from `groups` to `skipped`."""
    for draft, error in graph.failing(capture, namespace):
        capture.groups.remove(draft)
        reason = f"it can be saved but not loaded: {graph.why(error.__cause__ or error)}"
        capture.skipped += [Skipped(name, name, reason) for name in draft.names]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
