"""Undo and redo: a short history of the rollbacks of a notebook. It is stored in a ref and survives restarts."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from nbmodelver.errors import RefMoved
from nbmodelver.model import VersionId
from nbmodelver.repo.core.head import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nbmodelver.store.refs import Refs

MAX_JUMPS = 100


@dataclass(frozen=True)
class Jump:
    """One rollback. before: the version of HEAD, or the one saved before the rollback. after: the target.

    came: names that the rollback added and that neither version accounts for, such as with `only_missing`. Undo removes
    them. token: the key of the objects in `UndoMemory`; "" in stores of nbmodelver 0.1.0.
    """

    before: VersionId
    after: VersionId
    came: tuple[str, ...] = ()
    token: str = ""


Side = Literal["before", "after"]


@dataclass(frozen=True)
class Replaced:
    """The state that a jump removed from the notebook.

    objects: name -> object. unsaved: the names of objects that no version contains. size_bytes: the size of the others.
    session: the session state before the jump, see codecs/session.py; None if it was not changed.
    """

    objects: Mapping[str, Any] = field(default_factory=dict)
    unsaved: frozenset[str] = frozenset()
    size_bytes: int = 0
    session: dict[str, Any] | None = None


NOTHING = Replaced()


class UndoMemory:
    """The objects that jumps removed from the notebook, for undo and redo while the kernel runs.

    Binding the same object again preserves references from other variables, and it is the only way to restore a value
    that cannot be stored. Objects that a version contains are dropped, oldest first, if they exceed `most_bytes`. All
    others are kept for the last 20 jumps.
    """

    MOST_JUMPS = 20

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Side], Replaced] = {}

    def keep(
        self, token: str, side: Side, replaced: Replaced, *, most_bytes: int, known: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Keep the objects that were replaced on one side of a jump. Returns the unsaved names that are dropped for it.

        known: the tokens of the undo history. Objects of other tokens are dropped first; () drops none of them.
        """
        self._kept.pop((token, side), None)
        self._kept[token, side] = replaced
        stale = [key for key in self._kept if known and key[0] not in known]
        dropped = [name for key in stale for name in sorted(self._kept.pop(key).unsaved)]
        while len(self._kept) > self.MOST_JUMPS:
            dropped += sorted(self._kept.pop(next(iter(self._kept))).unsaved)
        left = most_bytes
        for key in reversed(list(self._kept)):
            left -= self._kept[key].size_bytes
            if left < 0:
                self._kept[key] = _only_unsaved(self._kept[key])
        return tuple(dropped)

    def take(self, token: str, side: Side) -> Replaced:
        """Return the objects that were replaced on one side of a jump; empty if this kernel does not have them."""
        return self._kept.get((token, side), NOTHING) if token else NOTHING

    def move(self, token: str, side: Side, to: tuple[str, Side]) -> None:
        """Move the objects of one side of a jump to another key, because the undo history recorded it as a new jump."""
        self._kept[to] = self._kept.pop((token, side), NOTHING)

    def forget(self, token: str, side: Side) -> None:
        """Drop the objects, because they are bound in the notebook again."""
        self._kept.pop((token, side), None)


def _only_unsaved(replaced: Replaced) -> Replaced:
    objects = {n: v for n, v in replaced.objects.items() if n in replaced.unsaved}
    return replace(replaced, objects=objects, size_bytes=0)


def new_token() -> str:
    """Return a random token for a jump: 16 hexadecimal digits."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class UndoHistory:
    """Jumps in order of time. Those from index `at` on were undone."""

    jumps: tuple[Jump, ...] = ()
    at: int = 0

    def jumped(self, before: VersionId, after: VersionId, came: Sequence[str] = (), token: str = "") -> UndoHistory:
        """Return the history after a new jump. Jumps that were undone can no longer be redone."""
        jumps = (*self.jumps[: self.at], Jump(before, after, tuple(came), token))[-MAX_JUMPS:]
        return UndoHistory(jumps, len(jumps))

    @property
    def undo(self) -> Jump | None:
        """The jump that undo reverts, or None."""
        return self.jumps[self.at - 1] if self.at else None

    @property
    def redo(self) -> Jump | None:
        """The jump that redo repeats, or None."""
        return self.jumps[self.at] if self.at < len(self.jumps) else None

    def undone(self, now: VersionId) -> UndoHistory:
        """Return the history after an undo. now: the version before the undo, to which redo returns."""
        jumps = list(self.jumps)
        jumps[self.at - 1] = replace(jumps[self.at - 1], after=now)
        return UndoHistory(tuple(jumps), self.at - 1)

    def redone(self, now: VersionId) -> UndoHistory:
        """Return the history after a redo. now: the version before the redo, to which undo returns."""
        jumps = list(self.jumps)
        jumps[self.at] = replace(jumps[self.at], before=now)
        return UndoHistory(tuple(jumps), self.at + 1)


@dataclass
class UndoHistories:
    """Reads and writes the undo history of one notebook, as a whole.

    notebook: its path relative to the store; "" for all kernels with an unknown path. With one history for the whole
    store, an undo in one notebook would restore the variables of another.
    """

    refs: Refs
    notebook: str = ""
    _last: str | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The name of the ref."""
        return f"undo/{key_of(self.notebook) if self.notebook else 'main'}"

    def read(self) -> UndoHistory:
        """Return the history; empty if there is none or if it is unreadable, because only undo depends on it."""
        self._last = self.refs.get(self.key)
        if self._last is None:
            return UndoHistory()
        try:
            data = json.loads(self._last)
            tokens = [*map(str, data.get("tokens", ())), *([""] * len(data["jumps"]))]
            jumps = tuple(
                Jump(VersionId(b), VersionId(a), tuple(map(str, came)), token)
                for (b, a, *came), token in zip(data["jumps"], tokens, strict=False)
            )
            return UndoHistory(jumps, min(max(int(data["at"]), 0), len(jumps)))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return UndoHistory()

    def update(self, change: Callable[[UndoHistory], UndoHistory]) -> None:
        """Read the history, apply `change` and write it. Repeats this if another kernel wrote it meanwhile.

        The rollback has already happened, so a conflict with another kernel must not make it fail. Raises RefMoved only
        after 100 conflicts, StoreReadOnly, StoreFull.
        """
        for tries_left in reversed(range(100)):
            try:
                self.write(change(self.read()))
                break
            except RefMoved:
                if not tries_left:
                    raise

    def write(self, history: UndoHistory) -> None:
        """Replace the history that was read last. Raises RefMoved if another kernel changed it since."""
        jumps = [[j.before, j.after, *j.came] for j in history.jumps]
        value = json.dumps({"jumps": jumps, "at": history.at, "tokens": [j.token for j in history.jumps]})
        self.refs.move(self.key, self._last, value)
        self._last = value
