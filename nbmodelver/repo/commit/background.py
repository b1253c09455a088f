"""A commit that goes on beside the notebook: what was taken has to hold still, or there is no version.

Small buffers are copied at once. Big ones stay the live memory that they are, with their prints; after each draft is
stored its prints are taken again, and any difference means that a cell wrote into a value meanwhile. So a version is
what the values were at the moment of the commit, or it is not created.
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
    """What was taken, safe from what the notebook does next; `check` finds what was written all the same."""

    def __init__(self, taken: CommitSnapshot, parts: PartStore) -> None:
        self._parts = parts
        self._live: dict[int, tuple[list[memoryview], list[Print]]] = {}
        capture = taken.capture
        capture.groups = [self._frozen(d) for d in capture.groups]
        capture.definitions = [self._frozen(d) for d in capture.definitions]
        capture.alone = {name: self._frozen(d) for name, d in capture.alone.items()}
        self.taken = taken

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
        """Raises StoreError when memory of this draft is not what it was."""
        live, before = self._live[id(draft)]
        if self._parts.prints(live) != before:
            raise StoreError(
                f"'{', '.join(draft.names)}' was written while it was being stored; there is no version of it",
                "commit again, without --background, or before the cell that writes it",
            )
