"""Purge: removes a variable from every version, and every byte of it from the store.

Versions are immutable. Each version that contains the name is therefore written again without it, and so are its
descendants, whose ids depend on their parents. The order is: write new records, move refs, delete old records, rewrite
packs. After a kill at any point, the same purge can be run again.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import graph
from nbmodelver.errors import InUse, NbmodelverError, RefMoved, StoreError, UnknownName, UsageError
from nbmodelver.model import InputFile, VersionId
from nbmodelver.repo.core import kept_comparisons, modules, project
from nbmodelver.repo.core.documents import canonical_json
from nbmodelver.repo.core.history import HEAD
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.repo.core.named_versions import NOTE
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.core.states import DRIFTS, STATES
from nbmodelver.store import condemned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbmodelver.model import GcReport, Group, Json, Kept, ObjectId, Version
    from nbmodelver.repo.core.open_store import LoadingStore
    from nbmodelver.store.writing import PackWriter


@dataclass(frozen=True)
class Purged:
    """The result of a purge. versions: those that contained a name. report: that of gc; None for a dry run."""

    names: tuple[str, ...]
    versions: tuple[str, ...]
    report: GcReport | None = None


class Purge:
    """One purge."""

    def __init__(self, store: LoadingStore, names: Sequence[str]) -> None:
        """Raises UnknownName for a name that no version contains, Damaged."""
        self.store = store
        self.names = tuple(dict.fromkeys(names))
        self._read_versions()
        known = {n for v in self.versions for n in (*v.kept, *v.params, *v.metrics, *(s.name for s in v.skipped))}
        known |= {i.path for v in self.versions for i in v.inputs}
        for name in self.names:
            if name not in known and not any(k.startswith(f"{name}.") for k in known):
                raise UnknownName(f"no version contains '{name}'", nearest(name, known))
        self._word = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, self.names)) + r")(?!\w)")
        self._new: dict[VersionId, VersionId] = {}
        """Old id -> new id, the same for unchanged versions; parents before children."""

    def _read_versions(self) -> None:
        """Read all versions, oldest first."""
        self.versions = sorted(self.store.history.all(), key=lambda v: v.number)

    def plan(self) -> Purged:
        """Return the result of a dry run."""
        names = frozenset(self.names)
        having = (v.name for v in self.versions if names & v.kept.keys() or names & {i.path for i in v.inputs})
        return Purged(self.names, tuple(having))

    def run(self) -> Purged:
        """Purge the names.

        Raises UsageError if a name shares objects with a name that cannot be stored without it, InUse, StoreError.
        """
        store = self.store
        with store.parts.hold_files():  # Excludes other purges, and the deletion of files while they are read.
            self._read_versions()
            planned = self.plan()
            for version in self.versions:
                self._rewrite(version)
            with store.backend.lock("refs"):
                self._move_refs()
        records = store.history.records
        with store.parts.exclusive():  # Prevents backups and gc meanwhile.
            records.delete_many(records.present() & records.forgotten.all().keys())
            old = [old for old, new in reversed(self._new.items()) if old != new]
            records.delete_many(old[:-1])  # The oldest version with one of the names is deleted last. As long as it
            records.delete_many(old[-1:])  # exists, a purge that is repeated after a kill finds the name.
        for digest in {v.kept[n].digest for v in self.versions for n in self.names if n in v.kept}:
            store.backend.delete(f"profiles/{digest}")
        kept_comparisons.remove(store, ())  # They name variables and show values.
        store.forget_cached()
        try:
            report = _collect(store)
        except StoreError as error:
            state = f"{', '.join(self.names)}: removed from every version, but bytes remain in the files of the store"
            hint = "; ".join(filter(None, (error.hint, "then run the same purge again")))
            raise type(error)(f"{state}: {error.message}", hint) from error
        return replace(planned, report=report)

    def _rewrite(self, version: Version) -> None:
        """Write the record of a version without the names and with new parents, if anything changes."""
        parents = tuple(map(self._replaced, version.parents))
        rewritten = replace(self._without(version), parents=parents)
        self._new[version.id] = version.id if rewritten == version else self.store.history.records.write(rewritten)

    def _replaced(self, parent: VersionId) -> VersionId:
        """Return the new id of a parent, also if an interrupted purge replaced it."""
        if parent in self._new:
            return self._new[parent]
        known = self.store.refs.get(f"forgotten/{parent}")
        return parent if known is None else VersionId(known)

    def _without(self, version: Version) -> Version:
        """Return the version without the names in any of its fields."""
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
            expressions={n: e for n, e in self._unnamed(version.expressions).items() if not self._word.search(e)},
            roles=self._unnamed(version.roles),
            given_roles=tuple(n for n in version.given_roles if n not in self.names),
            cells=cells,
            inputs=self._inputs(version),
            notebook=self._notebook(version),
            probe=None if set(self.names) & set(version.kept) else version.probe,
            raw_bytes=sum(g.size_bytes for g in groups) if groups != version.groups else version.raw_bytes,
        )

    def _groups(self, version: Version, pack: PackWriter) -> tuple[tuple[Group, ...], Mapping[str, Kept]]:
        """Return the groups and entries that remain. A group that loses some of its names is stored again."""
        if not set(self.names) & set(version.kept):
            return version.groups, version.kept
        groups: list[Group] = []
        for group in version.groups:
            rest = [n for n in group.names if n not in self.names]
            if len(rest) == len(group.names):
                groups.append(group)
            elif rest:
                groups += self._split(version, group, rest, pack)
        where = {n: at for at, g in enumerate(groups) for n in g.names}
        kept = {n: replace(k, group=where[n], cell=None) for n, k in version.kept.items() if n in where}
        return tuple(groups), kept

    def _split(self, version: Version, group: Group, rest: Sequence[str], pack: PackWriter) -> Iterable[Group]:
        """Load the remaining names of a group and store them again. Raises UsageError if that changes a value."""
        try:
            values, differences = self.store.loaded(version, rest)
        except NbmodelverError as error:
            raise self._inseparable(group, rest, error.message) from error
        if differences:
            raise self._inseparable(group, rest, differences[0])
        capture = graph.capture(values, dict(values))
        return [self.store.group_store.put(pack, draft) for draft in capture.groups if set(draft.names) <= set(rest)]

    @staticmethod
    def _inseparable(group: Group, rest: Sequence[str], why: str) -> UsageError:
        what = f"'{', '.join(rest)}' shares objects with a purged name and cannot be stored without it: {why}"
        return UsageError(what, f"purge the whole group: %mv_purge {' '.join(group.names)}; nothing was changed")

    def _definitions(self, version: Version, groups: Sequence[Group]) -> tuple[Group, ...]:
        """Return the definitions that the remaining groups use."""
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
        """Return the group of the project's modules, without modules that assign one of the names."""
        stored, group = modules.read(self.store.group_store, version), modules.group_of(version)
        rest = stored.without(p for p, source in stored.files.items() if project.assigned(source) & set(self.names))
        if group is None or rest == stored:
            return [] if group is None else [group]
        return [self.store.group_store.put(pack, draft) for draft in modules.encoded(rest)]

    def _unnamed(self, mapping: Mapping[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in mapping.items() if k.partition(".")[0] not in self.names}

    def _cells(self, version: Version, pack: PackWriter) -> ObjectId | None:
        """Return the cells. Source and output of a cell that mentions a name are removed: they may show the value."""
        if version.cells is None:
            return None
        cells: list[dict[str, Json]] = json.loads(
            bytes(self.store.parts.get(version.cells)).decode("utf-8", "surrogatepass")
        )
        mentioning = [c for c in cells if self._word.search(str(c["source"]))]
        if not mentioning:
            return version.cells
        for cell in mentioning:
            cell["source"], cell["outputs"] = "# purged: this cell mentioned a name that was purged", ""
        return pack.put(canonical_json(cells), layout="text")

    def _inputs(self, version: Version) -> tuple[InputFile, ...]:
        """Return the input files without the purged ones.

        A version that had one of the names loses the content of all files that its cells read, because a value may be
        that of a file.
        """
        rest = tuple(i for i in version.inputs if i.path not in self.names)
        if not set(self.names) & set(version.kept):
            return rest
        return tuple(InputFile(i.path, i.size_bytes, reason="its content was purged") for i in rest)

    def _notebook(self, version: Version) -> ObjectId | None:
        """Return the notebook document, None if it mentions a name."""
        document = self.store.notebook(version)
        if document is None or self._word.search(document.decode("utf-8", "replace")):
            return None
        return version.notebook

    def _move_refs(self) -> None:
        """Point all refs of old records to the new ones, and record the replacements as refs."""
        refs = self.store.refs
        for name in sorted(refs.all("")):
            if name == HEAD or name.startswith("undo/"):
                self._move_ref(name)
        self._move_branches_and_tags()
        for old, new in self._new.items():
            if old == new:
                continue
            for what in ("origin/", NOTE):
                text = refs.get(f"{what}{old}")
                if text is not None:
                    refs.move(f"{what}{new}", refs.get(f"{what}{new}"), text)
                    refs.delete(f"{what}{old}")
            refs.move(f"forgotten/{old}", refs.get(f"forgotten/{old}"), new)

    def _move_branches_and_tags(self) -> None:
        """Move branches and tags with one event. Repeated if another kernel moves one of them meanwhile."""
        replaced: dict[str, Json] = {old: new for old, new in self._new.items() if old != new}
        draft = EventDraft("purge", data={"replaced": replaced})
        for tries_left in reversed(range(100)):
            values = {**self.store.refs.all("heads/"), **self.store.refs.all("tags/")}
            moves = [(ref, v, self._new[VersionId(v)]) for ref, v in values.items() if v in replaced]
            try:
                self.store.history.move_all(draft, moves)
                self._move_states(draft)
                return
            except RefMoved:
                if not tries_left:
                    raise

    def _move_states(self, draft: EventDraft) -> None:
        """Give the states of replaced versions (deprecated, archived, drifted) to their new ids, with another event."""
        wanted: list[Wanted] = []
        for prefix in (STATES, DRIFTS) if self.store.moves.has_events else ():
            for ref, state in self.store.moves.states(prefix).items():
                new = self._new.get(VersionId(ref.removeprefix(prefix)))
                if new is not None and f"{prefix}{new}" != ref and isinstance(state.value, dict):
                    value = {"set_by": state.event, **state.value}
                    wanted += [Wanted(ref, state, None), Wanted(f"{prefix}{new}", None, value)]
        if wanted:
            self.store.moves.run(draft, wanted)

    def _move_ref(self, name: str) -> None:
        """Replace the old ids in a ref. Repeated if another kernel moves it; raises RefMoved after 100 times."""
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
    """Remove variables from all versions and from the store. Raises UnknownName, UsageError, StoreError.

    If no version contains the names, an interrupted purge may have left bytes of them; then these are removed.
    """
    try:
        work = Purge(store, names)
    except UnknownName:
        report = None if dry_run else _collect_leftovers(store)
        if report is None:
            raise
        return Purged(tuple(names), (), report)
    return work.plan() if dry_run else work.run()


def _collect_leftovers(store: LoadingStore) -> GcReport | None:
    """Delete the parts that an interrupted purge left. Returns None if there were none."""
    if not store.refs.readable("forgotten/")[0]:
        return None
    leftovers = condemned.read(store.backend)
    report = _collect(store)
    return report if report.parts or leftovers else None


def _collect(store: LoadingStore) -> GcReport:
    """Delete every byte that no version needs. Raises InUse if another program has a pack open."""
    report = store.parts.collect(store.live_parts, grace_s=0, exact=True, allow_empty=True)
    if report.left_packs:
        raise InUse("another program has a pack open", "close that program, such as a backup or a virus scanner")
    return report
