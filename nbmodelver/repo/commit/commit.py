"""A commit: values to drafts, drafts to parts, then the record. Data first, record last, refs after it."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nbmodelver import kinds
from nbmodelver.codecs import graph, proving, session
from nbmodelver.errors import Damaged, NoStore, NothingToCommit, UsageError
from nbmodelver.model import Group, Kept, ObjectId, Skipped, Version, VersionId
from nbmodelver.repo.commit.background import Still
from nbmodelver.repo.core import imports, modules
from nbmodelver.repo.core.directions import carried
from nbmodelver.repo.core.environment import GitProbe, author, environment
from nbmodelver.repo.core.secrets import Searcher

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from nbmodelver.codecs.graph import Capture, Draft
    from nbmodelver.model import Cell, GitState, Json, Progress
    from nbmodelver.repo.core.group_store import Vault
    from nbmodelver.repo.core.labels import Labels
    from nbmodelver.repo.repo import Repo
    from nbmodelver.store.writing import PackWriter


MAX_OTHERS = 2000
"""Names beyond this are not listed; a rollback then leaves names alone that it might have removed."""


@dataclass(frozen=True)
class Surroundings:
    """What the kernel knows beside the values.

    cells: that ran since the parent, in order. assigned: name -> index into `cells` of the one that last assigned it.
    others: live names that are not part of the commit. imports: what `import` bound names to, see imports.found.
    session: keep the random state and the like.
    notebook: the notebook document as JSON bytes, if it is known.
    """

    cells: Sequence[Cell] = ()
    assigned: Mapping[str, int] = field(default_factory=dict)
    others: Sequence[str] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    session: bool = True
    notebook: bytes | None = None
    notebook_path: str = ""


class Commit:
    """One commit under way."""

    def __init__(
        self,
        repo: Repo,
        values: Mapping[str, Any],
        namespace: dict[str, Any] | None,
        *,
        allow_secrets: Collection[str] = (),
        most_mb: float | None = None,
    ) -> None:
        self.most_bytes = most_mb * 1_000_000 if most_mb else float("inf")
        self.secrets = Searcher()
        self.allowed = frozenset(allow_secrets)
        self.repo = repo
        self.values = values
        self.namespace = dict(values) if namespace is None else namespace
        self.started = time.perf_counter()
        self.assigned: Mapping[str, int] = {}
        self.imports: dict[str, str] = {}
        """What kept code uses that `import` bound."""

    def _proven(self) -> Capture:
        """Encode the values, without those that a load in a child process shows to be unloadable."""
        capture = self.capture()
        if not self.repo.settings["try_load"]:
            return capture
        unloadable: dict[str, str] = {}
        while True:
            found = proving.prove(capture, self.namespace, self._limit_s())
            if not found.unloadable.keys() - unloadable.keys():
                break
            unloadable |= found.unloadable
            capture = self.capture(unloadable)
        for name, notes in found.notes.items():
            capture.notes[name] = [*capture.notes.get(name, ()), *notes]
        return capture

    def _limit_s(self) -> float:
        limit_s = self.repo.settings["time_limit_s"]
        return limit_s if isinstance(limit_s, float) else 0.0

    def capture(self, unloadable: Mapping[str, str] = MappingProxyType({})) -> Capture:
        """Encode the values. Raises NothingToCommit when none of them can be kept."""
        left_out = {n: s for n, v in self.values.items() if (s := self._secret(n, v)) is not None}
        capture = self._captured(left_out, unloadable)
        large = {n: s for d in (*capture.groups, *capture.alone.values()) for n, s in self._too_large(d, capture)}
        if large:
            left_out |= large
            capture = self._captured(left_out, unloadable)
        capture.skipped += left_out.values()
        if not capture.groups:
            first = capture.skipped[0] if capture.skipped else None
            if first is not None:
                why = f"nothing to commit: '{first.path}' cannot be kept: {first.reason}"
                raise NothingToCommit(why, "name others: %mv_commit NAME ...")
            raise NothingToCommit(
                "nothing to commit", "name the variables: %mv_commit NAME ...; or take every one: %mv_commit --all"
            )
        return capture

    def _captured(self, left_out: Collection[str], unloadable: Mapping[str, str]) -> Capture:
        return graph.capture(
            {n: v for n, v in self.values.items() if n not in left_out},
            self.namespace,
            skip=self._not_brought_along,
            time_limit_s=self._limit_s(),
            unloadable=unloadable,
            recall=self.repo.vault.recall,
        )

    def _too_large(self, draft: Draft, capture: Capture) -> Iterator[tuple[str, Skipped]]:
        """The names of this draft that are above the limit; of a group, those that are so by themselves."""
        if draft.size_bytes <= self.most_bytes:
            return
        for name in draft.names:
            if name in self.values and capture.alone.get(name, draft).size_bytes > self.most_bytes:
                size, most = draft.size_bytes / 1e6, self.most_bytes / 1e6
                why = f"{size:,.0f} MB is above the limit of {most:,.0f} MB for a commit without names"
                yield name, Skipped(name, name, f"{why}; to keep it: %mv_commit {name}, or %mv_config max_value_mb N")

    def _secret(self, name: str, value: Any) -> Skipped | None:
        if name in self.allowed:
            return None
        found = self.secrets.in_value(name, value)
        if found is None:
            return None
        return Skipped(name, found.path, f"{found.what}; if it is no secret: --allow-secret {name}")

    def _not_brought_along(self, name: str, value: Any) -> str | None:
        """Why a name that kept code uses does not come along with it."""
        if name.startswith("__") or name == "_":  # `def _` of a singledispatch; in a shell `_` is the last output.
            return "private"
        where = imports.where(value)
        if where:
            self.imports[name] = where
            return "imported again"
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
        with self._git(around) as git:
            return self.store(self.take(labels, around, verify=verify), git.state, progress)

    def later(self, labels: Labels, around: Surroundings, *, verify: bool = False) -> Callable[[], Version]:
        """Read the values now; what is given back makes the version, on any thread, while the notebook goes on.

        It raises StoreError when a value was written before it was stored: then there is no version.
        """
        with self._git(around) as git:
            taken = self.take(labels, around, verify=verify)
            state = git.state()
        still = Still(taken, self.repo.parts)
        return lambda: self.store(still.taken, lambda: state, check=still.check)

    @staticmethod
    def _git(around: Surroundings) -> GitProbe:
        return GitProbe(Path(around.notebook_path).parent)

    def store(
        self,
        taken: Taken,
        git: Callable[[], GitState | None],
        progress: Progress | None = None,
        check: Callable[[Draft], None] = lambda _draft: None,
    ) -> Version:
        """Store what was taken, then the record. check: called after each draft is stored."""
        repo = self.repo
        parent = repo.history.head
        with repo.parts.lease():
            with repo.parts.writing(progress) as pack:
                found = taken.stored(_Writer(repo.vault, pack, parent, check))
            if taken.only_if_changed and parent is not None and _holds_the_same(found, parent):
                for tag in taken.tags:
                    repo.tag(tag, parent)
                return parent
            parents = tuple(p for p in (parent.id if parent else None, taken.merged) if p)
            merged = [repo.history.version(taken.merged)] if taken.merged else []
            before = [*([parent] if parent else []), *merged]
            said = carried(repo.history, before, found.metrics, found.directions)
            whole = replace(found, parents=parents, directions=said, git=git(), new_bytes=pack.new_bytes)
            return self._recorded(whole, taken.tags)

    def _recorded(self, version: Version, tags: Sequence[str]) -> Version:
        """Number the version, write its record and tag it, under the lock; everything it needs is durable by now."""
        history = self.repo.history
        with self.repo.backend.lock("refs"):
            history.check_tags(tags)  # Another kernel may have taken one of them since this commit began.
            made = history.add(
                replace(
                    version,
                    number=history.next_number(),
                    branch=history.branch,
                    saved_at_utc=_now(),
                    duration_s=round(time.perf_counter() - self.started, 4),
                )
            )
            for tag in tags:
                history.set_tag(tag, made.id)
        return made

    def take(self, labels: Labels, around: Surroundings, *, verify: bool = False) -> Taken:
        """Everything that has to be read from the live values, before anything is stored."""
        self.assigned = around.assigned
        capture = self._proven()
        if verify:
            _verify_load(capture, self.namespace)
        capture.definitions += self._modules(capture, around)
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
            author=str(self.repo.settings["author"]) or author(),
            kept={name: kept[name] for name in order},
            skipped=tuple(capture.skipped),
            others=tuple(n for n in around.others if n not in kept)[:MAX_OTHERS],
            imports={n: where for n, where in {**around.imports, **self.imports}.items() if n not in kept},
            params={**self._own_params(kept), **self._own_labels(labels.params)},
            metrics=dict(labels.metrics),
            directions=dict(labels.directions),
            notebook_path=around.notebook_path,
            auto=labels.auto,
        )
        return Taken(
            version,
            capture,
            cells=canonical_json(self._cells(around.cells)) if around.cells else None,
            environment=canonical_json(environment()),
            notebook=self._notebook(around.notebook) if around.notebook else None,
            session=_session() if around.session else None,
            tags=tuple(labels.tags),
            only_if_changed=labels.only_if_changed,
            merged=labels.merged,
        )

    def _modules(self, capture: Capture, around: Surroundings) -> list[Draft]:
        """The modules of the notebook's project, as a group of their own."""
        classes = [c for d in (*capture.groups, *capture.definitions) for c in d.classes]
        wanted = modules.mentioned(around.cells, classes, (*around.imports.values(), *self.imports.values()))
        parent = self.repo.history.head
        try:
            before = modules.NONE if parent is None else self.repo.modules_of(parent)
        except Damaged:
            before = modules.NONE
        try:
            return modules.drafts(self.repo.project, wanted, before, self.secrets)
        except (OSError, NoStore):  # The working directory is gone.
            return []

    def _own_params(self, kept: Mapping[str, Kept]) -> dict[str, Json]:
        """Parameters that the kept values carry: of models and configurations by path, plain ones as they are.

        Without those that are secrets.
        """
        found = {}
        for name, entry in kept.items():
            value = self.values.get(name)
            has_some = entry.kind == "model" or _is_plain(entry) or kinds.is_configuration(value)
            if name not in self.values or not has_some:
                continue
            for key, one in kinds.hyperparameters_of(value).items():
                path = f"{name}.{key}" if key else name
                if (key or _is_plain(entry)) and self.secrets.in_value(path.rpartition(".")[2], one) is None:
                    found[path] = one
        return found

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

    def _kept(self, name: str, group: int, value: Any, capture: Capture) -> Kept:
        """The entry with what can be said of the value itself; what its bytes tell comes when they are stored."""
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


