"""Runs scratch code in a child process, one run after the other. A child that ends or hangs is replaced."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from nbmodelver.actions.line_process import LineProcess, answering
from nbmodelver.repo.inspect.causes import scratch
from nbmodelver.repo.inspect.causes.scratch import ScratchResult, ScratchRun

if TYPE_CHECKING:
    from nbmodelver.repo.core.open_store import LoadingStore

LIMIT_S = 600.0
"""Time limit of one run."""


class ScratchProcess:
    """Runs scratch code in a child process. Use it in a `with` block, which ends the child.

    limit_s: of one run; a child that takes longer is killed.
    """

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._child: LineProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def __call__(self, store: LoadingStore, wanted: ScratchRun) -> ScratchResult:
        """Run code. The caller has checked that the versions are trusted. Raises UsageError for a store in memory."""
        if self._child is None or self._child.has_ended:
            self.end()
            self._child = LineProcess(__name__, store)
        try:
            self._child.send(asdict(wanted))
            found = self._child.receive(self._limit_s)
        except TimeoutError:
            self.end()
            return ScratchResult(error=f"it took more than {self._limit_s:g} s", failed="ended")
        except BaseException:
            self.end()
            raise
        if found is None:
            return ScratchResult(
                error=f"it ended the process (exit status {self._child.exit_status()})", failed="ended"
            )
        return ScratchResult(**{**found, "differences": tuple(found["differences"])})

    def end(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _serve(root: str) -> None:
    """Answer the requests of the parent until it closes its end."""
    from nbmodelver.repo import open_repo

    send = answering()
    store = open_repo(root, trusted=True)  # The parent has checked the versions.
    for line in sys.stdin:
        send(asdict(scratch.run(store, _request(json.loads(line)))))


def _request(found: dict[str, Any]) -> ScratchRun:
    loads = tuple((version, tuple(names)) for version, names in found["loads"])
    code = {key: tuple(found[key]) for key in ("definitions", "statements")}
    return ScratchRun(**{**found, **code, "loads": loads})


if __name__ == "__main__":
    _serve(sys.argv[1])
