"""The snapshot of a commit in the background. It fails if a value is modified before it is stored.

Small buffers are copied at once. Large ones remain live memory; their fingerprints are computed before and after each
draft is stored. If they differ, a cell modified a value meanwhile, and no version is created. A version therefore
always contains the values of the moment of the commit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError

if TYPE_CHECKING:
    from nbmodelver.codecs.graph import Draft
    from nbmodelver.repo.commit.snapshot import CommitSnapshot
    from nbmodelver.store.hashes import Print
    from nbmodelver.store.parts import PartStore

COPIED_BYTES = 1 << 20
"""Buffers up to this size are copied."""


class FrozenSnapshot:
    """A snapshot whose buffers are copies or are checked for modifications by `check`."""

    def __init__(self, snapshot: CommitSnapshot, parts: PartStore) -> None:
        """Take over a snapshot: its drafts are replaced by frozen ones."""
        self._parts = parts
        self._live: dict[int, tuple[list[memoryview], list[Print]]] = {}
        """Identity of a draft -> its live buffers (1-D uint8, owned by the values) and their fingerprints."""
        capture = snapshot.capture
        capture.groups = [self._frozen(d) for d in capture.groups]
        capture.definitions = [self._frozen(d) for d in capture.definitions]
        capture.alone = {name: self._frozen(d) for name, d in capture.alone.items()}
        self.snapshot = snapshot

    def _frozen(self, draft: Draft) -> Draft:
        frozen = replace(
            draft,
            buffers=tuple(
                replace(b, raw=memoryview(bytes(b.raw))) if len(b.raw) <= COPIED_BYTES or b.may_go else b
                for b in draft.buffers
            ),
        )
        live = [new.raw for new, old in zip(frozen.buffers, draft.buffers, strict=True) if new is old]
        self._live[id(frozen)] = live, self._parts.prints(live)
        return frozen

    def check(self, draft: Draft) -> None:
        """Raise StoreError if live memory of this draft was modified since the snapshot."""
        live, before = self._live[id(draft)]
        if self._parts.prints(live) != before:
            raise StoreError(
                f"'{', '.join(draft.names)}' was modified while it was being stored; no version was created",
                "commit again without --background, or before the cell that modifies it",
            )
