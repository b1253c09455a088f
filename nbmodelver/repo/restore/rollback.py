"""The way back: what a rollback would do (the plan), and the values it brings.

A name stays when its live group has the same recipe as in the version, and the notebook's classes and functions that
it uses are the same too. Everything else is loaded, whole groups at a time, before anything is touched.
"""

from __future__ import annotations

import importlib.util
import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import former, graph, reach, renamed, sources
from nbmodelver.errors import Damaged, NotLoadable, UnknownName
from nbmodelver.model import Change, Group, Plan, Skipped, Version
from nbmodelver.repo.core.documents import Documents
from nbmodelver.repo.core.imports import bind, is_import
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.core.secrets import Searcher
from nbmodelver.repo.restore.companions import with_definitions
from nbmodelver.repo.restore.definition_loader import DefinitionLoader
from nbmodelver.repo.restore.libraries import DATA, Releases, foreseen, sentences
from nbmodelver.repo.restore.live import Comparison, Live
from nbmodelver.repo.restore.undo import NOTHING, Replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from nbmodelver.model import Effect, Progress, Way
    from nbmodelver.repo.core.group_store import GroupStore
    from nbmodelver.repo.core.modules import Then
    from nbmodelver.repo.restore.sessions import Session


SHOWN = 12
"""So many names stand in one note."""
SEARCH_S = 0.2
"""How long the search for variables that hold a replaced object may take."""


