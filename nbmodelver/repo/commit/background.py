"""A commit that goes on beside the notebook: what was taken has to hold still, or there is no version.

Small buffers are copied at once. Big ones stay the live memory that they are, with their prints; after each draft is
stored its prints are taken again, and any difference means that a cell wrote into a value meanwhile. So a version is
what the values were at the moment of the commit, or it does not come to be.
"""

from __future__ import annotations

import atexit
import concurrent.futures.thread  # noqa: F401  # what it does at the end has to be registered before ours
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.codecs.graph import Draft
    from nbmodelver.model import Version
    from nbmodelver.repo.commit.commit import Taken
    from nbmodelver.store.hashes import Print
    from nbmodelver.store.parts import PartStore

COPIED_BYTES = 1 << 20
"""Buffers up to this size are copied."""


class Still:
    """What was taken, safe from what the notebook does next; `check` finds what was written all the same."""

    def __init__(self, taken: Taken, parts: PartStore) -> None:
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


_UNDER_WAY: set[threading.Thread] = set()


def _wait_for_all() -> None:
    for thread in list(_UNDER_WAY):
        thread.join()


# Called last in, first out, before the pools of `concurrent.futures` stop taking work; `atexit` comes after that.
getattr(threading, "_register_atexit", atexit.register)(_wait_for_all)


class Pending:
    """A commit under way on a thread of its own. The interpreter does not end before it has."""

    def __init__(self, work: Callable[[], Version], told: Callable[[Version | BaseException], None]) -> None:
        """told: called on that thread at the end, with the version or with what stopped it."""
        self._version: Version | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work, told), name="nbmodelver-commit")
        _UNDER_WAY.add(self._thread)
        self._thread.start()

    def _run(self, work: Callable[[], Version], told: Callable[[Version | BaseException], None]) -> None:
        try:
            self._version = work()
        except BaseException as error:  # It is raised where somebody waits for it.
            self._error = error
        _UNDER_WAY.discard(threading.current_thread())
        told(self._version or self._error or RuntimeError())

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
