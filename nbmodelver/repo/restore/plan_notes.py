"""What has to be said of a rollback before it is done."""

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
    from nbmodelver.repo.core.modules import Then
    from nbmodelver.repo.restore.libraries import Releases
    from nbmodelver.repo.restore.live import Comparison
    from nbmodelver.repo.restore.obstacles import Obstacles
    from nbmodelver.repo.restore.sessions import SessionState

SHOWN = 12
"""Most names in one note."""


class Planned(Protocol):
    """A rollback that is planned: see `Rollback`."""

    group_store: GroupStore
    version: Version
    namespace: dict[str, Any]
    asked: tuple[str, ...]
    along: tuple[str, ...]
    wanted: list[Group]
    own: Collection[str]
    imports: dict[str, str]
    only_missing: bool
    prefix: str
    session: SessionState | None
    modules: Then | None
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
        """Those of them that no version can hold."""

    @property
    def held(self) -> reach.Search:
        """Which variables that stay hold an object that is replaced."""

    @property
    def lost(self) -> Mapping[str, str]:
        """Names that cannot come back here, with the reason."""


class PlanNotes:
    """The notes of one plan."""

    def __init__(self, rollback: Planned) -> None:
        self._rollback = rollback

    def all(self) -> Iterator[str]:
        """The notes, in the order in which they are shown."""
        yield from self._notes_on_what_is_replaced()
        if self._rollback.along:
            how = "comes" if len(self._rollback.along) == 1 else "come"
            yield f"{', '.join(self._rollback.along)} {how} along: {', '.join(self._rollback.asked)} cannot run without"
        for group in self._rollback.groups if self._rollback.asked else ():
            along = [n for n in group.names if n not in self._rollback.asked]
            if along and len(along) < len(group.names):
                how = "comes along: it shares" if len(along) == 1 else "come along: they share"
                asked = [n for n in group.names if n in self._rollback.asked]
                yield f"{', '.join(along)} {how} objects with {', '.join(asked)}"
        if self._rollback.only_missing and self._rollback.namespace:
            for group in self._rollback.wanted:
                here = [n for n in group.names if n in self._rollback.namespace]
                if here:
                    how = "stays, and no longer shares" if len(here) == 1 else "stay, and no longer share"
                    yield f"{', '.join(here)} {how} objects with what comes back"
        again = sorted(
            n for n, place in self._rollback.imports.items() if not self._rollback.obstacles.lacking_modules([place])
        )
        if again:
            yield f"imported again: {listed(again)}"
        back = {
            n
            for g in self._rollback.groups
            for n in g.names
            if not (self._rollback.prefix or self._rollback.only_missing)
        }
        for key in self._changed_definitions():
            stays = "" if key in back else f", but only inside what comes back: the name {key} stays as it is"
            yield f"class {key} comes back as it was in {self._rollback.version.name}{stays}"
        loaded = [n for g in self._rollback.groups for n in g.names]
        yield from (f"{name}: {note}" for name in loaded for note in self._rollback.version.kept[name].notes)
        yield from sentences(self._foreseen(), self._rollback.prefix)
        yield from self._notes_on_modules()
        yield from self._notes_on_what_stays()
        if self._rollback.session is not None:
            yield from self._rollback.session.notes()

    def _notes_on_modules(self) -> Iterator[str]:
        """Modules of the project that differ from those of the version."""
        if self._rollback.modules is not None:
            some = bool(self._rollback.asked or self._rollback.only_missing or self._rollback.prefix)
            classes = (
                [c for g in self._rollback.wanted for part in self._with_code(g) for c in part.classes]
                if some
                else None
            )
            with self._rollback.obstacles.searching():
                yield from self._rollback.modules.notes(classes)

    def _with_code(self, group: Group) -> list[Group]:
        return with_definitions(self._rollback.group_store, self._rollback.version, group)

    def _notes_on_what_stays(self) -> Iterator[str]:
        """Variables of the notebook that the version says nothing about."""
        if self._rollback.asked or self._rollback.only_missing or self._rollback.prefix:
            return
        version, reasons = self._rollback.version, {s.name: s for s in self._rollback.version.skipped}
        rest = [
            n
            for n in self._rollback.own
            if n in self._rollback.namespace and n not in version.kept and n not in self._rollback.replaced
        ]
        for name in [n for n in rest if n in reasons][:SHOWN]:
            yield f"{name} stays as it is now, for {version.name} could not keep it: {reasons[name].reason}"
        others = [n for n in rest if n not in reasons and not is_import(self._rollback.namespace[n])]
        if others:
            yield f"not part of {version.name}, stays as it is now: {listed(others)}"

    def _notes_on_what_is_replaced(self) -> Iterator[str]:
        """What a version cannot save of what is replaced, and who still holds it."""
        for s in self._rollback.unsaved:
            where = f" ({s.path})" if s.path != s.name else ""
            said = f"{s.name}{where} as it is now is in no version: {s.reason}"
            yield f"{said}; undo brings it back while this kernel runs"
        for holder in self._rollback.held.found[:SHOWN]:
            join = f"{holder.path} = {holder.name}"
            yield f"{holder.path} keeps the replaced {holder.name}; to join them again: {join}"
        if len(self._rollback.held.found) > SHOWN:
            yield f"{len(self._rollback.held.found) - SHOWN} more places keep replaced objects"
        if not self._rollback.held.complete:
            yield "other variables may keep replaced objects too: the search for them took too long"

    def _foreseen(self) -> list[tuple[tuple[str, ...], str]]:
        """What the libraries here will not bring back as it was, as far as it can be known without loading."""
        self._rollback.foreseen = set()
        if self._rollback.releases is None:
            return []
        groups = [g for g in self._rollback.groups if g.names[0] not in self._rollback.lost]
        found = list(foreseen(self._rollback.group_store, groups, self._rollback.version.kept, self._rollback.releases))
        self._rollback.foreseen = {(name, note) for names, note in found for name in names}
        return found

    def _changed_definitions(self) -> list[str]:
        keys = {k for g in self._rollback.groups for k in self._rollback.group_store.recipe(g).draft.uses}
        live = {k: self._rollback.namespace.get(k) for k in keys}
        return sorted(k for k in keys if isinstance(live[k], type) and not self._rollback.comparison.same_now(k))


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