class Rollback:
    """One rollback to be planned and loaded.

    names: a subset; their whole groups come along. needed: names that code in them refers to (companions.py): kept ones
    and imports that are missing in the namespace come along too. tracked: names of the present version, which vanish if
    the target does not have them. prefix: bring values under other names and leave everything as it is.
    restricted: pickles resolve only what their recipes list. beside: another rollback that was planned just now; what
    it saw of the live values is not looked at again. own: the user's names in the namespace; default: all public ones.
    allowed_secrets: gives names that look like secrets and that the present version holds. replaced: what the jump that
    is taken back took out of the notebook; the objects come back themselves where they are still as they were.
    modules: those of the project that the version holds, against those that are here.
    """

    def __init__(
        self,
        group_store: GroupStore,
        version: Version,
        namespace: dict[str, Any],
        *,
        names: Sequence[str] = (),
        needed: Collection[str] = (),
        tracked: Iterable[str] = (),
        only_missing: bool = False,
        prefix: str = "",
        trusted: bool = True,
        restricted: bool = False,
        beside: Rollback | None = None,
        own: Collection[str] | None = None,
        allowed_secrets: Callable[[], Collection[str]] = tuple,
        replaced: Replaced = NOTHING,
        session: Session | None = None,
        modules: Then | None = None,
    ) -> None:
        self.modules = modules
        self.restricted = restricted
        self.group_store = group_store
        self.version = version
        self.namespace = namespace
        self.prefix = prefix
        self.own = own if own is not None else [n for n in namespace if not n.startswith("_")]
        self._allowed_secrets = allowed_secrets
        self.memory = replaced
        self.session = session
        self.trusted = trusted
        self.asked = tuple(names)
        unknown = [n for n in names if n not in version.kept]
        if unknown:
            hint = nearest(unknown[0], version.kept)
            raise UnknownName(
                f"{version.name} has no '{unknown[0]}'", hint or f"it has: {', '.join(version.kept) or 'no names'}"
            )
        self.only_missing = only_missing
        self.imports = {n: i for n, i in version.imports.items() if n not in namespace and n not in version.kept}
        """Names that import bound then and that are missing now; of versions from elsewhere, what their code uses."""
        if names or restricted:
            self.imports = {n: i for n, i in self.imports.items() if n in needed}
        if prefix or not trusted:
            self.imports = {}
        self.along = tuple(n for n in version.kept if n in needed and n not in namespace and n not in names)
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
        self._planned: set[tuple[str, str]] = set()
        self.tracked = () if names or only_missing or prefix else tuple(dict.fromkeys(tracked))
        self.wanted = self._groups_of((*names, *self.along)) if names else list(version.groups)
        if only_missing:
            self.wanted = [g for g in self.wanted if any(n not in namespace for n in g.names)]
        every = () if prefix else tuple(dict.fromkeys([*(n for g in self.wanted for n in g.names), *self.tracked]))
        seen = None if beside is None or beside.live.names != every else beside.live
        self.live: Live = seen or Live(group_store, namespace, every)
        self.comparison = Comparison(group_store, version, self.live)

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
        live = Live(self.group_store, self.namespace, self.replaced) if self.prefix else self.live
        found = {s.name: s for s in live.capture.skipped}
        search = Searcher()
        secrets = {n: s for n in self.replaced if (s := search.in_value(n, self.namespace[n])) is not None}
        allowed = self._allowed_secrets() if secrets else ()
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
            reason = self._obstacle(group)
            if reason:
                found.update(dict.fromkeys(group.names, reason))
        return found

    def _obstacle(self, group: Group) -> str:
        if group.pickled and not self.trusted:
            return "needs pickle, and this version came from elsewhere: see %mv_trust"
        lacking = self.lacking_modules(group.classes)
        if lacking:
            return lacking
        with self._searching():
            missing = sorted({m for c in group.classes if not self._is_of_project(c) and (m := _missing_package(c))})
        way_out = self.way_out(group.classes) if missing else ""
        if missing:
            return way_out or f"needs the package {', '.join(missing)}"
        return self._bound_elsewhere(group)

    @contextmanager
    def _searching(self) -> Iterator[None]:
        """Within it, modules are found where they were when the version was made."""
        before, paths = list(sys.path), self.paths
        sys.path += paths
        try:
            yield
        finally:
            if paths:
                sys.path[:] = before

    @property
    def paths(self) -> list[str]:
        """Folders where modules were found when the version was made, and that this kernel does not look in."""
        own = self.session.paths if self.session is not None else []
        of_project = self.modules.paths if self.modules is not None and self.trusted else []
        return list(dict.fromkeys([*own, *of_project]))

    def way_out(self, classes: Collection[str]) -> str:
        """Where a pickle with these classes can be loaded, if that is not here; "" where nobody knows."""
        if self.modules is not None and self.modules.lacks_some and any(map(self._is_of_project, classes)):
            return f"try: {self.modules.command}"
        return "" if self.releases is None else self.releases.way_out(classes)

    def lacking_modules(self, classes: Collection[str]) -> str:
        """Which modules of the project are missing that values of these classes need, with the way out; "" if none."""
        if self.modules is None:
            return ""
        with self._searching():
            return self.modules.lacking(classes)

    def _is_of_project(self, place: str) -> bool:
        return self.modules is not None and self.modules.holds(place.partition(":")[0])

    def _bound_elsewhere(self, group: Group) -> str:
        """Why code of the group, or of definitions that it uses, runs in another Python only; "" when it runs here."""
        for part in with_definitions(self.group_store, self.version, group):
            draft = self.group_store.recipe(part).draft
            if draft.without_source and draft.python != sources.PYTHON:
                return sources.why_not_here(draft.without_source, draft.python)
            if part.pickled and former.holds_bytecode_only(self.group_store.skeleton(part)):
                then = self.python_then()
                if not sources.is_this_python(then):
                    return sources.why_not_here(part.names, sources.mark_of(then))
        return ""

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
        notes = tuple(self._notes())
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

    def _notes(self) -> Iterator[str]:
        yield from self._notes_on_what_is_replaced()
        if self.along:
            how = "comes" if len(self.along) == 1 else "come"
            yield f"{', '.join(self.along)} {how} along: {', '.join(self.asked)} cannot run without"
        for group in self.groups if self.asked else ():
            along = [n for n in group.names if n not in self.asked]
            if along and len(along) < len(group.names):
                how = "comes along: it shares" if len(along) == 1 else "come along: they share"
                yield f"{', '.join(along)} {how} objects with {', '.join(n for n in group.names if n in self.asked)}"
        if self.only_missing and self.namespace:
            for group in self.wanted:
                here = [n for n in group.names if n in self.namespace]
                if here:
                    how = "stays, and no longer shares" if len(here) == 1 else "stay, and no longer share"
                    yield f"{', '.join(here)} {how} objects with what comes back"
        again = sorted(n for n, place in self.imports.items() if not self.lacking_modules([place]))
        if again:
            yield f"imported again: {_some(again)}"
        back = {n for g in self.groups for n in g.names if not (self.prefix or self.only_missing)}
        for key in self._changed_definitions():
            stays = "" if key in back else f", but only inside what comes back: the name {key} stays as it is"
            yield f"class {key} comes back as it was in {self.version.name}{stays}"
        loaded = [n for g in self.groups for n in g.names]
        yield from (f"{name}: {note}" for name in loaded for note in self.version.kept[name].notes)
        yield from sentences(self._foreseen(), self.prefix)
        yield from self._notes_on_modules()
        yield from self._notes_on_what_stays()
        if self.session is not None:
            yield from self.session.notes()

    def _notes_on_modules(self) -> Iterator[str]:
        """Modules of the project that differ from those of the version."""
        if self.modules is not None:
            some = bool(self.asked or self.only_missing or self.prefix)
            classes = [c for g in self.wanted for part in self._with_code(g) for c in part.classes] if some else None
            with self._searching():
                yield from self.modules.notes(classes)

    def _with_code(self, group: Group) -> list[Group]:
        return with_definitions(self.group_store, self.version, group)

    def _notes_on_what_stays(self) -> Iterator[str]:
        """Variables of the notebook that the version says nothing about."""
        if self.asked or self.only_missing or self.prefix:
            return
        version, reasons = self.version, {s.name: s for s in self.version.skipped}
        rest = [n for n in self.own if n in self.namespace and n not in version.kept and n not in self.replaced]
        for name in [n for n in rest if n in reasons][:SHOWN]:
            yield f"{name} stays as it is now, for {version.name} could not keep it: {reasons[name].reason}"
        others = [n for n in rest if n not in reasons and not is_import(self.namespace[n])]
        if others:
            yield f"not part of {version.name}, stays as it is now: {_some(others)}"

    def _notes_on_what_is_replaced(self) -> Iterator[str]:
        """What a version cannot save of what is replaced, and who still holds it."""
        for s in self.unsaved:
            where = f" ({s.path})" if s.path != s.name else ""
            said = f"{s.name}{where} as it is now is in no version: {s.reason}"
            yield f"{said}; undo brings it back while this kernel runs"
        for holder in self.held.found[:SHOWN]:
            join = f"{holder.path} = {holder.name}"
            yield f"{holder.path} keeps the replaced {holder.name}; to join them again: {join}"
        if len(self.held.found) > SHOWN:
            yield f"{len(self.held.found) - SHOWN} more places keep replaced objects"
        if not self.held.complete:
            yield "other variables may keep replaced objects too: the search for them took too long"

    def _foreseen(self) -> list[tuple[tuple[str, ...], str]]:
        """What the libraries here will not bring back as it was, as far as it can be known without loading."""
        self._planned = set()
        if self.releases is None:
            return []
        groups = [g for g in self.groups if g.names[0] not in self.lost]
        found = list(foreseen(self.group_store, groups, self.version.kept, self.releases))
        self._planned = {(name, note) for names, note in found for name in names}
        return found

    def _changed_definitions(self) -> list[str]:
        keys = {k for g in self.groups for k in self.group_store.recipe(g).draft.uses}
        live = {k: self.namespace.get(k) for k in keys}
        return sorted(k for k in keys if isinstance(live[k], type) and not self.comparison.same_now(k))

    def load(self, progress: Progress | None = None, *, partial: bool = False) -> dict[str, Any]:
        """The values that have to change, by the name they go to. Raises NeedsTrust, NotLoadable, Damaged.

        partial: leave out what cannot be loaded instead; `lost` then says what and why.
        """
        sys.path += self.paths
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
        self.remembered = Comparison(self.group_store, self.version, Live(self.group_store, candidates, names))
        return {n: candidates[n] for g in self.groups if self.remembered.same(g) for n in g.names}

    @property
    def differences(self) -> list[str]:
        """What the load could not bring back as it was, as sentences."""
        return sentences(self.otherwise, self.prefix)

    def told(self, plan: Plan) -> Plan:
        """The plan with what only doing it could tell."""
        notes = [f"{name} cannot be imported here: {why}" for name, why in self.not_imported.items()]
        new = ((names, n) for names, n in self.otherwise if not any((name, n) in self._planned for name in names))
        notes += sentences(new, self.prefix)
        if self.let_go:
            notes.append(f"no longer in memory, for no undo or redo leads there any more: {_some(self.let_go)}")
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
        now = Live(self.group_store, self.namespace, names)
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

    def _uses_the_same(self, again: Group, group: Group, now: Live) -> bool:
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


def _missing_package(name: str) -> str:
    module, _, attribute = name.partition(":")
    root = renamed.current(module, attribute)[0].partition(".")[0]
    if root in ("__main__", "builtins", "None", ""):  # Versions up to 2026-11 list methods of builtins as "None:...".
        return ""
    try:
        return "" if importlib.util.find_spec(root) is not None else root
    except (ImportError, ValueError):
        return ""


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
