"""The notes that the plan of a rollback shows before the rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from nbmodelver.repo.core.imports import is_import
from nbmodelver.repo.restore.libraries import foreseen, sentences
from nbmodelver.repo.restore.needed import with_definitions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from nbmodelver.codecs import reach
    from nbmodelver.model import Group, Skipped, Version
    from nbmodelver.repo.core.group_store import GroupStore
    from nbmodelver.repo.core.modules import ModuleComparison
    from nbmodelver.repo.restore.libraries import Releases
    from nbmodelver.repo.restore.live import Comparison
    from nbmodelver.repo.restore.obstacles import Obstacles
    from nbmodelver.repo.restore.sessions import SessionState

SHOWN = 12
"""The number of names in one note; further ones are counted."""


class Planned(Protocol):
    """The attributes of a `Rollback` that `PlanNotes` uses."""

    group_store: GroupStore
    version: Version
    namespace: dict[str, Any]
    selected: tuple[str, ...]
    companions: tuple[str, ...]
    selected_groups: list[Group]
    own: Collection[str]
    imports: dict[str, str]
    only_missing: bool
    prefix: str
    session: SessionState | None
    modules: ModuleComparison | None
    releases: Releases | None
    comparison: Comparison
    obstacles: Obstacles
    foreseen: set[tuple[str, str]]

    @property
    def groups(self) -> list[Group]:
        """The groups that have to be loaded."""

    @property
    def replaced(self) -> tuple[str, ...]:
        """Live names that are replaced or removed."""

    @property
    def unsaved(self) -> tuple[Skipped, ...]:
        """Those of `replaced` that no version can contain."""

    @property
    def held(self) -> reach.Search:
        """The remaining variables that refer to a replaced object."""

    @property
    def lost(self) -> Mapping[str, str]:
        """Name -> the reason why it cannot be restored."""


class PlanNotes:
    """The notes of one plan."""

    def __init__(self, rollback: Planned) -> None:
        self._rollback = rollback

    def all(self) -> Iterator[str]:
        """Yield the notes, in the order in which they are shown. Raises Damaged."""
        yield from self._notes_on_replaced_values()
        yield from self._notes_on_further_names()
        imports = sorted(
            n for n, place in self._rollback.imports.items() if not self._rollback.obstacles.lacking_modules([place])
        )
        if imports:
            yield f"imported again: {listed(imports)}"
        names = [n for g in self._rollback.groups for n in g.names]
        rebound = set() if self._rollback.prefix or self._rollback.only_missing else set(names)
        for key in self._changed_definitions():
            limit = "" if key in rebound else f" for the restored objects only; the name {key} is not changed"
            yield f"class {key} is restored from {self._rollback.version.name}{limit}"
        yield from (f"{name}: {note}" for name in names for note in self._rollback.version.kept[name].notes)
        yield from sentences(self._foreseen(), self._rollback.prefix)
        yield from self._notes_on_modules()
        yield from self._notes_on_unchanged_names()
        if self._rollback.session is not None:
            yield from self._rollback.session.notes()

    def _notes_on_further_names(self) -> Iterator[str]:
        """Yield notes on names that are restored although they were not selected, and on groups that are split."""
        selected = self._rollback.selected
        if self._rollback.companions:
            yield f"restored too: {', '.join(self._rollback.companions)} (needed by {', '.join(selected)})"
        for group in self._rollback.groups if selected else ():
            others = [n for n in group.names if n not in selected]
            if others and len(others) < len(group.names):
                members = ", ".join(n for n in group.names if n in selected)
                yield f"restored too: {', '.join(others)} (shared objects with {members})"
        if self._rollback.only_missing and self._rollback.namespace:
            for group in self._rollback.selected_groups:
                live = [n for n in group.names if n in self._rollback.namespace]
                if live:
                    yield f"not changed: {', '.join(live)} (no longer shared objects with the restored values)"

    def _notes_on_modules(self) -> Iterator[str]:
        """Yield notes on modules of the project that differ from those of the version."""
        if self._rollback.modules is not None:
            partial = bool(self._rollback.selected or self._rollback.only_missing or self._rollback.prefix)
            classes = (
                [c for g in self._rollback.selected_groups for part in self._with_code(g) for c in part.classes]
                if partial
                else None
            )
            with self._rollback.obstacles.searching():
                yield from self._rollback.modules.notes(classes)

    def _with_code(self, group: Group) -> list[Group]:
        return with_definitions(self._rollback.group_store, self._rollback.version, group)

    def _notes_on_unchanged_names(self) -> Iterator[str]:
        """Yield notes on live variables that are not part of the version and are therefore not changed."""
        if self._rollback.selected or self._rollback.only_missing or self._rollback.prefix:
            return
        version, reasons = self._rollback.version, {s.name: s for s in self._rollback.version.skipped}
        rest = [
            n
            for n in self._rollback.own
            if n in self._rollback.namespace and n not in version.kept and n not in self._rollback.replaced
        ]
        for name in [n for n in rest if n in reasons][:SHOWN]:
            yield f"not changed: {name} ({version.name} could not store it: {reasons[name].reason})"
        others = [n for n in rest if n not in reasons and not is_import(self._rollback.namespace[n])]
        if others:
            yield f"not changed: {listed(others)} (not part of {version.name})"

    def _notes_on_replaced_values(self) -> Iterator[str]:
        """Yield notes on replaced values that no version can contain, and on variables that still refer to them."""
        for s in self._rollback.unsaved:
            where = f" ({s.path})" if s.path != s.name else ""
            yield (
                f"the current value of {s.name}{where} is in no version: {s.reason}; "
                "undo restores it while this kernel runs"
            )
        for holder in self._rollback.held.found[:SHOWN]:
            assignment = f"{holder.path} = {holder.name}"
            yield f"{holder.path} still refers to the replaced {holder.name}; to update it: {assignment}"
        if len(self._rollback.held.found) > SHOWN:
            yield f"{len(self._rollback.held.found) - SHOWN} more places refer to replaced objects"
        if not self._rollback.held.complete:
            yield "other variables may refer to replaced objects too: the search for them took too long"

    def _foreseen(self) -> list[tuple[tuple[str, ...], str]]:
        """Return (names, note) for values that the installed libraries restore differently, without loading them."""
        self._rollback.foreseen = set()
        if self._rollback.releases is None:
            return []
        groups = [g for g in self._rollback.groups if g.names[0] not in self._rollback.lost]
        notes = list(foreseen(self._rollback.group_store, groups, self._rollback.version.kept, self._rollback.releases))
        self._rollback.foreseen = {(name, note) for names, note in notes for name in names}
        return notes

    def _changed_definitions(self) -> list[str]:
        """Return the live classes that differ from the definitions used by the groups to load."""
        keys = {k for g in self._rollback.groups for k in self._rollback.group_store.recipe(g).draft.uses}
        live = {k: self._rollback.namespace.get(k) for k in keys}
        return sorted(k for k in keys if isinstance(live[k], type) and not self._rollback.comparison.same_now(k))


def listed(names: Sequence[str]) -> str:
    """Return the first names as a text, with the number of further ones."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
