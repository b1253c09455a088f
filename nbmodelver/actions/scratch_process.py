"""Runs scratch code in a child process, so that a crash, a hang or a change of a module cannot reach the notebook.

The child is a new Python with the same `sys.path` and working directory. It serves one run after the other, each a line
of JSON. A child that ends or takes too long is replaced for the next run.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from nbmodelver.errors import UsageError
from nbmodelver.repo.inspect.causes import scratch
from nbmodelver.repo.inspect.causes.scratch import ScratchResult, ScratchRun

if TYPE_CHECKING:
    from typing import IO

    from nbmodelver.repo.core.open_store import LoadingStore

LIMIT_S = 600.0
"""Time limit of one run."""


class ScratchProcess:
    """Runs scratch code in a child process. Use it in a `with` block, which ends the child.

    limit_s: of one run; a child that takes longer is killed.
    """

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._child: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def __call__(self, store: LoadingStore, wanted: ScratchRun) -> ScratchResult:
        """Run code. The caller has checked that the versions are trusted. Raises UsageError for a store in memory."""
        child = self._started(store)
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(asdict(wanted)) + "\n")
            child.stdin.flush()
            answer = self._answers.get(timeout=self._limit_s)
        except (queue.Empty, OSError):
            answer = ""
        except BaseException:
            self.end()
            raise
        if not answer:
            return ScratchResult(error=self._ended(timed_out=answer == "" and child.poll() is None), failed="ended")
        found = json.loads(answer)
        return ScratchResult(**{**found, "differences": tuple(found["differences"])})

    def end(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        if self._reader is not None:
            self._reader.join()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()

    def _started(self, store: LoadingStore) -> subprocess.Popen[str]:
        root = store.backend.local_path()
        if root is None:
            raise UsageError("a store in memory cannot be read by another process", "leave out --safe")
        if self._child is None or self._child.poll() is not None:
            self.end()
            paths = os.pathsep.join(path for path in sys.path if path)
            self._child = subprocess.Popen(  # noqa: S603  # this Python and this module
                [sys.executable, "-m", __name__, str(root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": paths},
                text=True,
                encoding="utf-8",
            )
            self._answers = queue.Queue()
            self._reader = threading.Thread(target=_forward, args=(self._child.stdout, self._answers), daemon=True)
            self._reader.start()
        return self._child

    def _ended(self, *, timed_out: bool) -> str:
        """End a child that gave no answer, and return why."""
        child = self._child
        code = child.wait() if child is not None and not timed_out else None
        self.end()
        return (
            f"it took more than {self._limit_s:g} s" if code is None else f"it ended the process (exit status {code})"
        )


def _forward(stream: IO[str], answers: queue.Queue[str | None]) -> None:
    """Pass on the lines of a child; None at their end."""
    for line in stream:
        answers.put(line)
    answers.put(None)


def _serve(root: str) -> None:
    """Answer the requests of the parent until it closes its end. What the code prints is dropped."""
    from nbmodelver.repo import open_repo

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    store = open_repo(root, trusted=True)  # The parent has checked the versions.
    for line in sys.stdin:
        answers.write(json.dumps(asdict(scratch.run(store, _request(json.loads(line))))) + "\n")
        answers.flush()


def _request(found: dict[str, Any]) -> ScratchRun:
    loads = tuple((version, tuple(names)) for version, names in found["loads"])
    code = {key: tuple(found[key]) for key in ("definitions", "statements")}
    return ScratchRun(**{**found, **code, "loads": loads})


if __name__ == "__main__":
    _serve(sys.argv[1])
