"""The connection of an open panel, and its requests: replies, progress and cancellation."""

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
    """The connection to an open panel. send: sends a JSON message, from any thread; its errors are logged."""

    send: Callable[[dict[str, Any]], None]
    open_requests: dict[int, Request] = field(default_factory=dict)

    def try_send(self, message: dict[str, Any]) -> None:
        """Send a message. Errors are logged, because the panel may have been closed."""
        try:
            self.send(clean(message))
        except Exception:
            log.warning("a message could not be sent to a panel", exc_info=True)


@dataclass(eq=False)
class Request:
    """One request until it is answered. It is also a `Progress` callback: it sends progress and may stop the work."""

    connection: Connection
    id: int
    method: str
    what: str
    task: Task | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    began_s: float = field(default_factory=time.monotonic)
    reported_s: float = 0.0
    answered: bool = False
    serial: int = field(default_factory=itertools.count(1).__next__)
    _ending: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, done: int, total: int, what: str) -> None:
        """Send progress, at most every PROGRESS_EVERY_S. Raises KeyboardInterrupt if the request was cancelled."""
        if self.stopped.is_set():
            raise KeyboardInterrupt
        now = time.monotonic()
        if now - self.began_s >= PROGRESS_AFTER_S and now - self.reported_s >= PROGRESS_EVERY_S and not self.answered:
            self.reported_s = now
            self.connection.try_send({"id": self.id, "progress": {"done": done, "total": total, "what": what}})

    def answer(self, result: Any) -> None:
        """Send the result."""
        self._end({"id": self.id, "result": result})

    def fail(self, error: BaseException) -> None:
        """Send an error. Errors that are not of nbmodelver are logged as well."""
        if isinstance(error, KeyboardInterrupt):
            error = Cancelled("stopped; nothing was changed")
        if isinstance(error, NbmodelverError):
            self._end({"id": self.id, "error": failure(error)})
            return
        log.error("%s failed", self.method, exc_info=error)
        text = f"{type(error).__name__}: {error}"[:500]
        self._end({"id": self.id, "error": {"code": "Unexpected", "message": text, "hint": ""}})

    def _end(self, message: dict[str, Any]) -> None:
        with self._ending:
            if self.answered:
                return
            self.answered = True
        if self.connection.open_requests.get(self.id) is self:
            del self.connection.open_requests[self.id]
        self.connection.try_send(message)
