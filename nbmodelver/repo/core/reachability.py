"""The parts that versions need, and the check that they exist and are intact."""

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

DOCUMENTS = ("cells", "environment", "notebook", "probe")

_RANDOM = random.SystemRandom()
"""A generator of its own, so that a check of the store does not change the random numbers of the notebook."""


def groups_of(version: Version) -> list[Group]:
    """Return every group of a version: names, definitions, session state."""
    own = [*version.groups, *version.definitions]
    return own if version.session is None else [*own, Group(("session",), version.session, 0)]


def documents_of(version: Version) -> list[ObjectId]:
    """Return the parts that are documents: cells, environment, notebook, predictions, and the kept input files."""
    parts = [getattr(version, document) for document in DOCUMENTS]
    return [
        *(part for part in parts if part is not None),
        *(i.digest for i in version.inputs if i.is_kept and i.digest),
    ]


class Reachability:
    """Relates the versions of a store to its parts."""

    def __init__(self, history: History, group_store: GroupStore) -> None:
        self._history = history
        self._group_store = group_store
        self._parts = group_store.parts

    def of(self, version: Version, *, strict: bool = True) -> Iterator[tuple[ObjectId, str]]:
        """Yield (part, names that need it) for every part of a version. Documents have no names ("").

        strict: raise Damaged for an unreadable recipe; otherwise yield only the recipe itself. Of a recipe that only a
        remote has, the recipe itself is yielded too.
        """
        groups = [(g, ", ".join(g.names)) for g in groups_of(version)]
        for group, names in groups:
            yield group.recipe, names
            if self._parts.is_elsewhere(group.recipe):
                continue
            try:
                yield from ((part, names) for part in self._group_store.recipe(group).every_part)
            except Damaged:
                if strict:
                    raise
        yield from ((part, "") for part in documents_of(version))

    def all(self) -> set[ObjectId]:
        """Return every part that a version needs, without those that only a remote has.

        Raises Damaged at the first unreadable version, because gc must not delete parts that it may need.
        """
        self._parts.refresh()
        versions = map(self._history.version, self._history.records.ids())
        return {part for part in self.of_all(versions, with_remote=False) if not self._parts.is_elsewhere(part)}

    def of_forgotten(self, younger_than_s: float) -> set[ObjectId]:
        """Return the existing parts of versions that were forgotten less than this many seconds ago."""
        records = self._history.records
        ages = records.forgotten.ages_s()
        needed: set[ObjectId] = set()
        for id_ in sorted(i for i in records.present() if ages.get(i, younger_than_s) < younger_than_s):
            with suppress(Damaged):
                needed |= {part for part, _ in self.of(records.read(id_), strict=False) if self._parts.has(part)}
        return needed

    def of_all(self, versions: Iterable[Version], *, with_remote: bool = True) -> set[ObjectId]:
        """Return the parts that these versions need. A shared recipe is read once. Raises Damaged.

        with_remote: read recipes that only a remote has; otherwise leave their parts out.
        """
        needed: set[ObjectId] = set()
        recipes: set[ObjectId] = set()
        for version in versions:
            for group in groups_of(version):
                if group.recipe not in recipes:
                    recipes.add(group.recipe)
                    if not with_remote and self._parts.is_elsewhere(group.recipe):
                        continue
                    needed.update(self._group_store.parts_of(group))
            needed.update(documents_of(version))
        return needed

    def problems(self, *, full: bool, sample: float | None, progress: Progress | None) -> list[Problem]:
        """Return the problems of the store; see `Repo.verify`. Reads one version at a time, to limit memory."""
        of_parts = list(self._parts.verify(full, progress))
        result: list[Problem] = []
        refs = self._history.refs.readable()[0]  # Read before the records: a concurrent commit writes its record first.
        ids, unreadable = self._history.records.readable_ids()
        result += [Problem(error.message, "record") for error in unreadable]
        known: set[str] = set()
        parents: list[tuple[VersionId, str]] = []
        missing: list[Problem] = []
        seen: dict[ObjectId, str] = {}
        for id_ in ids:
            try:
                version = self._history.version(id_)
            except StoreError as error:
                result.append(Problem(error.message, "record"))
                continue
            known.add(version.id)
            parents += [(parent, version.name) for parent in version.parents]
            missing += self._missing_parts(version, seen)
        result += self._missing_records(known, parents, refs)
        result += missing
        if sample and not full:
            of_parts += self._sampled((p for p, why in seen.items() if not why and self._parts.is_here(p)), sample)
        return [*self._named(of_parts, ids), *result]

    def _named(self, problems: Sequence[Problem], ids: Sequence[VersionId]) -> Iterator[Problem]:
        """Yield the problem of a part once for every version and name that needs it, and once if none does."""
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
        self, known: set[str], parents: Sequence[tuple[VersionId, str]], refs: Mapping[str, str]
    ) -> Iterator[Problem]:
        """Yield a problem for each parent and each ref without a record.

        known: ids with a record; purged and forgotten ones are added. refs: as they were before the records were read.
        """
        refs_now, damaged = self._history.refs.readable()
        yield from (Problem(error.message, "ref") for error in damaged)
        known |= {r.removeprefix("forgotten/") for r in refs_now if r.startswith("forgotten/")}
        known |= self._history.records.forgotten.all().keys()
        for parent, name in parents:
            if parent not in known:
                yield Problem("the record of a parent is missing", parent, name)
        for ref, value in refs.items():
            if ref.startswith(("heads/", "tags/", "forgotten/")) and value not in known:
                yield Problem(f"ref '{ref}' points to a version whose record is missing", value)

    def _missing_parts(self, version: Version, seen: dict[ObjectId, str]) -> Iterator[Problem]:
        for part, names in self.of(version, strict=False):
            if part not in seen:
                is_there = self._parts.is_here(part) or self._parts.is_elsewhere(part) or self._parts.has(part)
                seen[part] = "" if is_there else "a part is missing"
            if seen[part]:
                yield Problem(seen[part], part, version.name, names)

    def _sampled(self, needed: Iterable[ObjectId], percent: float) -> Iterator[Problem]:
        parts = sorted(needed)
        count = min(len(parts), max(1, round(len(parts) * percent / 100)))
        for part in _RANDOM.sample(parts, count):
            try:
                self._parts.get(part)
            except Damaged as error:
                yield Problem(error.message, part)
