"""The versions, branches, tags and HEAD of one store."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from nbmodelver.errors import AllForgotten, Damaged, StoreError, UnknownVersion
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core.head import key_of, notebooks_in, parse_head
from nbmodelver.repo.core.named_versions import NamedVersions, has_moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.catalogue.records import Records
    from nbmodelver.repo.core.moves import Moves
    from nbmodelver.store.refs import Refs

HEAD = "HEAD"
COUNTER = "counter"
MAX_DIGITS = 18
CACHED_VERSIONS, CACHED_NAMES = 4096, 200_000
MOST_NUMBERS = 200
MOST_NOTEBOOKS = 100


class History(NamedVersions):
    """The records and refs of a store. Records are cached, because they never change.

    appearing: the lock that is held while a version, its branch and HEAD are written. Code that lists them together
    takes it too, because a commit in the background runs on another thread.
    notebook: the path of the notebook relative to the store, "" if unknown; set it before the first use. The ref HEAD
    contains the branch and version of the last commit or rollback of any notebook, and those of each notebook.
    """

    def __init__(self, records: Records, refs: Refs, moves: Moves | None = None) -> None:
        self.records = records
        self.refs = refs
        self._moves = moves
        self._names = 0
        self._versions: OrderedDict[VersionId, Version] = OrderedDict()
        self._here: tuple[str, VersionId | None] | None = None
        self.notebook = ""
        self.appearing = threading.RLock()

    def reopened(self, records: Records) -> History:
        """Return a new history with the same HEAD and empty caches."""
        history = History(records, self.refs, self._moves)
        history._here, history.notebook = self._here, self.notebook
        return history

    def go_on_from(self, before: History) -> None:
        """Take over HEAD of another history if this store contains its version, after a store was moved or restored."""
        here = before._here
        if here is not None and here[1] is not None and self.records.exists(here[1]):
            self._here = here

    # -- HEAD

    @property
    def branch(self) -> str:
        """The branch that the next commit extends."""
        return self._where()[0]

    @property
    def head(self) -> Version | None:
        """The current version of this kernel; None before the first commit, and if all its ancestors were forgotten.

        Raises Damaged.
        """
        branch, id_ = self._where()
        if id_ is not None and self.refs.get(f"forgotten/{id_}") is not None:  # A purge, perhaps of another kernel.
            self._versions.pop(id_, None)
            surviving = self._surviving(id_)
            with self.appearing:
                if self._here == (branch, id_):
                    self._here = branch, id_ if surviving is None else surviving.id
            return surviving
        return self._surviving(id_)

    @property
    def head_id(self) -> VersionId | None:
        """The id in HEAD, even if the version was forgotten or purged."""
        return self._where()[1]

    def is_of_this_store(self) -> bool:
        """Return False if the store has no trace of this kernel's version: another store is now at its path."""
        id_ = self._here[1] if self._here is not None else None
        if id_ is None or self.records.exists(id_) or self.refs.get(f"forgotten/{id_}") is not None:
            return True
        self.records.forgotten.refresh()
        return id_ in self.records.forgotten.all() or id_ in (self.refs.get(HEAD) or "")

    def stored_head(self) -> Version | None:
        """Return the version in the ref HEAD, at which a new notebook starts. Raises Damaged."""
        return self._surviving(parse_head(self.refs.get(HEAD))[1])

    def _surviving(self, version_id: VersionId | None) -> Version | None:
        """Return the version or its replacement (see `version`); None if all its ancestors were forgotten too."""
        try:
            return None if version_id is None else self.version(version_id)
        except AllForgotten:
            return None

    def _where(self) -> tuple[str, VersionId | None]:
        here = self._here
        if here is None:
            with self.appearing:  # Otherwise a move on another thread could be overwritten with the old HEAD.
                here = self._here = self._here or self._stored_position()
        return here

    def _stored_position(self) -> tuple[str, VersionId | None]:
        """Return branch and version of this notebook in the ref HEAD, else those of the store."""
        stored = self.refs.get(HEAD)
        own = notebooks_in(stored).get(key_of(self.notebook)) if self.notebook else None
        return own if own is not None and self._is_known(own[1]) else parse_head(stored)

    def _is_known(self, version_id: VersionId) -> bool:
        """Return True if the version or a replacement of it exists, even with a damaged record."""
        try:
            self.version(version_id)
        except UnknownVersion:
            return False
        except Damaged:  # The record exists. Code that reads it reports the damage.
            pass
        return True

    def leading_to_head(self, versions: Sequence[Version]) -> list[Version]:
        """Return those of the versions that are the current version or its ancestors."""
        wanted = {v.id: v for v in versions}
        lowest = min((v.number for v in versions), default=0)
        found: list[Version] = []
        waiting, seen = [self.head] if self.head is not None else [], set()
        while waiting and len(found) < len(wanted):
            at = waiting.pop()
            if at.id in seen or at.number < lowest:
                continue
            seen.add(at.id)
            found += [wanted[at.id]] if at.id in wanted else []
            waiting += [self.version(parent) for parent in at.parents]
        return found

    def set_head(self, version: VersionId | None, branch: str | None = None) -> None:
        """Move HEAD of this kernel and of the store. branch: None for the current one; the branch itself does not move.

        HEAD of this kernel moves even if an error is raised. Raises StoreReadOnly, StoreFull, StoreError.
        """
        branch = branch or self.branch
        with self.appearing:
            self._here = (branch, version)
        for _ in range(100):
            before = self.refs.get(HEAD)
            notebooks = notebooks_in(before)
            if self.notebook:
                notebooks.pop(key_of(self.notebook), None)
                if version is not None:
                    notebooks[key_of(self.notebook)] = branch, version  # Ordered by the time of the last move.
            known = dict(list(notebooks.items())[-MOST_NOTEBOOKS:])
            if has_moved(
                self.refs, HEAD, before, json.dumps({"branch": branch, "version": version, "notebooks": known})
            ):
                break

    # -- versions

    def version(self, version_id: VersionId) -> Version:
        """Return the version with this id or its replacement: its purged copy, or its nearest ancestor not forgotten.

        `parents` of the result are never forgotten versions. Raises UnknownVersion, Damaged.
        """
        forgotten = self.records.forgotten.all()
        version = self._versions.get(version_id)
        if version is None or version_id in forgotten or any(p in forgotten for p in version.parents):
            version = self._versions[version_id] = self._read(version_id)
            self._names += len(version.kept)
            while len(self._versions) > CACHED_VERSIONS or (self._names > CACHED_NAMES and len(self._versions) > 1):
                self._names -= len(self._versions.popitem(last=False)[1].kept)
        return version

    def exact(self, version_id: VersionId) -> Version:
        """Return the version with this id. Raises UnknownVersion if it was forgotten or lost, Damaged."""
        self.records.forgotten.refresh()
        tombstone = self.records.forgotten.all().get(version_id)
        if tombstone is not None:
            number = tombstone.number
            raise UnknownVersion(
                f"v{number} was forgotten" if number else f"the record of {version_id} is lost",
                "choose another version: %mv_log",
            )
        return self.version(version_id)

    def _read(self, version_id: VersionId) -> Version:
        seen: set[str] = set()
        refreshed = False
        while True:
            living = self.living(version_id)
            if not living:
                tombstone = self.records.forgotten.all()[version_id]
                name = f"v{tombstone.number}" if tombstone.number else version_id
                raise AllForgotten(
                    f"{name} and all its ancestors were forgotten or lost", "choose another version: %mv_log"
                )
            version_id = living[0]
            try:
                return self._with_living_parents(self.records.read(version_id))
            except UnknownVersion:
                seen.add(version_id)
                replaced = self.refs.get(f"forgotten/{version_id}")  # By a purge, perhaps of another kernel.
                if replaced is not None and replaced not in seen:
                    version_id = VersionId(replaced)
                elif refreshed:
                    raise
                else:  # Another kernel may have forgotten it, and gc removed its record.
                    self.records.forgotten.refresh()
                    refreshed = True

    def _with_living_parents(self, version: Version) -> Version:
        """Return the version with its nearest ancestors that are not forgotten as parents, and the id of its record."""
        forgotten = self.records.forgotten.all()
        if not any(p in forgotten for p in version.parents):
            return version
        living = dict.fromkeys(p for parent in version.parents for p in self.living(parent))
        return replace(version, parents=tuple(living))

    def living(self, version_id: VersionId) -> list[VersionId]:
        """Return the id itself, or its nearest ancestors that are not forgotten, those of the first parent first."""
        forgotten = self.records.forgotten.all()
        result: dict[VersionId, None] = {}
        waiting, seen = [version_id], set()
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            if at in forgotten:
                waiting += reversed(forgotten[at].parents)
            else:
                result[at] = None
        return list(result)

    def all(self) -> list[Version]:
        """Return all versions, newest first. Raises Damaged for an unreadable record."""
        return _newest_first([self.version(v) for v in self.records.ids()])

    def readable(self) -> tuple[list[Version], list[StoreError]]:
        """Return all readable versions, newest first, and the errors of the others."""
        versions = []
        ids, problems = self.records.readable_ids()
        for version_id in ids:
            try:
                versions.append(self.version(version_id))
            except StoreError as error:
                problems.append(error)
        return _newest_first(versions), problems

    def numbered(self, number: int) -> list[Version]:
        """Return the versions with this number: one, or several after the counter was lost.

        Raises UnknownVersion if the version was forgotten, Damaged.
        """
        versions = [self.version(v) for v in self.records.numbered(number)]
        if not versions and any(t.number == number for t in self.records.forgotten.all().values()):
            raise UnknownVersion(f"v{number} was forgotten", "choose another version: %mv_log")
        return versions

    def prefixed(self, hexes: str) -> list[Version]:
        """Return the versions whose ids begin with these hexadecimal digits."""
        return [self.version(v) for v in self.records.prefixed(hexes)]

    def numbers(self) -> list[int]:
        """Return version numbers for hints: those of the newest MOST_NUMBERS versions, and 1 for a longer history."""
        newest = list(islice(self.records.numbers(), MOST_NUMBERS))
        return newest if len(newest) < MOST_NUMBERS else [*newest, 1]

    def next_number(self) -> int:
        """Return the next version number and advance the counter. A lost counter is set from the existing versions.

        Call it only while the lock of the refs is held.
        """
        value = self.refs.get(COUNTER)
        if value is not None and value.isdecimal() and len(value) < MAX_DIGITS:
            number = int(value) + 1
        else:
            forgotten = (tombstone.number for tombstone in self.records.forgotten.all().values())
            number = max((*(v.number for v in self.readable()[0]), *forgotten), default=0) + 1
        self.refs.move(COUNTER, value, str(number))
        return number

    def add(self, version: Version) -> Version:
        """Write a record, move its branch and HEAD to it, and return the version with its id.

        Call it only while the lock of the refs is held. Raises StoreError.
        """
        with self.appearing:
            version_id = self.records.write(version)
            stored = self._versions[version_id] = replace(version, id=version_id)
            self._names += len(stored.kept)
            self.set_branch(version.branch, version_id)
            self.set_head(version_id, version.branch)
        return stored


def _newest_first(versions: list[Version]) -> list[Version]:
    return sorted(versions, key=lambda v: (v.number, v.id), reverse=True)
