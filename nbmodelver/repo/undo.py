"""Undo and redo: a short journal of where the notebook jumped, kept in a ref, so it survives restarts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbmodelver.errors import RefMoved
from nbmodelver.model import VersionId
from nbmodelver.repo.history import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.store.refs import Refs

MAX_JUMPS = 100


@dataclass(frozen=True)
class Jump:
    """One rollback: the version saved or standing before it, and the one it went to.

    came: names that appeared and that neither of both accounts for, as when only missing ones were brought back.
    """

    before: VersionId
    after: VersionId
    came: tuple[str, ...] = ()


@dataclass(frozen=True)
class Journal:
    """Jumps in order; those from `at` on have been undone."""

    jumps: tuple[Jump, ...] = ()
    at: int = 0

    def jumped(self, before: VersionId, after: VersionId, came: Sequence[str] = ()) -> Journal:
        """After a new jump; what had been undone can no longer be redone."""
        jumps = (*self.jumps[: self.at], Jump(before, after, tuple(came)))[-MAX_JUMPS:]
        return Journal(jumps, len(jumps))

    @property
    def undo(self) -> Jump | None:
        """The jump that undo takes back."""
        return self.jumps[self.at - 1] if self.at else None

    @property
    def redo(self) -> Jump | None:
        """The jump that redo does again."""
        return self.jumps[self.at] if self.at < len(self.jumps) else None

    def undone(self, now: VersionId) -> Journal:
        """After undo from `now`, the state that redo comes back to."""
        jumps = list(self.jumps)
        jumps[self.at - 1] = replace(jumps[self.at - 1], after=now)
        return Journal(tuple(jumps), self.at - 1)

    def redone(self, now: VersionId) -> Journal:
        """After redo from `now`, the state that undo comes back to."""
        jumps = list(self.jumps)
        jumps[self.at] = replace(jumps[self.at], before=now)
        return Journal(tuple(jumps), self.at + 1)


@dataclass
class Journals:
    """The journal of one notebook in a store, read and written whole.

    notebook: its path as the store sees it; "" for all kernels that do not know theirs. One for the whole store would
    let an undo in one notebook bring the variables of another.
    """

    refs: Refs
    notebook: str = ""
    _last: str | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The name of its ref."""
        return f"undo/{key_of(self.notebook) if self.notebook else 'main'}"

    def read(self) -> Journal:
        """The journal; empty when there is none or it cannot be read (it only loses convenience)."""
        self._last = self.refs.get(self.key)
        if self._last is None:
            return Journal()
        try:
            data = json.loads(self._last)
            jumps = tuple(Jump(VersionId(b), VersionId(a), tuple(map(str, came))) for b, a, *came in data["jumps"])
            return Journal(jumps, min(max(int(data["at"]), 0), len(jumps)))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return Journal()

    def update(self, change: Callable[[Journal], Journal]) -> None:
        """Read, change and write it, again when another kernel that shares it was quicker.

        What it tells of has happened by now: it must not fail because of somebody else.
        """
        for tries_left in reversed(range(100)):
            try:
                self.write(change(self.read()))
                break
            except RefMoved:
                if not tries_left:
                    raise

    def write(self, journal: Journal) -> None:
        """Replace the journal that was read last. Raises RefMoved when it is another one by now."""
        value = json.dumps({"jumps": [[j.before, j.after, *j.came] for j in journal.jumps], "at": journal.at})
        self.refs.move(self.key, self._last, value)
        self._last = value
