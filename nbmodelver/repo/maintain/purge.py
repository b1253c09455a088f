"""Purge: take a variable out of every version and every byte of it out of the store.

Versions are immutable, so each version that held the name is written anew without it, and so are its descendants,
whose ids cover their parents. New records are durable before refs move, refs before old records go, and only then
are the packs rewritten: killed anywhere, the same purge simply runs again.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import graph
from nbmodelver.errors import InUse, NbmodelverError, RefMoved, StoreError, UnknownName, UsageError
from nbmodelver.model import VersionId
from nbmodelver.repo.core import kept_comparisons, modules, project
from nbmodelver.repo.core.documents import canonical_json
from nbmodelver.repo.core.history import HEAD, NOTE
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.store import condemned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbmodelver.model import GcReport, Group, Json, Kept, ObjectId, Version
    from nbmodelver.repo.core.open_store import LoadingStore
    from nbmodelver.store.writing import PackWriter


@dataclass(frozen=True)
class Purged:
    """What a purge did, or would do. versions: those that held one of the names; report: None for a dry run."""

    names: tuple[str, ...]
    versions: tuple[str, ...]
    report: GcReport | None = None


class Purge:
    """One purge under way."""

    def __init__(self, store: LoadingStore, names: Sequence[str]) -> None:
        """Raises UnknownName for a name that no version holds."""
        self.store = store
        self.names = tuple(dict.fromkeys(names))
        self._look()
        known = {n for v in self.versions for n in (*v.kept, *v.params, *v.metrics, *(s.name for s in v.skipped))}
        for name in self.names:
            if name not in known and not any(k.startswith(f"{name}.") for k in known):
                raise UnknownName(f"no version holds '{name}'", nearest(name, known))
        self._word = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, self.names)) + r")(?!\w)")
        self._new: dict[VersionId, VersionId] = {}

    def _look(self) -> None:
        """See which versions there are."""
        self.versions = sorted(self.store.history.all(), key=lambda v: v.number)

    def plan(self) -> Purged:
        """What would go."""
        return Purged(self.names, tuple(v.name for v in self.versions if set(self.names) & set(v.kept)))

    def run(self) -> Purged:
        """Do it. Raises UsageError when a name shares objects with one that cannot be stored without it."""
        store = self.store
        with store.parts.hold_files():  # Alone among purges, and nothing goes while it is read.
            self._look()
            planned = self.plan()
            for version in self.versions:
                self._rewrite(version)
            with store.backend.lock("refs"):
                self._move_refs()
        records = store.history.records
        with store.parts.exclusive():  # Nobody copies, counts or collects records meanwhile.
            records.delete_many(records.present() & records.forgotten.all().keys())
            old = [old for old, new in reversed(self._new.items()) if old != new]
            records.delete_many(old[:-1])  # The first that held a name goes last: while it is there,
            records.delete_many(old[-1:])  # a purge that was killed knows what it still has to do.
        for digest in {v.kept[n].digest for v in self.versions for n in self.names if n in v.kept}:
            store.backend.delete(f"profiles/{digest}")
        kept_comparisons.remove(store, ())  # They name variables and show values.
        store.forget_cached()
        try:
            report = _collect(store)
        except StoreError as error:
            gone = f"{', '.join(self.names)}: out of every version, but bytes of it are still in the store's files"
            hint = "; ".join(filter(None, (error.hint, "then the same purge again")))
            raise type(error)(f"{gone}: {error.message}", hint) from error
        return replace(planned, report=report)

    def _rewrite(self, version: Version) -> None:
        parents = tuple(map(self._replaced, version.parents))
        made = replace(self._without(version), parents=parents)
        self._new[version.id] = version.id if made == version else self.store.history.records.write(made)

    def _replaced(self, parent: VersionId) -> VersionId:
        """What a parent is now, also when a purge that was killed has replaced it."""
        if parent in self._new:
            return self._new[parent]
        known = self.store.refs.get(f"forgotten/{parent}")
        return parent if known is None else VersionId(known)

    def _without(self, version: Version) -> Version:
        """The version without the names, in everything that it holds."""
        with self.store.parts.writing() as pack:
            groups, kept = self._groups(version, pack)
            cells = self._cells(version, pack)
            of_project = self._modules(version, pack)
        return replace(
            version,
            kept=kept,
            groups=groups,
            definitions=(*self._definitions(version, groups), *of_project),
            skipped=tuple(s for s in version.skipped if s.name not in self.names),
            others=tuple(n for n in version.others if n not in self.names),
            params=self._unnamed(version.params),
            metrics=self._unnamed(version.metrics),
            directions=self._unnamed(version.directions),
            roles=self._unnamed(version.roles),
            given_roles=tuple(n for n in version.given_roles if n not in self.names),
            cells=cells,
            notebook=self._notebook(version),
            raw_bytes=sum(g.size_bytes for g in groups) if groups != version.groups else version.raw_bytes,
        )

    def _groups(self, version: Version, pack: PackWriter) -> tuple[tuple[Group, ...], Mapping[str, Kept]]:
        if not set(self.names) & set(version.kept):
            return version.groups, version.kept
        groups: list[Group] = []
        for group in version.groups:
            rest = [n for n in group.names if n not in self.names]
            if len(rest) == len(group.names):
                groups.append(group)
            elif rest:
                groups += self._torn(version, group, rest, pack)
        where = {n: at for at, g in enumerate(groups) for n in g.names}
        kept = {n: replace(k, group=where[n], cell=None) for n, k in version.kept.items() if n in where}
        return tuple(groups), kept

    def _torn(self, version: Version, group: Group, rest: Sequence[str], pack: PackWriter) -> Iterable[Group]:
        """The rest of a group as groups of its own."""
        try:
            values, otherwise = self.store.loaded(version, rest)
        except NbmodelverError as error:
            raise self._inseparable(group, rest, error.message) from error
        if otherwise:
            raise self._inseparable(group, rest, otherwise[0])
        capture = graph.capture(values, dict(values))
        return [self.store.group_store.put(pack, draft) for draft in capture.groups if set(draft.names) <= set(rest)]

    @staticmethod
    def _inseparable(group: Group, rest: Sequence[str], why: str) -> UsageError:
        what = f"'{', '.join(rest)}' shares objects with what is purged and cannot be stored again: {why}"
        return UsageError(what, f"purge it as well: %mv_purge {' '.join(group.names)}; nothing was changed")

    def _definitions(self, version: Version, groups: Sequence[Group]) -> tuple[Group, ...]:
        """The definitions that the remaining groups still use."""
        if groups == version.groups:
            return tuple(g for g in version.definitions if g.names != (modules.KEY,))
        by_key = {key: g for g in version.definitions for key in g.names}
        queue = [key for g in groups for key in self.store.group_store.recipe(g).draft.uses]
        used: set[str] = set()
        while queue:
            key = queue.pop()
            if key in by_key and key not in used:
                used.add(key)
                queue += [*by_key[key].names, *self.store.group_store.recipe(by_key[key]).draft.uses]
        return tuple(g for g in version.definitions if used & set(g.names))

    def _modules(self, version: Version, pack: PackWriter) -> list[Group]:
        """The modules of the project, without those that give one of the names a value."""
        found, group = modules.read(self.store.group_store, version), modules.group_of(version)
        left = found.without(p for p, source in found.files.items() if project.assigned(source) & set(self.names))
        if group is None or left == found:
            return [] if group is None else [group]
        return [self.store.group_store.put(pack, draft) for draft in modules.encoded(left)]

    def _unnamed(self, mapping: Mapping[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in mapping.items() if k.partition(".")[0] not in self.names}

    def _cells(self, version: Version, pack: PackWriter) -> ObjectId | None:
        """The cells, without those that mention a name: their sources and outputs may show the value."""
        if version.cells is None:
            return None
        cells: list[dict[str, Json]] = json.loads(
            bytes(self.store.parts.get(version.cells)).decode("utf-8", "surrogatepass")
        )
        touched = [c for c in cells if self._word.search(str(c["source"]))]
        if not touched:
            return version.cells
        for cell in touched:
            cell["source"], cell["outputs"] = "# purged: this cell mentioned a name that was purged", ""
        return pack.put(canonical_json(cells), layout="text")

    def _notebook(self, version: Version) -> ObjectId | None:
        document = self.store.notebook(version)
        if document is None or self._word.search(document.decode("utf-8", "replace")):
            return None
        return version.notebook

    def _move_refs(self) -> None:
        """Let everything that points to an old record point to its new one."""
        refs = self.store.refs
        for name in sorted(refs.all("")):
            if name == HEAD or name.startswith(("heads/", "tags/", "undo/")):
                self._move_ref(name)
        for old, new in self._new.items():
            if old == new:
                continue
            for what in ("origin/", NOTE):
                told = refs.get(f"{what}{old}")
                if told is not None:
                    refs.move(f"{what}{new}", refs.get(f"{what}{new}"), told)
                    refs.delete(f"{what}{old}")
            refs.move(f"forgotten/{old}", refs.get(f"forgotten/{old}"), new)

    def _move_ref(self, name: str) -> None:
        """One of them, again when another kernel was quicker: the new records are written by now."""
        for tries_left in reversed(range(100)):
            value = moved = self.store.refs.get(name)
            for old, new in self._new.items():
                moved = moved.replace(old, new) if moved is not None else None
            if value is None or moved is None or moved == value:
                return
            try:
                self.store.refs.move(name, value, moved)
                return
            except RefMoved:
                if not tries_left:
                    raise


def purge(store: LoadingStore, names: Sequence[str], *, dry_run: bool = False) -> Purged:
    """Take variables out of all versions; see the module. Raises UnknownName, UsageError, StoreError."""
    try:
        work = Purge(store, names)
    except UnknownName:
        left = None if dry_run else _left_over(store)
        if left is None:
            raise
        return Purged(tuple(names), (), left)
    return work.plan() if dry_run else work.run()


def _left_over(store: LoadingStore) -> GcReport | None:
    """Remove what a purge still had to, that was stopped when no version listed the names any more; None: nothing."""
    if not store.refs.readable("forgotten/")[0]:
        return None
    left = condemned.read(store.backend)
    report = _collect(store)
    return report if report.parts or left else None


def _collect(store: LoadingStore) -> GcReport:
    """Leave no byte that no version needs. Raises InUse where another program keeps one."""
    report = store.parts.collect(store.live_parts, grace_s=0, exact=True, allow_empty=True)
    if report.left_packs:
        raise InUse("another program has a pack open", "close what reads it (a backup, a virus scanner)")
    return report
