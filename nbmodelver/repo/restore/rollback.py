"""A rollback: its plan, and the load of the values that it changes.

A name is not loaded if its live group has the same recipe as in the version and uses the same classes and functions of
the notebook. All other groups are loaded whole, before any variable of the notebook is changed.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import former, graph, reach
from nbmodelver.errors import Damaged, NotLoadable, UnknownName
from nbmodelver.model import Change, Group, Plan, Skipped, Version
from nbmodelver.model.versions import EVERY_OTHER
from nbmodelver.repo.core.documents import Documents
from nbmodelver.repo.core.imports import bind, is_import
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.restore.definition_loader import DefinitionLoader
from nbmodelver.repo.restore.libraries import DATA, Releases, sentences
from nbmodelver.repo.restore.live import Comparison, LiveValues
from nbmodelver.repo.restore.obstacles import Obstacles
from nbmodelver.repo.restore.options import RollbackOptions
from nbmodelver.repo.restore.plan_notes import PlanNotes, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import Effect, Progress, Way
    from nbmodelver.repo.core.group_store import GroupStore


SEARCH_S = 0.2
"""Time limit of the search for variables that refer to a replaced object."""


class Rollback:
    """One rollback that can be planned and loaded.

    reuse: another rollback of the same live values, whose encoding of them is used again if the names are the same.
    Raises UnknownName if the version lacks one of `options.names`, Damaged.
    """

    def __init__(
        self,
        group_store: GroupStore,
        version: Version,
        namespace: dict[str, Any],
        options: RollbackOptions = RollbackOptions(),  # noqa: B008  # It is frozen.
        *,
        reuse: Rollback | None = None,
    ) -> None:
        self.group_store = group_store
        self.version = version
        self.namespace = namespace
        self.options = options
        self.modules, self.session, self.memory = options.modules, options.session, options.replaced
        self.trusted, self.restricted = options.trusted, options.restricted
        self.prefix, self.only_missing = options.prefix, options.only_missing
        self.selected = tuple(options.names)
        self.own = options.own if options.own is not None else [n for n in namespace if not n.startswith("_")]
        self._require_known(self.selected)
        self.imports = self._imports_needed()
        """Imports of the version that the namespace lacks; of an imported version, only those that its code uses."""
        missing = [n for n in version.kept if n in options.needed and n not in namespace]
        self.companions = tuple(n for n in missing if n not in self.selected)
        """Names that are not selected but that the code of selected names needs."""
        self.not_imported: dict[str, str] = {}
        self.unwritten = ""
        """The error message if the rollback could not be recorded in the store."""
        self.let_go: tuple[str, ...] = ()
        """Names of older jumps that no version contains and that the undo memory dropped because of this rollback."""
        self.remembered: Comparison | None = None
        """For undo, the comparison of the version with the objects of the undone jump; set by `load`."""
        self._former: former.Code | None = None
        self.releases: Releases | None = None
        """The library releases of the version and those installed here; None until they are compared."""
        self.load_notes: list[tuple[tuple[str, ...], str]] = []
        """(names of a group, note) for each difference between a loaded and a stored value."""
        self._actions: list[Callable[[], None]] = []
        self.obstacles = Obstacles(self)
        self.foreseen: set[tuple[str, str]] = set()
        partial = self.selected or self.only_missing or self.prefix
        self.tracked = () if partial else tuple(dict.fromkeys(options.tracked))
        everything, selected = list(version.groups), (*self.selected, *self.companions)
        self.selected_groups = self._groups_of(selected) if self.selected else everything
        if self.only_missing:
            self.selected_groups = [g for g in self.selected_groups if any(n not in namespace for n in g.names)]
        names = dict.fromkeys([*(n for g in self.selected_groups for n in g.names), *self.tracked])
        compared = () if self.prefix else tuple(names)
        encoded = None if reuse is None or reuse.live.names != compared else reuse.live
        self.live: LiveValues = encoded or LiveValues(group_store, namespace, compared)
        self.comparison = Comparison(group_store, version, self.live)

    def _require_known(self, names: Sequence[str]) -> None:
        kept = self.version.kept
        unknown = next((n for n in names if n not in kept), None)
        if unknown is not None:
            hint = nearest(unknown, kept) or f"choose one of: {', '.join(kept) or 'no names'}"
            raise UnknownName(f"{self.version.name} has no '{unknown}'", hint)

    def _imports_needed(self) -> dict[str, str]:
        if self.prefix or not self.trusted:
            return {}
        missing = {n: i for n, i in self.version.imports.items() if n not in self.namespace}
        missing = {n: i for n, i in missing.items() if n not in self.version.kept}
        only_needed = bool(self.selected or self.restricted)
        return {n: i for n, i in missing.items() if n in self.options.needed} if only_needed else missing

    def _groups_of(self, names: Sequence[str]) -> list[Group]:
        indices = dict.fromkeys(self.version.kept[n].group for n in names)
        return [self.version.groups[at] for at in indices]

    @cached_property
    def groups(self) -> list[Group]:
        """The groups that have to be loaded."""
        groups = [g for g in self.selected_groups if not self.memory.unsaved.issuperset(g.names)]
        return [g for g in groups if self.prefix or not self.comparison.same(g)]

    @property
    def changed(self) -> frozenset[str]:
        """Live names that differ from the version: of a group, only the members that differ."""
        live = {n for g in self.groups for n in g.names if n in self.namespace}
        return frozenset(n for n in live if not self._is_same_alone(n, self.live.capture.alone.get(n)))

    def _is_same_alone(self, name: str, draft: graph.Draft | None) -> bool:
        """Return True if one member of a group is unchanged, although another member differs.

        draft: the member encoded alone; None if it was not. False if the live group has other members than the stored.
        """
        kept = self.version.kept[name]
        group = self.version.groups[kept.group]
        now = self.live.groups.get(name)
        if draft is None or now is None or set(now.names) != set(group.names):
            return False
        same_code = all(self.comparison.same_definition(key) for key in draft.uses)
        return same_code and self.group_store.is_same(self.group_store.identify(draft).recipe, kept.digest)

    @cached_property
    def replaced(self) -> tuple[str, ...]:
        """Live names that the rollback replaces or removes."""
        if self.only_missing:
            return ()
        names = (self.prefix + n for g in self.groups for n in g.names)
        return tuple(dict.fromkeys(n for n in (*names, *self.vanishing, *self.returning) if n in self.namespace))

    @cached_property
    def unsaved(self) -> tuple[Skipped, ...]:
        """Live values that the rollback replaces or removes and that no version can contain, each with the reason."""
        live = LiveValues(self.group_store, self.namespace, self.replaced) if self.prefix else self.live
        found = {s.name: s for s in live.capture.skipped}
        search = Searcher()
        secrets = {n: s for n in self.replaced if (s := search.in_value(n, self.namespace[n])) is not None}
        allowed = self.options.allowed_secrets() if secrets else ()
        found |= {n: Skipped(n, s.path, s.what) for n, s in secrets.items() if n not in allowed}
        return tuple(found[n] for n in self.replaced if n in found)

    @cached_property
    def returning(self) -> dict[str, Any]:
        """For undo, the objects of the undone jump that no version contains."""
        found = {n: self.memory.objects[n] for n in self.memory.unsaved if n in self.memory.objects}
        return {n: value for n, value in found.items() if self.namespace.get(n, self) is not value}

    @cached_property
    def held(self) -> reach.Search:
        """The remaining variables that refer to a replaced object."""
        objects = {n: self.namespace[n] for n in self.replaced}
        others = {n: self.namespace[n] for n in self.own if n in self.namespace and n not in objects}
        return reach.holders(objects, others, self.namespace, limit_s=SEARCH_S)

    def python_then(self) -> str:
        """Return the Python version that created the version, "" if it is unknown."""
        try:
            python = Documents(self.group_store.parts).environment(self.version).get("python")
        except Damaged:
            return ""
        return python if isinstance(python, str) else ""

    @cached_property
    def lost(self) -> dict[str, str]:
        """Name -> the reason why it cannot be restored, as far as it is known; `load(partial=True)` adds to it."""
        reasons: dict[str, str] = {}
        for group in self.groups:
            reason = self.obstacles.of(group)
            if reason:
                reasons.update(dict.fromkeys(group.names, reason))
        return reasons

    @cached_property
    def vanishing(self) -> tuple[str, ...]:
        """Live names of the current version that the target does not contain. They are removed."""
        version = self.version
        known = {*version.kept, *version.others, *version.imports, *(s.name for s in version.skipped)}
        if EVERY_OTHER in version.others:
            return ()
        gone = [n for n in self.tracked if n in self.namespace and n not in known and n not in self.memory.unsaved]
        return tuple(n for n in gone if not is_import(self.namespace[n]))

    def plan(self, environment: Sequence[str] = (), *, saves_first: bool = False) -> Plan:
        """Return the plan.

        environment: sentences about differences of the environment. saves_first: the rollback will commit the current
        state first. Raises Damaged.
        """
        loaded = {n for g in self.groups for n in g.names}
        changes = [self._change(n, loaded) for g in self.selected_groups for n in g.names]
        changes += [Change(n, "vanishes", reason=f"not in {self.version.name}") for n in self.vanishing]
        changes = [c for c in changes if c.name not in self.returning]
        changes += [
            Change(n, "changes" if n in self.namespace else "appears", reason="from memory: no version contains it")
            for n in self.returning
        ]
        load_bytes = sum(g.size_bytes for g in self.groups if g.names[0] not in self.lost)
        way: Way = "beside" if self.prefix else "missing" if self.only_missing else ""
        notes = tuple(PlanNotes(self).all())
        return Plan(self.version, tuple(changes), load_bytes, tuple(environment), notes, saves_first, way, self.unsaved)

    @property
    def keeps_head(self) -> bool:
        """True if HEAD does not move, because only some names are restored."""
        return bool(self.selected or self.only_missing)

    @property
    def changes_nothing(self) -> bool:
        """True if the rollback would change no variable."""
        return not (self.groups or self.vanishing or self.imports or self.returning)

    def _change(self, name: str, loaded: set[str]) -> Change:
        kept = self.version.kept[name]
        effect: Effect = "stays"
        if name in self.lost:
            effect = "lost"
        elif name in loaded and not (self.only_missing and name in self.namespace):
            effect = "changes" if self.prefix + name in self.namespace else "appears"
        return Change(self.prefix + name, effect, kept.kind, kept.type, kept.size_bytes, self.lost.get(name, ""))

    def load(self, progress: Progress | None = None, *, partial: bool = False) -> dict[str, Any]:
        """Load the values that change, by the name that they will be bound to. Binds nothing, but extends `sys.path`.

        partial: omit values that cannot be loaded, and add them to `lost`, instead of raising NotLoadable.
        Raises NeedsTrust, NotLoadable, Damaged.
        """
        sys.path += self.obstacles.paths
        remembered = self._from_memory()
        definitions = DefinitionLoader(self)
        definitions.loader.acts = not self.prefix and not self.only_missing
        groups = [g for g in self.groups if g.names[0] not in remembered]
        groups = [g for g in groups if not (partial and g.names[0] in self.lost)]
        imported, self.not_imported = bind(self.imports)
        self._former = definitions.loader.former
        values: dict[str, Any] = {}
        with definitions.loader.lending(imported):
            if not partial:
                values = self.group_store.load(groups, definitions.loader, progress, self.live.sources)
            for group in self.group_store.in_turn(groups) if partial else ():
                try:
                    values.update(self.group_store.load([group], definitions.loader, progress))
                except NotLoadable as error:
                    self.lost.update(dict.fromkeys(group.names, error.message))
        self.load_notes = definitions.loader.load_notes
        self._actions = definitions.loader.actions
        values = {n: values[n] for g in groups for n in g.names if n in values}
        return {**imported, **self._renamed({**remembered, **values}), **self.returning}

    def _from_memory(self) -> dict[str, Any]:
        """Return the objects of the undo memory that equal their groups in the version, by name."""
        if not self.memory.objects:
            return {}
        candidates = {**self.namespace, **self.memory.objects}
        names = [n for g in self.groups for n in g.names]
        self.remembered = Comparison(self.group_store, self.version, LiveValues(self.group_store, candidates, names))
        return {n: candidates[n] for g in self.groups if self.remembered.same(g) for n in g.names}

    @property
    def differences(self) -> list[str]:
        """Sentences about the differences between loaded and stored values."""
        return sentences(self.load_notes, self.prefix)

    def with_load_notes(self, plan: Plan) -> Plan:
        """Return the plan with the notes that only the load produces: failed imports, lost names, store errors."""
        notes = [f"{name} cannot be imported here: {why}" for name, why in self.not_imported.items()]
        new = ((names, n) for names, n in self.load_notes if not any((name, n) in self.foreseen for name in names))
        notes += sentences(new, self.prefix)
        if self.let_go:
            notes.append(f"removed from the memory of undo and in no version: {listed(self.let_go)}")
        if self.unwritten:
            notes.append(f"not recorded in the store, so not known to %mv_undo and other kernels: {self.unwritten}")
        lost = {self.prefix + name: why for name, why in self.lost.items()}
        changes = tuple(replace(c, effect="lost", reason=lost[c.name]) if c.name in lost else c for c in plan.changes)
        return replace(plan, changes=changes, notes=(*plan.notes, *notes))

    def finish(self) -> None:
        """Finish the rollback after the values were bound.

        Runs the actions that loaded values registered (`codecs.notes.later`). Then encodes the loaded values again and
        stores the new recipes as aliases of the stored ones, so that unchanged values are recognized later.
        """
        for act in self._actions:
            act()
        loaded = [g for g in self.groups if (g.pickled or self._is_noted(g)) and g.names[0] not in self.lost]
        names = [n for g in loaded for n in g.names]
        if not names or self.prefix or (self._former is not None and self._former.compiled):
            return  # Code stored by 0.1.0 names no Python version, so a recipe of this Python must not be its alias.
        now = LiveValues(self.group_store, self.namespace, names)
        for group in loaded:
            encoded = now.groups.get(group.names[0])
            if encoded is not None and set(encoded.names) == set(group.names) and self._same_uses(encoded, group, now):
                self.group_store.remember(encoded.recipe, group.recipe)
        stored = {key: group for group in self.version.definitions for key in group.names}
        for key, group in now.definitions.items():
            if key in stored:
                self.group_store.remember(group.recipe, stored[key].recipe)
        for name, draft in now.capture.alone.items():
            self.group_store.remember(self.group_store.identify(draft).recipe, self.version.kept[name].digest)

    def _same_uses(self, encoded: Group, group: Group, now: LiveValues) -> bool:
        """Return True if both use the same definition keys. Otherwise one must not be an alias of the other."""
        uses = next(d.uses for d in now.capture.groups if d.names == encoded.names)
        return uses == self.group_store.recipe(group).draft.uses

    def _is_noted(self, group: Group) -> bool:
        """Return True if a new encoding of the group may differ: it has a note, or library releases are different."""
        other_releases = self.releases is not None and self.releases.differ((*DATA, "nbmodelver"))
        noted = {name for names, _ in self.load_notes for name in names}
        return other_releases or any(self.version.kept[name].notes or name in noted for name in group.names)

    def _renamed(self, values: dict[str, Any]) -> dict[str, Any]:
        if self.only_missing:
            values = {n: v for n, v in values.items() if n not in self.namespace}
        return {self.prefix + n: v for n, v in values.items()}
