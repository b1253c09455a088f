"""Undo and redo: a short journal of where the notebook jumped, kept in a ref, so it survives restarts."""

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
    """One rollback: the version saved or standing before it, and the one it went to.

    came: names that appeared and that neither of both accounts for, as when only missing ones were brought back.
    token: leads to the objects in `UndoMemory`; "" in journals of nbmodelver 0.1.0.
    """

    before: VersionId
    after: VersionId
    came: tuple[str, ...] = ()
    token: str = ""


Side = Literal["before", "after"]


@dataclass(frozen=True)
class Replaced:
    """What a jump took out of the notebook.

    objects: by name. unsaved: those of them that no version holds. size_bytes: of the others. session: the state of the
    session before, see codecs/session.py.
    """

    objects: Mapping[str, Any] = field(default_factory=dict)
    unsaved: frozenset[str] = frozenset()
    size_bytes: int = 0
    session: dict[str, Any] | None = None


NOTHING = Replaced()


class UndoMemory:
    """The objects that jumps took out of the notebook, for undo and redo, as long as the kernel runs.

    An object that comes back itself is still the one that other variables hold, and a value that cannot be saved can
    come back in no other way. Objects that a version holds too are let go, oldest first, above `most_bytes`; the others
    stay for the last 20 jumps.
    """

    MOST_JUMPS = 20

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Side], Replaced] = {}

    def keep(
        self, token: str, side: Side, replaced: Replaced, *, most_bytes: int, known: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Remember what was replaced on one side of a jump. Returns unsaved names that are let go for it.

        known: tokens of the journal; what no jump in it leads to any more goes first.
        """
        self._kept.pop((token, side), None)
        self._kept[token, side] = replaced
        stale = [key for key in self._kept if known and key[0] not in known]
        gone = [name for key in stale for name in sorted(self._kept.pop(key).unsaved)]
        while len(self._kept) > self.MOST_JUMPS:
            gone += sorted(self._kept.pop(next(iter(self._kept))).unsaved)
        left = most_bytes
        for key in reversed(list(self._kept)):
            left -= self._kept[key].size_bytes
            if left < 0:
                self._kept[key] = _only_unsaved(self._kept[key])
        return tuple(gone)

    def take(self, token: str, side: Side) -> Replaced:
        """What was replaced on this side of a jump; empty when that is not known here."""
        return self._kept.get((token, side), NOTHING) if token else NOTHING

    def move(self, token: str, side: Side, to: tuple[str, Side]) -> None:
        """Know what was replaced on one side of a jump by another one: the journal took it for a jump of its own."""
        self._kept[to] = self._kept.pop((token, side), NOTHING)

    def forget(self, token: str, side: Side) -> None:
        """Let go of the objects: they are in the notebook again."""
        self._kept.pop((token, side), None)


def _only_unsaved(replaced: Replaced) -> Replaced:
    objects = {n: v for n, v in replaced.objects.items() if n in replaced.unsaved}
    return replace(replaced, objects=objects, size_bytes=0)


def new_token() -> str:
    """A token for a jump: 16 hexadecimal digits."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class UndoHistory:
    """Jumps in order; those from `at` on have been undone."""

    jumps: tuple[Jump, ...] = ()
    at: int = 0

    def jumped(self, before: VersionId, after: VersionId, came: Sequence[str] = (), token: str = "") -> UndoHistory:
        """After a new jump; what had been undone can no longer be redone."""
        jumps = (*self.jumps[: self.at], Jump(before, after, tuple(came), token))[-MAX_JUMPS:]
        return UndoHistory(jumps, len(jumps))

    @property
    def undo(self) -> Jump | None:
        """The jump that undo takes back."""
        return self.jumps[self.at - 1] if self.at else None

    @property
    def redo(self) -> Jump | None:
        """The jump that redo does again."""
        return self.jumps[self.at] if self.at < len(self.jumps) else None

    def undone(self, now: VersionId) -> UndoHistory:
        """After undo from `now`, the state that redo comes back to."""
        jumps = list(self.jumps)
        jumps[self.at - 1] = replace(jumps[self.at - 1], after=now)
        return UndoHistory(tuple(jumps), self.at - 1)

    def redone(self, now: VersionId) -> UndoHistory:
        """After redo from `now`, the state that undo comes back to."""
        jumps = list(self.jumps)
        jumps[self.at] = replace(jumps[self.at], before=now)
        return UndoHistory(tuple(jumps), self.at + 1)


@dataclass
class UndoHistories:
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

    def read(self) -> UndoHistory:
        """The journal; empty when there is none or it cannot be read (it only loses convenience)."""
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

    def write(self, journal: UndoHistory) -> None:
        """Replace the journal that was read last. Raises RefMoved when it is another one by now."""
        jumps = [[j.before, j.after, *j.came] for j in journal.jumps]
        value = json.dumps({"jumps": jumps, "at": journal.at, "tokens": [j.token for j in journal.jumps]})
        self.refs.move(self.key, self._last, value)
        self._last = value
