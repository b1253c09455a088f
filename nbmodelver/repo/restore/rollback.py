"""The way back: what a rollback would do (the plan), and the values it brings.

A name stays when its live group has the same recipe as in the version, and the notebook's classes and functions that
it uses are the same too. Everything else is loaded, whole groups at a time, before anything is touched.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import former, graph, reach
from nbmodelver.errors import Damaged, NotLoadable, UnknownName
from nbmodelver.model import Change, Group, Plan, Skipped, Version
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
"""How long the search for variables that hold a replaced object may take."""


class Rollback:
    """One rollback to be planned and loaded.

    beside: another rollback that was planned just now; what it saw of the live values is not looked at again.
    Raises UnknownName for a name that the version does not have.
    """

    def __init__(
        self,
        group_store: GroupStore,
        version: Version,
        namespace: dict[str, Any],
        options: RollbackOptions = RollbackOptions(),  # noqa: B008  # It is frozen.
        *,
        beside: Rollback | None = None,
    ) -> None:
        self.group_store = group_store
        self.version = version
        self.namespace = namespace
        self.options = options
        self.modules, self.session, self.memory = options.modules, options.session, options.replaced
        self.trusted, self.restricted = options.trusted, options.restricted
        self.prefix, self.only_missing = options.prefix, options.only_missing
        self.asked = tuple(options.names)
        self.own = options.own if options.own is not None else [n for n in namespace if not n.startswith("_")]
        self._require_known(self.asked)
        self.imports = self._imports_needed()
        """Names that import bound then and that are missing now; of versions from elsewhere, what their code uses."""
        missing = [n for n in version.kept if n in options.needed and n not in namespace]
        self.along = tuple(n for n in missing if n not in self.asked)
        self.not_imported: dict[str, str] = {}
        self.unwritten = ""
        self.let_go: tuple[str, ...] = ()
        """Values of older jumps that no version holds and that the memory of undo let go for this one."""
        self.remembered: Comparison | None = None
        """The version against the memory of the jump that is taken back, once it was looked at."""
        self._former: former.Code | None = None
        self.releases: Releases | None = None
        """The libraries of the version and those here, once someone has looked."""
        self.otherwise: list[tuple[tuple[str, ...], str]] = []
        """What the load could not bring back as it was: names of a group, and a note."""
        self._actions: list[Callable[[], None]] = []
        self.obstacles = Obstacles(self)
        self.foreseen: set[tuple[str, str]] = set()
        partly = self.asked or self.only_missing or self.prefix
        self.tracked = () if partly else tuple(dict.fromkeys(options.tracked))
        self.wanted = self._groups_of((*self.asked, *self.along)) if self.asked else list(version.groups)
        if self.only_missing:
            self.wanted = [g for g in self.wanted if any(n not in namespace for n in g.names)]
        names = dict.fromkeys([*(n for g in self.wanted for n in g.names), *self.tracked])
        every = () if self.prefix else tuple(names)
        seen = None if beside is None or beside.live.names != every else beside.live
        self.live: LiveValues = seen or LiveValues(group_store, namespace, every)
        self.comparison = Comparison(group_store, version, self.live)

    def _require_known(self, names: Sequence[str]) -> None:
        kept = self.version.kept
        unknown = next((n for n in names if n not in kept), None)
        if unknown is not None:
            hint = nearest(unknown, kept) or f"it has: {', '.join(kept) or 'no names'}"
            raise UnknownName(f"{self.version.name} has no '{unknown}'", hint)

    def _imports_needed(self) -> dict[str, str]:
        if self.prefix or not self.trusted:
            return {}
        missing = {n: i for n, i in self.version.imports.items() if n not in self.namespace}
        missing = {n: i for n, i in missing.items() if n not in self.version.kept}
        some = bool(self.asked or self.restricted)
        return {n: i for n, i in missing.items() if n in self.options.needed} if some else missing

    def _groups_of(self, names: Sequence[str]) -> list[Group]:
        wanted = dict.fromkeys(self.version.kept[n].group for n in names)
        return [self.version.groups[at] for at in wanted]

    @cached_property
    def groups(self) -> list[Group]:
        """The groups that have to be loaded."""
        groups = [g for g in self.wanted if not self.memory.unsaved.issuperset(g.names)]
        return [g for g in groups if self.prefix or not self.comparison.same(g)]

    @property
    def changed(self) -> frozenset[str]:
        """Live names that are not as they are in the version: of a group, only the members that differ."""
        found = {n for g in self.groups for n in g.names if n in self.namespace}
        return frozenset(n for n in found if not self._is_same_alone(n, self.live.capture.alone.get(n)))

    def _is_same_alone(self, name: str, draft: graph.Draft | None) -> bool:
        """True for a member of a group that is itself as it was, in the version's group and the live one."""
        kept = self.version.kept[name]
        group = self.version.groups[kept.group]
        now = self.live.groups.get(name)
        if draft is None or now is None or set(now.names) != set(group.names):
            return False
        same_code = all(self.comparison.same_definition(key) for key in draft.uses)
        return same_code and self.group_store.is_same(self.group_store.identify(draft).recipe, kept.digest)

    @cached_property
    def replaced(self) -> tuple[str, ...]:
        """Live names that this replaces or removes."""
        if self.only_missing:
            return ()
        names = (self.prefix + n for g in self.groups for n in g.names)
        return tuple(dict.fromkeys(n for n in (*names, *self.vanishing, *self.returning) if n in self.namespace))

    @cached_property
    def unsaved(self) -> tuple[Skipped, ...]:
        """Live values that this replaces or removes and that no version can hold, each with the reason."""
        live = LiveValues(self.group_store, self.namespace, self.replaced) if self.prefix else self.live
        found = {s.name: s for s in live.capture.skipped}
        search = Searcher()
        secrets = {n: s for n in self.replaced if (s := search.in_value(n, self.namespace[n])) is not None}
        allowed = self.options.allowed_secrets() if secrets else ()
        found |= {n: Skipped(n, s.path, s.what) for n, s in secrets.items() if n not in allowed}
        return tuple(found[n] for n in self.replaced if n in found)

    @cached_property
    def returning(self) -> dict[str, Any]:
        """Values that no version holds, from the memory of the jump that is taken back."""
        found = {n: self.memory.objects[n] for n in self.memory.unsaved if n in self.memory.objects}
        return {n: value for n, value in found.items() if self.namespace.get(n, self) is not value}

    @cached_property
    def held(self) -> reach.Search:
        """Which variables that stay hold an object that is replaced."""
        objects = {n: self.namespace[n] for n in self.replaced}
        others = {n: self.namespace[n] for n in self.own if n in self.namespace and n not in objects}
        return reach.holders(objects, others, self.namespace, limit_s=SEARCH_S)

    def python_then(self) -> str:
        """The version of the Python that made the version; "" when it is not known."""
        try:
            found = Documents(self.group_store.parts).environment(self.version).get("python")
        except Damaged:
            return ""
        return found if isinstance(found, str) else ""

    @cached_property
    def lost(self) -> dict[str, str]:
        """Names that cannot come back here, with the reason, as far as it can be known without loading."""
        found: dict[str, str] = {}
        for group in self.groups:
            reason = self.obstacles.of(group)
            if reason:
                found.update(dict.fromkeys(group.names, reason))
        return found

    @cached_property
    def vanishing(self) -> tuple[str, ...]:
        """Live names of the present version that did not exist in the target."""
        version = self.version
        known = {*version.kept, *version.others, *version.imports, *(s.name for s in version.skipped)}
        gone = [n for n in self.tracked if n in self.namespace and n not in known and n not in self.memory.unsaved]
        return tuple(n for n in gone if not is_import(self.namespace[n]))

    def plan(self, environment: Sequence[str] = (), *, saves_first: bool = False) -> Plan:
        """What would happen."""
        loaded = {n for g in self.groups for n in g.names}
        changes = [self._change(n, loaded) for g in self.wanted for n in g.names]
        changes += [Change(n, "vanishes", reason="did not exist then") for n in self.vanishing]
        changes = [c for c in changes if c.name not in self.returning]
        changes += [
            Change(n, "changes" if n in self.namespace else "appears", reason="from memory: no version holds it")
            for n in self.returning
        ]
        load_bytes = sum(g.size_bytes for g in self.groups if g.names[0] not in self.lost)
        way: Way = "beside" if self.prefix else "missing" if self.only_missing else ""
        notes = tuple(PlanNotes(self).all())
        found = tuple(changes)
        return Plan(self.version, found, load_bytes, tuple(environment), notes, saves_first, way, self.unsaved)

    @property
    def stays(self) -> bool:
        """Whether HEAD stays where it is: only some names come back."""
        return bool(self.asked or self.only_missing)

    @property
    def idle(self) -> bool:
        """Whether nothing of the notebook would be touched."""
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
        """The values that have to change, by the name they go to. Raises NeedsTrust, NotLoadable, Damaged.

        partial: leave out what cannot be loaded instead; `lost` then says what and why.
        """
        sys.path += self.obstacles.paths
        remembered = self._from_memory()
        found = DefinitionLoader(self)
        found.loader.acts = not self.prefix and not self.only_missing
        groups = [g for g in self.groups if g.names[0] not in remembered]
        groups = [g for g in groups if not (partial and g.names[0] in self.lost)]
        imported, self.not_imported = bind(self.imports)
        self._former = found.loader.former
        values: dict[str, Any] = {}
        with found.loader.lending(imported):
            if not partial:
                values = self.group_store.load(groups, found.loader, progress, self.live.sources)
            for group in self.group_store.in_turn(groups) if partial else ():
                try:
                    values.update(self.group_store.load([group], found.loader, progress))
                except NotLoadable as error:
                    self.lost.update(dict.fromkeys(group.names, error.message))
        self.otherwise = found.loader.told
        self._actions = found.loader.actions
        values = {n: values[n] for g in groups for n in g.names if n in values}
        return {**imported, **self._renamed({**remembered, **values}), **self.returning}

    def _from_memory(self) -> dict[str, Any]:
        """The names of groups whose objects are in memory and still as they are in the version."""
        if not self.memory.objects:
            return {}
        candidates = {**self.namespace, **self.memory.objects}
        names = [n for g in self.groups for n in g.names]
        self.remembered = Comparison(self.group_store, self.version, LiveValues(self.group_store, candidates, names))
        return {n: candidates[n] for g in self.groups if self.remembered.same(g) for n in g.names}

    @property
    def differences(self) -> list[str]:
        """What the load could not bring back as it was, as sentences."""
        return sentences(self.otherwise, self.prefix)

    def told(self, plan: Plan) -> Plan:
        """The plan with what only doing it could tell."""
        notes = [f"{name} cannot be imported here: {why}" for name, why in self.not_imported.items()]
        new = ((names, n) for names, n in self.otherwise if not any((name, n) in self.foreseen for name in names))
        notes += sentences(new, self.prefix)
        if self.let_go:
            notes.append(f"no longer in memory, for no undo or redo leads there any more: {listed(self.let_go)}")
        if self.unwritten:
            notes.append(f"not written down, so %mv_undo and other kernels do not know of it: {self.unwritten}")
        lost = {self.prefix + name: why for name, why in self.lost.items()}
        changes = tuple(replace(c, effect="lost", reason=lost[c.name]) if c.name in lost else c for c in plan.changes)
        return replace(plan, changes=changes, notes=(*plan.notes, *notes))

    def settled(self) -> None:
        """After the swap: do what the values need beyond themselves, then encode what was loaded once more.

        So it is known as unchanged from now on.
        """
        for act in self._actions:
            act()
        loaded = [g for g in self.groups if (g.pickled or self._is_noted(g)) and g.names[0] not in self.lost]
        names = [n for g in loaded for n in g.names]
        if not names or self.prefix or (self._former is not None and self._former.compiled):
            return  # What 0.1.0 wrote has no mark of its Python: nothing of another Python may stand for it.
        now = LiveValues(self.group_store, self.namespace, names)
        for group in loaded:
            again = now.groups.get(group.names[0])
            if again is not None and set(again.names) == set(group.names) and self._uses_the_same(again, group, now):
                self.group_store.remember(again.recipe, group.recipe)
        then = {key: group for group in self.version.definitions for key in group.names}
        for key, group in now.definitions.items():
            if key in then:
                self.group_store.remember(group.recipe, then[key].recipe)
        for name, draft in now.capture.alone.items():
            self.group_store.remember(self.group_store.identify(draft).recipe, self.version.kept[name].digest)

    def _uses_the_same(self, again: Group, group: Group, now: LiveValues) -> bool:
        """True when both refer to definitions by the same keys: else one must not stand for the other."""
        uses = next(d.uses for d in now.capture.groups if d.names == again.names)
        return uses == self.group_store.recipe(group).draft.uses

    def _is_noted(self, group: Group) -> bool:
        """True when something of the group came back otherwise than it was, or other libraries write it otherwise."""
        elsewhere = self.releases is not None and self.releases.differ((*DATA, "nbmodelver"))
        noted = {name for names, _ in self.otherwise for name in names}
        return elsewhere or any(self.version.kept[name].notes or name in noted for name in group.names)

    def _renamed(self, values: dict[str, Any]) -> dict[str, Any]:
        if self.only_missing:
            values = {n: v for n, v in values.items() if n not in self.namespace}
        return {self.prefix + n: v for n, v in values.items()}
