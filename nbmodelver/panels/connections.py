"""One open panel, and one request of it: what is sent back, and when it stops."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Cancelled, NbmodelverError
from nbmodelver.panels.entries import clean, failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.panels.mutation_queue import Task

PROGRESS_AFTER_S = 0.15
PROGRESS_EVERY_S = 0.1
log = logging.getLogger("nbmodelver")


@dataclass(eq=False)
class Connection:
    """An open panel. send: takes a JSON message to it, from any thread; what it raises is logged."""

    send: Callable[[dict[str, Any]], None]
    open_requests: dict[int, Request] = field(default_factory=dict)

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message; a panel that is gone is not the kernel's problem."""
        try:
            self.send(clean(message))
        except Exception:
            log.warning("a panel could not be told", exc_info=True)


@dataclass(eq=False)
class Request:
    """One request until it is answered. Also a `Progress`: told how far the work is, it says so and may stop it."""

    line: Connection
    id: int
    method: str
    what: str
    turn: Task | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    began_s: float = field(default_factory=time.monotonic)
    told_s: float = 0.0
    answered: bool = False
    serial: int = field(default_factory=itertools.count(1).__next__)
    _ending: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, done: int, total: int, what: str) -> None:
        """Say how far it is, not too often. Raises KeyboardInterrupt when it is to stop."""
        if self.stopped.is_set():
            raise KeyboardInterrupt
        now = time.monotonic()
        if now - self.began_s >= PROGRESS_AFTER_S and now - self.told_s >= PROGRESS_EVERY_S and not self.answered:
            self.told_s = now
            self.line.tell({"id": self.id, "progress": {"done": done, "total": total, "what": what}})

    def answer(self, result: Any) -> None:
        """End it well."""
        self._end({"id": self.id, "result": result})

    def fail(self, error: BaseException) -> None:
        """End it with what went wrong; what is no error of ours is logged as well."""
        if isinstance(error, KeyboardInterrupt):
            error = Cancelled("stopped; nothing was changed")
        if isinstance(error, NbmodelverError):
            self._end({"id": self.id, "error": failure(error)})
            return
        log.error("%s failed", self.method, exc_info=error)
        said = f"{type(error).__name__}: {error}"[:500]
        self._end({"id": self.id, "error": {"code": "Unexpected", "message": said, "hint": ""}})

    def _end(self, message: dict[str, Any]) -> None:
        with self._ending:
            if self.answered:
                return
            self.answered = True
        if self.line.open_requests.get(self.id) is self:
            del self.line.open_requests[self.id]
        self.line.tell(message)