@dataclass(frozen=True)
class Taken:
    """What was read from the live values for one version. The drafts' buffers are still live memory."""

    version: Version
    capture: Capture
    cells: bytes | None
    environment: bytes
    notebook: bytes | None
    session: Draft | None
    tags: Sequence[str]
    only_if_changed: bool
    merged: VersionId | None

    def stored(self, writer: _Writer) -> Version:
        """The version, with everything in the pack."""
        groups = tuple(writer.put(d) for d in self.capture.groups)
        definitions = tuple(writer.put_definition(d) for d in self.capture.definitions)
        kept = self.version.kept
        digests = {n: writer.digest(n, d, groups[kept[n].group]) for n, d in self.capture.alone.items() if n in kept}
        stored = {
            name: replace(
                entry,
                digest=digests.get(name) or writer.digest_within(name, groups[entry.group]),
                size_bytes=entry.size_bytes if name in self.capture.alone else groups[entry.group].size_bytes,
            )
            for name, entry in kept.items()
        }
        return replace(
            self.version,
            kept=stored,
            groups=groups,
            definitions=definitions,
            cells=writer.put_document(self.cells, "cells"),
            environment=writer.put_document(self.environment, "environment"),
            notebook=writer.put_document(self.notebook, "notebook"),
            session=writer.put_session(self.session),
            raw_bytes=sum(g.size_bytes for g in groups),
        )


