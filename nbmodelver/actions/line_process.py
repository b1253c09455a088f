"""A child Python with the same `sys.path` and working directory, which exchanges lines of JSON with this process.

A crash, a hang or a change of a module in the child cannot reach the notebook.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from nbmodelver.repo.core.open_store import LoadingStore

POLL_S = 0.5
"""The parent waits in steps of this length, because on Windows an interrupt does not end a longer wait."""


class LineProcess:
    """A running child. Use it in a `with` block, which ends it.

    module: is run with the folder of the store as its only argument. Raises UsageError for a store in memory.
    """

    def __init__(self, module: str, store: LoadingStore) -> None:
        root = store.backend.local_path()
        if root is None:
            raise UsageError("a store in memory cannot be read by another process", "leave out --safe")
        paths = os.pathsep.join(path for path in sys.path if path)
        self._child = subprocess.Popen(  # noqa: S603  # this Python and a module of nbmodelver
            [sys.executable, "-m", module, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=_forward, args=(self._child.stdout, self._lines), daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def has_ended(self) -> bool:
        """True if the child does not run any more."""
        return self._child.poll() is not None

    def send(self, data: Any) -> None:
        """Send one line. A child that has ended gets nothing; `receive` then returns None."""
        assert self._child.stdin is not None
        with suppress(OSError):
            self._child.stdin.write(json.dumps(data) + "\n")
            self._child.stdin.flush()

    def receive(self, limit_s: float | None = None) -> Any:
        """Return the data of the next line; None if the child has ended.

        Raises TimeoutError after `limit_s` seconds.
        """
        waited_s = 0.0
        while limit_s is None or waited_s < limit_s:
            step_s = POLL_S if limit_s is None else min(POLL_S, limit_s - waited_s)
            with suppress(queue.Empty):
                line = self._lines.get(timeout=step_s)
                return None if line is None else json.loads(line)
            waited_s += step_s
        raise TimeoutError

    def exit_status(self) -> int:
        """Wait for the end of the child, and return its exit status; -N for the signal N."""
        return self._child.wait()

    def end(self) -> None:
        """Kill the child and close its streams."""
        self._child.kill()
        self._child.wait()
        self._reader.join()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with suppress(OSError):  # The rest of a line that the child did not read.
                    stream.close()


def _forward(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    """Pass on the lines of a child; None at their end."""
    for line in stream:
        lines.put(line)
    lines.put(None)


def answering() -> Callable[[Any], None]:
    """Return the function with which the child sends a line. What other code prints from now on is dropped."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)

    def send(data: Any) -> None:
        answers.write(json.dumps(data) + "\n")
        answers.flush()

    return send
