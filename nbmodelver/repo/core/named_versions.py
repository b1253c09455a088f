"""The names of versions in one store: branches, tags and notes. All of them are refs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from nbmodelver.errors import BadName, Damaged, RefMoved, UnknownVersion
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.repo.core.ref_states import RefState
from nbmodelver.store.ref_names import normalized, require_distinct, valid_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.catalogue.records import Records
    from nbmodelver.repo.core.moves import Moves
    from nbmodelver.store.refs import Refs

NOTE = "note/"
TRACKED = "tracked/"


class NamedVersions(ABC):
    """Branches, tags and notes. `History` adds the versions themselves and HEAD."""

    records: Records
    refs: Refs
    _moves: Moves | None

    @property
    @abstractmethod
    def branch(self) -> str:
        """The branch that the next commit extends."""

    @abstractmethod
    def version(self, version_id: VersionId) -> Version:
        """Return the version with this id or its replacement. Raises UnknownVersion, Damaged."""

    def branches(self) -> dict[str, Version]:
        """Return branch -> version. Branches with an unreadable version are omitted."""
        return self._named("heads/")

    def tags(self) -> dict[str, Version]:
        """Return tag -> version. Tags of forgotten or unreadable versions are omitted."""
        return self._named("tags/")

    def tracked(self) -> dict[str, Version]:
        """Return "REMOTE/BRANCH" -> version, as remotes were last seen. Those that were not fetched are omitted."""
        return self._named(TRACKED)

    def _named(self, prefix: str) -> dict[str, Version]:
        versions: dict[str, Version] = {}
        for name, value in self.refs.readable(prefix)[0].items():
            if prefix == "tags/" and value in self.records.forgotten.all():
                continue
            try:
                versions[name.removeprefix(prefix)] = self.version(VersionId(value))
            except (UnknownVersion, Damaged):
                continue
        return versions

    def set_branch(self, name: str, version: VersionId) -> None:
        """Point a branch at a version; create the branch if it is missing. Raises BadName, RefMoved, StoreError."""
        name = valid_name(name)
        ref = f"heads/{name}"
        for _ in range(100):
            if has_moved(self.refs, ref, self.refs.get(ref), version):
                return
        raise RefMoved(f"branch '{name}' is being moved by another kernel", "try again")

    def create_branch(self, name: str, version: VersionId) -> None:
        """Create a branch at a version. Raises BadName, RefMoved if it exists, StoreError."""
        self._move("branch", f"heads/{valid_name(name)}", None, version)

    def delete_branch(self, name: str) -> None:
        """Delete a branch but not its versions. Raises UnknownVersion if it is missing, BadName for the current one."""
        name = normalized(name)
        if name == self.branch:
            raise BadName(f"'{name}' is the current branch", "switch to another branch first: %mv_switch NAME")
        self._delete("heads/", name, "branch")

    def check_tags(self, names: Sequence[str]) -> None:
        """Raise BadName unless a new version may get these tags."""
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
        """Tag a version. Raises BadName if the tag points to another version and `move` is False, StoreError."""
        self._check_tag(name, version, move=move)
        ref = f"tags/{normalized(name)}"
        before = self.refs.get(ref)
        if before != version:
            self._move("tag", ref, before, version)

    def delete_tag(self, name: str) -> None:
        """Delete a tag but not its version. Raises UnknownVersion if the tag is missing."""
        self._delete("tags/", normalized(name), "tag")

    def _delete(self, prefix: str, name: str, what: str) -> None:
        value = self.refs.get(prefix + name)
        if value is None:
            known = ", ".join(n.removeprefix(prefix) for n in sorted(self.refs.all(prefix))) or "none"
            raise UnknownVersion(f"no {what} '{name}'", f"choose one of: {known}")
        self._move(what, prefix + name, value, None)

    def _move(self, what: str, ref: str, before: str | None, after: str | None) -> None:
        """Move a branch or tag together with its event. A store of an older format has no events."""
        self.move_all(EventDraft(what, ref), [(ref, before, after)])

    def move_all(self, draft: EventDraft, moves: Sequence[tuple[str, str | None, str | None]]) -> None:
        """Move several branches and tags with one event. moves: ref, its value before, and after; None: none.

        Raises RefMoved if one has another value, StoreError.
        """
        if self._moves is not None and self._moves.has_events:
            wanted = [Wanted(ref, None if b is None else RefState(b), after) for ref, b, after in moves]
            self._moves.run(draft, wanted)
            return
        for ref, before, after in moves:
            if after is not None:
                self.refs.move(ref, before, after)
            elif before is not None:
                self.refs.delete(ref, before)

    def tags_by_version(self) -> dict[VersionId, tuple[str, ...]]:
        """Return the tags of each tagged version. Reads only refs."""
        tags: dict[VersionId, tuple[str, ...]] = {}
        for name, value in self.refs.readable("tags/")[0].items():
            tags[VersionId(value)] = (*tags.get(VersionId(value), ()), name.removeprefix("tags/"))
        return tags

    def notes(self) -> dict[VersionId, str]:
        """Return the notes that were edited after the commit, by version."""
        edited = self.refs.readable(NOTE)[0]
        return {VersionId(name.removeprefix(NOTE)): note for name, note in edited.items()}

    def note(self, version: Version) -> str:
        """Return the current note of a version: the edited one, else the one of the commit."""
        edited = self.refs.get(f"{NOTE}{version.id}")
        return version.note if edited is None else edited

    def set_note(self, version: Version, note: str) -> None:
        """Replace the note of a version. The record keeps the original. Raises LimitExceeded, RefMoved, StoreError."""
        ref = f"{NOTE}{version.id}"
        for _ in range(100):
            if has_moved(self.refs, ref, self.refs.get(ref), note):
                return
        raise RefMoved(f"the note of {version.name} is being changed by another kernel", "try again")

    def refs_of(self, version: VersionId) -> tuple[str, ...]:
        """Return the tags of a version."""
        return tuple(n.removeprefix("tags/") for n, v in self.refs.readable("tags/")[0].items() if v == version)


def has_moved(refs: Refs, name: str, before: str | None, after: str) -> bool:
    """Move a ref. Returns False if its value is no longer `before`."""
    try:
        refs.move(name, before, after)
    except RefMoved:
        return False
    return True
