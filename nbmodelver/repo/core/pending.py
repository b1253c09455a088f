"""A commit on a thread of its own. The interpreter waits for it before it exits."""

from __future__ import annotations

import atexit
import concurrent.futures.thread  # noqa: F401  # Its exit function must be registered before ours.
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Version

_UNDER_WAY: set[threading.Thread] = set()


def _wait_for_all() -> None:
    for thread in list(_UNDER_WAY):
        thread.join()


# Exit functions run in reverse order. Ours runs before `concurrent.futures` rejects work; `atexit` would be too late.
getattr(threading, "_register_atexit", atexit.register)(_wait_for_all)


class Pending:
    """A commit that runs on a thread of its own. The interpreter waits for it before it exits."""

    def __init__(self, work: Callable[[], Version], on_done: Callable[[Version | BaseException], None]) -> None:
        """Start the thread. on_done: called on it at the end, with the version or with the error."""
        self._version: Version | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work, on_done), name="nbmodelver-commit")
        _UNDER_WAY.add(self._thread)
        self._thread.start()

    def _run(self, work: Callable[[], Version], on_done: Callable[[Version | BaseException], None]) -> None:
        try:
            self._version = work()
        except BaseException as error:  # `result` raises it.
            self._error = error
        _UNDER_WAY.discard(threading.current_thread())
        on_done(self._version or self._error or RuntimeError())

    def __repr__(self) -> str:
        state = "under way" if self._thread.is_alive() else f"failed: {self._error}" if self._error else "done"
        return f"<commit in the background, {state}>"

    @property
    def done(self) -> bool:
        """True if the commit has ended, with or without an error."""
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Wait until the commit has ended, with or without an error. Returns at once on the thread of the commit."""
        if self._thread is not threading.current_thread():
            self._thread.join()

    def result(self) -> Version:
        """Wait for the version and return it. Raises the error of the commit: StoreError for a modified value."""
        self.wait()
        if self._error is not None:
            raise self._error
        assert self._version is not None
        return self._version
