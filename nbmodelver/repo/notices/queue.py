"""The notices that wait: one file per event and channel, in the user's own state folder (folder 0700, files 0600).

A file is written when the event is, and removed when its message was accepted, so a kill loses none. The id of a
message is that of its event, so a receiver recognizes one that was sent just before a kill and is sent again.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from nbmodelver import system
from nbmodelver.repo.core.own_files import OwnFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

FOLDER = "notices"
LOCK = "lock"
SENDER = "sender"
"""The lock of the process that sends in the background. It is held while that waits, the other during one pass."""
MOST_WAIT_S = 3600.0
GIVEN_UP_S = 3 * 86400.0
MOST_WAITING = 1000


class SendFailed(Exception):
    """An attempt to send that failed. reason: a phrase without the address. is_final: trying again is pointless."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


@dataclass(frozen=True)
class Notice:
    """One message. id: of its event. kind: as in a policy. by: the pseudonym of who acted. store: the id of the store.

    where: the name of the store's folder. data: what programs read. title, text, data hold personal texts.
    """

    id: str
    kind: str
    title: str
    text: str
    at_utc: str
    by: str = ""
    store: str = ""
    where: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """A notice for one channel. queued_at, next_at: unix seconds. error: of the last attempt. given_up: for ever."""

    notice: Notice
    channel: str
    queued_at: float
    next_at: float
    tries: int = 0
    error: str = ""
    given_up: bool = False

    @property
    def key(self) -> str:
        """The name of its file, without the ending."""
        return f"{self.notice.id}.{self.channel}"

    def is_due(self, now: float) -> bool:
        """Return True if it is to be sent now. A clock that was set back does not delay it for long."""
        return not self.given_up and not (now < self.next_at <= now + MOST_WAIT_S)

    def failed(self, reason: str, now: float, *, is_final: bool = False) -> Waiting:
        """Return it after an attempt that failed: it waits 1 s, then twice as long each time, at most an hour.

        After three days, or at once if `is_final`, it is given up, and its texts are dropped.
        """
        later = replace(self, tries=self.tries + 1, error=reason, next_at=now + min(2.0**self.tries, MOST_WAIT_S))
        if is_final or now - self.queued_at >= GIVEN_UP_S:
            return replace(later, given_up=True, notice=replace(self.notice, title="", text="", data={}))
        return later


class NoticeQueue:
    """The queue of this user. Any process may add to it; one at a time sends."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(platformdirs.user_state_dir("nbmodelver")) / FOLDER

    def put(self, notice: Notice, channel: str) -> None:
        """Add a notice for a channel; one that waits already is not added again. Raises StoreError."""
        now = time.time()
        self._file(f"{notice.id}.{channel}").create(asdict(Waiting(notice, channel, now, now)))

    def all(self) -> list[Waiting]:
        """Return what waits and what was given up, oldest first. Files that cannot be read are left out."""
        try:
            names = sorted(n for n in os.listdir(self._folder) if n.endswith(".json"))[:MOST_WAITING]
        except OSError:
            return []
        found = [w for n in names if (w := _parsed(self._file(n.removesuffix(".json")).read())) is not None]
        return sorted(found, key=lambda w: (w.queued_at, w.key))

    def update(self, waiting: Waiting) -> None:
        """Write it again, unless it was removed meanwhile. Call it while `sending`. Raises StoreError."""
        file = self._file(waiting.key)
        if file.path.exists():
            file.write(asdict(waiting))

    def remove(self, waiting: Waiting) -> None:
        """Remove it: it was sent, or the user was told that it was given up."""
        with suppress(OSError):
            self._file(waiting.key).path.unlink()

    def drop(self, store: str, by: Collection[str], events: Collection[str]) -> int:
        """Remove the texts about people who are erased: what waits of this store by them, or of these events.

        Returns the number of messages. A message that is being sent at this moment may still arrive.
        """
        gone = [w for w in self.all() if (w.notice.store == store and w.notice.by in by) or w.notice.id in events]
        for waiting in gone:
            self.remove(waiting)
        for left in self._folder.glob("tmp*"):  # Of a process that was killed while it wrote.
            left.unlink(missing_ok=True)
        return len(gone)

    @contextmanager
    def sending(self, lock: str = LOCK) -> Iterator[bool]:
        """Hold the right to send for the block. Gives False, without waiting, if another process has it.

        lock: another lock of the queue. Raises OSError if the folder cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = system.port.open_folder(self._folder)
        try:
            fd = system.port.open_lock_file(folder, lock, 0o600)
        finally:
            system.port.close_folder(folder)
        try:
            is_held = system.port.lock(fd, shared=False)
            try:
                yield is_held
            finally:
                if is_held:
                    system.port.unlock(fd)
        finally:
            os.close(fd)

    def _file(self, name: str) -> OwnFile:
        return OwnFile(f"{name}.json", "a waiting notification", self._folder)


def _parsed(data: Mapping[str, Any]) -> Waiting | None:
    try:
        return Waiting(**{**data, "notice": Notice(**data["notice"])})
    except (KeyError, TypeError):
        return None