class _Writer:
    """Puts drafts and documents into one pack, each near its twin in the parent version."""

    def __init__(self, vault: Vault, pack: PackWriter, parent: Version | None, check: Callable[[Draft], None]) -> None:
        self.vault = vault
        self.pack = pack
        self.parent = parent
        self.check = check
        self._groups = {n: g for g in parent.groups for n in g.names} if parent else {}
        self._definitions = {n: g for g in parent.definitions for n in g.names} if parent else {}

    def put(self, draft: Draft) -> Group:
        """A group of names."""
        return self._put(draft, next((self._groups[n] for n in draft.names if n in self._groups), None))

    def put_definition(self, draft: Draft) -> Group:
        """A class or function of the notebook."""
        return self._put(draft, self._definitions.get(draft.names[0]))

    def _put(self, draft: Draft, near: Group | None) -> Group:
        group = self.vault.put(self.pack, draft, near)
        self.check(draft)
        return group

    def digest(self, name: str, draft: Draft, group: Group) -> ObjectId:
        """The content identity of one name of a larger group; that of the parent when the whole group is the same."""
        old = self.parent.kept.get(name) if self.parent else None
        before = self._groups.get(name)
        if old is not None and before is not None and before.recipe == group.recipe and before.names == group.names:
            return old.digest
        found = self.vault.original(self.vault.identify(draft).recipe, old.digest if old else None)
        self.check(draft)
        return found

    def digest_within(self, name: str, group: Group) -> ObjectId:
        """The content identity of a name that was encoded with its group only: it changes with the group."""
        if len(group.names) == 1:
            return group.recipe
        return self.vault.parts.identify([memoryview(f"{group.recipe} {name}".encode())])[0]

    def put_document(self, data: bytes | None, near: str) -> ObjectId | None:
        """A document as it is, near the parent's of that name."""
        if data is None:
            return None
        old: ObjectId | None = getattr(self.parent, near, None) if self.parent else None
        return self.pack.put(data, near=old, layout="text")

    def put_session(self, draft: Draft | None) -> ObjectId | None:
        """The session's state."""
        if draft is None:
            return None
        near = self.parent.session if self.parent else None
        return self.vault.put(self.pack, draft, Group(("session",), near, 0) if near else None).recipe


def _session() -> Draft | None:
    """The session's state, if it is plain data."""
    capture = graph.capture({"session": session.take()}, {}, definitions=False)
    if not capture.groups or capture.groups[0].format != graph.PLAIN:
        return None
    return capture.groups[0]


def _holds_the_same(a: Version, b: Version) -> bool:
    return {(g.names, g.recipe) for g in (*a.groups, *a.definitions)} == {
        (g.names, g.recipe) for g in (*b.groups, *b.definitions)
    }


def canonical_json(data: Any) -> bytes:
    """The same bytes for the same data."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _is_plain(entry: Kept) -> bool:
    return entry.kind == "hyperparameters"


def _verify_load(capture: Capture, namespace: dict[str, Any]) -> None:
    """Decode what was captured, into nowhere; a group that fails is named instead of kept."""
    for draft, error in graph.failing(capture, namespace):
        capture.groups.remove(draft)
        reason = f"it can be saved but not loaded: {graph.why(error.__cause__ or error)}"
        capture.skipped += [Skipped(name, name, reason) for name in draft.names]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
