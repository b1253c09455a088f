"""Versions, branches and tags of one store: what exists, what a name means, where we stand."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from nbmodelver.errors import AllForgotten, BadName, Damaged, RefMoved, StoreError, UnknownVersion
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core.head import key_of, notebooks_in, parse_head
from nbmodelver.store.ref_names import normalized, require_distinct, valid_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.catalogue.records import Records
    from nbmodelver.store.refs import Refs

HEAD = "HEAD"
COUNTER = "counter"
MAX_DIGITS = 18
NOTE = "note/"
CACHED_VERSIONS, CACHED_NAMES = 4096, 200_000
MOST_NUMBERS = 200
MOST_NOTEBOOKS = 100


class History:
    """The records and refs of a store, read when asked for and remembered: records never change.

    appearing: held while a version, its branch and HEAD come to be; who lists them together takes it, for a commit in
    the background is on another thread.
    notebook: its path as the store sees it, "" when nobody told; to be set before anything is asked. HEAD of the store
    is where the last commit or rollback of any notebook left off, and remembers the same of each.
    """

    def __init__(self, records: Records, refs: Refs) -> None:
        self.records = records
        self.refs = refs
        self._names = 0
        self._versions: OrderedDict[VersionId, Version] = OrderedDict()
        self._here: tuple[str, VersionId | None] | None = None
        self.notebook = ""
        self.appearing = threading.RLock()

    def reopened(self, records: Records) -> History:
        """One that stands where this one does, and remembers nothing else."""
        made = History(records, self.refs)
        made._here, made.notebook = self._here, self.notebook
        return made

    def go_on_from(self, before: History) -> None:
        """Stand where that one does, if the version is here too: the store was moved, or brought back."""
        here = before._here
        if here is not None and here[1] is not None and self.records.exists(here[1]):
            self._here = here

    # -- where we stand

    @property
    def branch(self) -> str:
        """The branch that the next commit extends."""
        return self._where()[0]

    @property
    def head(self) -> Version | None:
        """The version that this kernel's state comes from; None before the first, and when all of it was forgotten."""
        branch, found = self._where()
        if found is not None and self.refs.get(f"forgotten/{found}") is not None:  # A purge, perhaps of another kernel.
            self._versions.pop(found, None)
            left = self._left_of(found)
            with self.appearing:
                if self._here == (branch, found):
                    self._here = branch, found if left is None else left.id
            return left
        return self._left_of(found)

    @property
    def head_id(self) -> VersionId | None:
        """The id that HEAD names, whatever became of that version."""
        return self._where()[1]

    def is_of_this_store(self) -> bool:
        """False when the store knows nothing of the version that we stand at: another one lies in its place by now."""
        here = self._here[1] if self._here is not None else None
        if here is None or self.records.exists(here) or self.refs.get(f"forgotten/{here}") is not None:
            return True
        self.records.forgotten.refresh()
        return here in self.records.forgotten.all() or here in (self.refs.get(HEAD) or "")

    def stored_head(self) -> Version | None:
        """The version that HEAD of the store names: where a new notebook begins, and perhaps another kernel stands."""
        return self._left_of(parse_head(self.refs.get(HEAD))[1])

    def _left_of(self, version_id: VersionId | None) -> Version | None:
        """The version, or what stands for it; None when another kernel has forgotten it and all that it came from."""
        try:
            return None if version_id is None else self.version(version_id)
        except AllForgotten:
            return None

    def _where(self) -> tuple[str, VersionId | None]:
        here = self._here
        if here is None:
            with self.appearing:  # What another thread moves meanwhile is not to be overwritten with what was before.
                here = self._here = self._here or self._stored_place()
        return here

    def _stored_place(self) -> tuple[str, VersionId | None]:
        stored = self.refs.get(HEAD)
        own = notebooks_in(stored).get(key_of(self.notebook)) if self.notebook else None
        return own if own is not None and self._is_known(own[1]) else parse_head(stored)

    def _is_known(self, version_id: VersionId) -> bool:
        """Whether there is such a version, or what stands for it."""
        try:
            self.version(version_id)
        except UnknownVersion:
            return False
        except Damaged:  # It is there: whoever needs it is told.
            pass
        return True

    def set_head(self, version: VersionId | None, branch: str | None = None) -> None:
        """Move HEAD; this kernel's own also where the store cannot be written. A branch moves with its next commit."""
        branch = branch or self.branch
        with self.appearing:
            self._here = (branch, version)
        for _ in range(100):
            before = self.refs.get(HEAD)
            notebooks = notebooks_in(before)
            if self.notebook:
                notebooks.pop(key_of(self.notebook), None)
                if version is not None:
                    notebooks[key_of(self.notebook)] = branch, version  # The last ones that moved are last.
            known = dict(list(notebooks.items())[-MOST_NOTEBOOKS:])
            if _moved(self.refs, HEAD, before, json.dumps({"branch": branch, "version": version, "notebooks": known})):
                break

    # -- versions

    def version(self, version_id: VersionId) -> Version:
        """The version with this id, or what stands for it: what a purge made of it, or a forgotten one's ancestor.

        Its parents are versions too, past forgotten ones. Raises UnknownVersion, Damaged.
        """
        gone = self.records.forgotten.all()
        found = self._versions.get(version_id)
        if found is None or version_id in gone or any(p in gone for p in found.parents):
            found = self._versions[version_id] = self._read(version_id)
            self._names += len(found.kept)
            while len(self._versions) > CACHED_VERSIONS or (self._names > CACHED_NAMES and len(self._versions) > 1):
                self._names -= len(self._versions.popitem(last=False)[1].kept)
        return found

    def exact(self, version_id: VersionId) -> Version:
        """The version with this id itself. Raises UnknownVersion for one that was forgotten, Damaged."""
        self.records.forgotten.refresh()
        stone = self.records.forgotten.all().get(version_id)
        if stone is not None:
            said = f"v{stone.number} was forgotten" if stone.number else f"the record of {version_id} is lost"
            raise UnknownVersion(said, "choose another one: %mv_log")
        return self.version(version_id)

    def _read(self, version_id: VersionId) -> Version:
        seen: set[str] = set()
        refreshed = False
        while True:
            living = self.living(version_id)
            if not living:
                stone = self.records.forgotten.all()[version_id]
                name = f"v{stone.number}" if stone.number else version_id
                raise AllForgotten(f"{name} was forgotten or lost, and so was all before it", "see %mv_log")
            version_id = living[0]
            try:
                return self._seen(self.records.read(version_id))
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

    def _seen(self, version: Version) -> Version:
        """The version with parents that are not forgotten; its id stays that of its record."""
        gone = self.records.forgotten.all()
        if not any(p in gone for p in version.parents):
            return version
        living = dict.fromkeys(p for parent in version.parents for p in self.living(parent))
        return replace(version, parents=tuple(living))

    def living(self, version_id: VersionId) -> list[VersionId]:
        """The version itself, or its nearest ancestors that were not forgotten, those of the first parent first."""
        gone = self.records.forgotten.all()
        found: dict[VersionId, None] = {}
        waiting, seen = [version_id], set()
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            if at in gone:
                waiting += reversed(gone[at].parents)
            else:
                found[at] = None
        return list(found)

    def all(self) -> list[Version]:
        """Every version, newest first. A record that cannot be read raises Damaged."""
        return _newest_first([self.version(v) for v in self.records.ids()])

    def readable(self) -> tuple[list[Version], list[StoreError]]:
        """Every version that can be read, newest first, and what is wrong with the others."""
        versions = []
        ids, problems = self.records.readable_ids()
        for version_id in ids:
            try:
                versions.append(self.version(version_id))
            except StoreError as error:
                problems.append(error)
        return _newest_first(versions), problems

    def numbered(self, number: int) -> list[Version]:
        """The versions with this number: one, unless a counter was lost. Raises UnknownVersion for a forgotten one."""
        found = [self.version(v) for v in self.records.numbered(number)]
        if not found and any(s.number == number for s in self.records.forgotten.all().values()):
            raise UnknownVersion(f"v{number} was forgotten", "choose another one: %mv_log")
        return found

    def prefixed(self, hexes: str) -> list[Version]:
        """The versions whose ids begin with these hex digits."""
        return [self.version(v) for v in self.records.prefixed(hexes)]

    def numbers(self) -> list[int]:
        """The numbers of the newest and of the oldest versions, for hints; not all of a long history."""
        newest = list(islice(self.records.numbers(), MOST_NUMBERS))
        return newest if len(newest) < MOST_NUMBERS else [*newest, 1]

    def next_number(self) -> int:
        """The next version number; to be called under the store's lock. A lost counter is found again."""
        value = self.refs.get(COUNTER)
        if value is not None and value.isdecimal() and len(value) < MAX_DIGITS:
            number = int(value) + 1
        else:
            gone = (stone.number for stone in self.records.forgotten.all().values())
            number = max((*(v.number for v in self.readable()[0]), *gone), default=0) + 1
        self.refs.move(COUNTER, value, str(number))
        return number

    def add(self, version: Version) -> Version:
        """Write a record, move its branch and HEAD to it. To be called under the store's lock."""
        with self.appearing:
            version_id = self.records.write(version)
            stored = self._versions[version_id] = replace(version, id=version_id)
            self._names += len(stored.kept)
            self.set_branch(version.branch, version_id)
            self.set_head(version_id, version.branch)
        return stored

    # -- branches and tags

    def branches(self) -> dict[str, Version]:
        """Branch name -> the version it points to."""
        return self._named("heads/")

    def tags(self) -> dict[str, Version]:
        """Tag -> the version it points to."""
        return self._named("tags/")

    def _named(self, prefix: str) -> dict[str, Version]:
        found: dict[str, Version] = {}
        for name, value in self.refs.readable(prefix)[0].items():
            if prefix == "tags/" and value in self.records.forgotten.all():
                continue
            try:
                found[name.removeprefix(prefix)] = self.version(VersionId(value))
            except (UnknownVersion, Damaged):
                continue
        return found

    def set_branch(self, name: str, version: VersionId) -> None:
        """Point a branch at a version, making it if need be."""
        name = valid_name(name)
        ref = f"heads/{name}"
        for _ in range(100):
            if _moved(self.refs, ref, self.refs.get(ref), version):
                return
        raise RefMoved(f"branch '{name}' is being moved by another kernel", "try again")

    def delete_branch(self, name: str) -> None:
        """Remove a branch; its versions stay. Raises UnknownVersion, BadName for the current one."""
        name = normalized(name)
        if name == self.branch:
            raise BadName(f"'{name}' is the current branch", "switch to another one first: %mv_switch NAME")
        self._delete("heads/", name, "branch")

    def check_tags(self, names: Sequence[str]) -> None:
        """Nothing when a new version may get these tags. Raises BadName."""
        for name in names:
            valid_name(name, names)
            self._check_tag(name)

    def _check_tag(self, name: str, version: VersionId | None = None, *, move: bool = False) -> None:
        name = valid_name(name)
        ref = f"tags/{name}"
        before = self.refs.get(ref)
        if before is not None and before != version and not move:
            at = self.version(VersionId(before)).name
            raise BadName(f"tag '{name}' already points to {at}", f"move it: %mv_tag {name} VERSION --move")
        require_distinct(name, (tag.removeprefix("tags/") for tag in self.refs.all("tags/")))

    def set_tag(self, name: str, version: VersionId, *, move: bool = False) -> None:
        """Tag a version. Raises BadName when the tag points elsewhere and `move` is False."""
        self._check_tag(name, version, move=move)
        ref = f"tags/{normalized(name)}"
        self.refs.move(ref, self.refs.get(ref), version)

    def delete_tag(self, name: str) -> None:
        """Remove a tag; its version stays. Raises UnknownVersion."""
        self._delete("tags/", normalized(name), "tag")

    def _delete(self, prefix: str, name: str, what: str) -> None:
        value = self.refs.get(prefix + name)
        if value is None:
            known = ", ".join(n.removeprefix(prefix) for n in sorted(self.refs.all(prefix))) or "none"
            raise UnknownVersion(f"no {what} '{name}'", f"there is: {known}")
        self.refs.delete(prefix + name)

    def tags_by_version(self) -> dict[VersionId, tuple[str, ...]]:
        """The tags of each version that has some; nothing else is read than refs."""
        found: dict[VersionId, tuple[str, ...]] = {}
        for name, value in self.refs.readable("tags/")[0].items():
            found[VersionId(value)] = (*found.get(VersionId(value), ()), name.removeprefix("tags/"))
        return found

    def notes(self) -> dict[VersionId, str]:
        """The notes that were written in place of the versions' own."""
        found = self.refs.readable(NOTE)[0]
        return {VersionId(name.removeprefix(NOTE)): note for name, note in found.items()}

    def note(self, version: Version) -> str:
        """The note as it is now: the version's own, or what was written in its place since."""
        written = self.refs.get(f"{NOTE}{version.id}")
        return version.note if written is None else written

    def set_note(self, version: Version, note: str) -> None:
        """Write a note in place of the version's own, which stays in the record. Raises LimitExceeded."""
        ref = f"{NOTE}{version.id}"
        for _ in range(100):
            if _moved(self.refs, ref, self.refs.get(ref), note):
                return
        raise RefMoved(f"the note of {version.name} is being changed by another kernel", "try again")

    def refs_of(self, version: VersionId) -> tuple[str, ...]:
        """Tags that point to a version."""
        return tuple(n.removeprefix("tags/") for n, v in self.refs.readable("tags/")[0].items() if v == version)


def _newest_first(versions: list[Version]) -> list[Version]:
    return sorted(versions, key=lambda v: (v.number, v.id), reverse=True)


def _moved(refs: Refs, name: str, before: str | None, after: str) -> bool:
    try:
        refs.move(name, before, after)
    except RefMoved:
        return False
    return True
