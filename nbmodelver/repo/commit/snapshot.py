"""The snapshot of a commit, read from the live values, and the writer that stores it in a pack."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.model import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.codecs.graph import Capture, Draft
    from nbmodelver.model import ObjectId, Version, VersionId
    from nbmodelver.repo.commit.input_files import InputFiles
    from nbmodelver.repo.core.group_store import GroupStore
    from nbmodelver.store.writing import PackWriter


@dataclass(frozen=True)
class CommitSnapshot:
    """Everything that a commit read from the live values.

    version: the record without number, parents and digests. capture: the drafts; their buffers are live memory (1-D
    uint8, not to be written, owned by the values). inputs: the files that cells read. cells, environment, notebook,
    probe: documents as JSON bytes.
    """

    version: Version
    capture: Capture
    cells: bytes | None
    environment: bytes
    notebook: bytes | None
    probe: bytes | None
    session: Draft | None
    inputs: InputFiles
    tags: Sequence[str]
    only_if_changed: bool
    merged: VersionId | None

    def stored(self, writer: SnapshotWriter) -> Version:
        """Write the drafts and documents to the pack and return the version with their ids. Raises StoreError."""
        groups = tuple(writer.put(d) for d in self.capture.groups)
        definitions = tuple(writer.put_definition(d) for d in self.capture.definitions)
        kept = self.version.kept
        digests = {n: writer.digest(n, d, groups[kept[n].group]) for n, d in self.capture.alone.items() if n in kept}
        stored = {
            name: replace(
                entry,
                digest=digests.get(name) or writer.digest_within(name, groups[entry.group]),
                size_bytes=entry.size_bytes if name in self.capture.alone else groups[entry.group].size_bytes,
            )
            for name, entry in kept.items()
        }
        return replace(
            self.version,
            kept=stored,
            groups=groups,
            definitions=definitions,
            cells=writer.put_document(self.cells, "cells"),
            environment=writer.put_document(self.environment, "environment"),
            notebook=writer.put_document(self.notebook, "notebook"),
            probe=writer.put_document(self.probe, "probe"),
            session=writer.put_session(self.session),
            inputs=self.inputs.stored(writer.pack, writer.parent),
            raw_bytes=sum(g.size_bytes for g in groups),
        )


class SnapshotWriter:
    """Writes drafts and documents to one pack, with those of the same name in the parent version as delta bases.

    check: called with each draft after it is stored; raises StoreError if its memory was modified.
    """

    def __init__(
        self, group_store: GroupStore, pack: PackWriter, parent: Version | None, check: Callable[[Draft], None]
    ) -> None:
        self.group_store = group_store
        self.pack = pack
        self.parent = parent
        self.check = check
        self._groups = {n: g for g in parent.groups for n in g.names} if parent else {}
        self._definitions = {n: g for g in parent.definitions for n in g.names} if parent else {}

    def put(self, draft: Draft) -> Group:
        """Store the draft of a group of names."""
        return self._put(draft, next((self._groups[n] for n in draft.names if n in self._groups), None))

    def put_definition(self, draft: Draft) -> Group:
        """Store the draft of a class or function of the notebook."""
        return self._put(draft, self._definitions.get(draft.names[0]))

    def _put(self, draft: Draft, near: Group | None) -> Group:
        group = self.group_store.put(self.pack, draft, near)
        self.check(draft)
        return group

    def digest(self, name: str, draft: Draft, group: Group) -> ObjectId:
        """Return the content id of one name of a larger group, that of the parent if the whole group is unchanged.

        draft: the name encoded alone. group: its stored group.
        """
        old = self.parent.kept.get(name) if self.parent else None
        before = self._groups.get(name)
        if old is not None and before is not None and before.recipe == group.recipe and before.names == group.names:
            return old.digest
        digest = self.group_store.original(self.group_store.identify(draft).recipe, old.digest if old else None)
        self.check(draft)
        return digest

    def digest_within(self, name: str, group: Group) -> ObjectId:
        """Return the content id of a name that was not encoded alone. It changes whenever the group changes."""
        if len(group.names) == 1:
            return group.recipe
        return self.group_store.parts.identify([memoryview(f"{group.recipe} {name}".encode())])[0]

    def put_document(self, data: bytes | None, near: str) -> ObjectId | None:
        """Store a document and return its id, None without a document. near: the field of `Version` to use as base."""
        if data is None:
            return None
        old: ObjectId | None = getattr(self.parent, near, None) if self.parent else None
        return self.pack.put(data, near=old, layout="text")

    def put_session(self, draft: Draft | None) -> ObjectId | None:
        """Store the draft of the session state and return the id of its recipe, None without a draft."""
        if draft is None:
            return None
        near = self.parent.session if self.parent else None
        return self.group_store.put(self.pack, draft, Group(("session",), near, 0) if near else None).recipe
