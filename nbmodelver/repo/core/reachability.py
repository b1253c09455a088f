"""Which parts the versions need, and whether they are there."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged, StoreError
from nbmodelver.model import Group, ObjectId, Problem, Version, VersionId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbmodelver.model import Progress
    from nbmodelver.repo.core.group_store import GroupStore
    from nbmodelver.repo.core.history import History

DOCUMENTS = ("cells", "environment", "notebook")

_CHANCE = random.SystemRandom()
"""Its own: what a notebook draws from `random` after a look at the store is what it would have drawn without."""


def groups_of(version: Version) -> list[Group]:
    """Every group of a version: names, definitions, the session's state."""
    own = [*version.groups, *version.definitions]
    return own if version.session is None else [*own, Group(("session",), version.session, 0)]


def documents_of(version: Version) -> list[ObjectId]:
    """The parts that are documents."""
    found = (getattr(version, document) for document in DOCUMENTS)
    return [part for part in found if part is not None]


class Reachability:
    """The versions of a store against its parts."""

    def __init__(self, history: History, group_store: GroupStore) -> None:
        self._history = history
        self._group_store = group_store
        self._parts = group_store.parts

    def of(self, version: Version, *, strict: bool = True) -> Iterator[tuple[ObjectId, str]]:
        """Every part that a version needs, with the names that need it.

        strict: raise Damaged at a recipe that cannot be read; otherwise give what can be found out.
        """
        groups = [(g, ", ".join(g.names)) for g in groups_of(version)]
        for group, names in groups:
            yield group.recipe, names
            try:
                yield from ((part, names) for part in self._group_store.recipe(group).every_part)
            except Damaged:
                if strict:
                    raise
        yield from ((part, "") for part in documents_of(version))

    def all(self) -> set[ObjectId]:
        """Every part that some version needs.

        Raises Damaged at the first version that cannot be read: then nobody may say what is garbage.
        """
        return self.of_all(map(self._history.version, self._history.records.ids()))

    def of_forgotten(self, younger_than_s: float) -> set[ObjectId]:
        """The parts of versions forgotten less than this many seconds ago, as far as these can be read."""
        records = self._history.records
        ages = records.forgotten.ages_s()
        needed: set[ObjectId] = set()
        for id_ in sorted(i for i in records.present() if ages.get(i, younger_than_s) < younger_than_s):
            with suppress(Damaged):
                needed |= {part for part, _ in self.of(records.read(id_), strict=False) if self._parts.has(part)}
        return needed

    def of_all(self, versions: Iterable[Version]) -> set[ObjectId]:
        """The parts that these versions need; a recipe that several have is read once. Raises Damaged."""
        needed: set[ObjectId] = set()
        recipes: set[ObjectId] = set()
        for version in versions:
            for group in groups_of(version):
                if group.recipe not in recipes:
                    recipes.add(group.recipe)
                    needed.update(self._group_store.parts_of(group))
            needed.update(documents_of(version))
        return needed

    def problems(self, *, full: bool, sample: float | None, progress: Progress | None) -> list[Problem]:
        """What is wrong with the store; see Repo.verify. One version after the other: a long history fits in memory."""
        of_parts = list(self._parts.verify(full, progress))
        found: list[Problem] = []
        pointing = self._history.refs.readable()[0]  # Before the records: a commit beside writes its record first.
        ids, unreadable = self._history.records.readable_ids()
        found += [Problem(error.message, "record") for error in unreadable]
        known: set[str] = set()
        parents: list[tuple[VersionId, str]] = []
        missing: list[Problem] = []
        seen: dict[ObjectId, str] = {}
        for id_ in ids:
            try:
                version = self._history.version(id_)
            except StoreError as error:
                found.append(Problem(error.message, "record"))
                continue
            known.add(version.id)
            parents += [(parent, version.name) for parent in version.parents]
            missing += self._missing_parts(version, seen)
        found += self._missing_records(known, parents, pointing)
        found += missing
        if sample and not full:
            of_parts += self._sampled((part for part, why in seen.items() if not why), sample)
        return [*self._named(of_parts, ids), *found]

    def _named(self, problems: Sequence[Problem], ids: Sequence[VersionId]) -> Iterator[Problem]:
        """The problems of parts, each once for every version and name that needs the part."""
        what = {problem.object: problem.what for problem in problems}
        needed: set[str] = set()
        for id_ in ids if what else ():
            with suppress(StoreError):
                version = self._history.version(id_)
                for part, names in self.of(version, strict=False):
                    if part in what:
                        needed.add(part)
                        yield Problem(what[part], part, version.name, names)
        yield from (problem for problem in problems if problem.object not in needed)

    def _missing_records(
        self, known: set[str], parents: Sequence[tuple[VersionId, str]], pointing: Mapping[str, str]
    ) -> Iterator[Problem]:
        refs, damaged = self._history.refs.readable()
        yield from (Problem(error.message, "ref") for error in damaged)
        known |= {r.removeprefix("forgotten/") for r in refs if r.startswith("forgotten/")}
        known |= self._history.records.forgotten.all().keys()
        for parent, name in parents:
            if parent not in known:
                yield Problem("the record of a parent is missing", parent, name)
        for ref, value in pointing.items():
            if ref.startswith(("heads/", "tags/", "forgotten/")) and value not in known:
                yield Problem(f"ref '{ref}' points to a version whose record is missing", value)

    def _missing_parts(self, version: Version, seen: dict[ObjectId, str]) -> Iterator[Problem]:
        for part, names in self.of(version, strict=False):
            if part not in seen:
                seen[part] = "" if self._parts.has(part) else "a part is missing"
            if seen[part]:
                yield Problem(seen[part], part, version.name, names)

    def _sampled(self, needed: Iterable[ObjectId], percent: float) -> Iterator[Problem]:
        parts = sorted(needed)
        wanted = min(len(parts), max(1, round(len(parts) * percent / 100)))
        for part in _CHANCE.sample(parts, wanted):
            try:
                self._parts.get(part)
            except Damaged as error:
                yield Problem(error.message, part)
