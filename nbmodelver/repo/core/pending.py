"""A commit on a thread of its own. The interpreter does not end before it has."""

from __future__ import annotations

import atexit
import concurrent.futures.thread  # noqa: F401  # What it registers for the end has to come before ours.
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Version

_UNDER_WAY: set[threading.Thread] = set()


def _wait_for_all() -> None:
    for thread in list(_UNDER_WAY):
        thread.join()


# Called last in, first out, before the pools of `concurrent.futures` stop taking work; `atexit` comes after that.
getattr(threading, "_register_atexit", atexit.register)(_wait_for_all)


class Pending:
    """A commit under way on a thread of its own. The interpreter does not end before it has."""

    def __init__(self, work: Callable[[], Version], on_done: Callable[[Version | BaseException], None]) -> None:
        """on_done: called on that thread at the end, with the version or with what stopped it."""
        self._version: Version | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work, on_done), name="nbmodelver-commit")
        _UNDER_WAY.add(self._thread)
        self._thread.start()

    def _run(self, work: Callable[[], Version], on_done: Callable[[Version | BaseException], None]) -> None:
        try:
            self._version = work()
        except BaseException as error:  # It is raised where somebody waits for it.
            self._error = error
        _UNDER_WAY.discard(threading.current_thread())
        on_done(self._version or self._error or RuntimeError())

    def __repr__(self) -> str:
        state = "under way" if self._thread.is_alive() else f"failed: {self._error}" if self._error else "done"
        return f"<commit in the background, {state}>"

    @property
    def done(self) -> bool:
        """Whether it has ended, either way."""
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Until it has ended, either way."""
        if self._thread is not threading.current_thread():
            self._thread.join()

    def result(self) -> Version:
        """The version, when it is durable. Raises what stopped the commit: StoreError for a value that was written."""
        self.wait()
        if self._error is not None:
            raise self._error
        assert self._version is not None
        return self._version
