"""Runs a cell in the shell and records its printed text."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Any


def has_blocked_await(shell: Any, cell: str) -> bool:
    """Return True for a cell with a top-level `await` while an event loop runs: the magic would block that loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return bool(shell.should_run_async(cell, transformed_cell=shell.transform_cell(cell)))


def run_and_read(shell: Any, cell: str) -> tuple[str, bool]:
    """Run a cell in the shell. Returns its printed text, and True if it did not fail."""
    tee = _Tee(sys.stdout)
    sys.stdout = tee
    hook = shell.displayhook
    outer = getattr(hook, "exec_result", None)
    try:
        result = shell.run_cell(cell, store_history=False)
    finally:
        sys.stdout = tee.stream
        hook.exec_result = outer  # The inner run resets it, but the outer run still needs it.
    return tee.text(), bool(result.success)


@dataclass(frozen=True)
class CheckRun:
    """The result of a cell that is a check. message: why it failed, "" if it passed. value: of its last expression."""

    passed: bool
    message: str = ""
    value: Any = None


def run_check(shell: Any, cell: str) -> CheckRun:
    """Run a cell in the shell. It passes if it raises nothing and its last expression is not False."""
    hook = shell.displayhook
    outer = getattr(hook, "exec_result", None)
    try:
        result = shell.run_cell(cell, store_history=False)
    finally:
        hook.exec_result = outer
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        text = str(error).strip()
        return CheckRun(False, f"{type(error).__name__}: {text}" if text else type(error).__name__)
    if result.result is False:
        return CheckRun(False, "its last expression is False")
    return CheckRun(True, value=result.result)


class _Tee:
    """Passes text to a stream and records its first MAX_CHARS characters."""

    MAX_CHARS = 100_000

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self._kept: list[str] = []
        self._chars = 0

    def write(self, text: str) -> int:
        """Write the text to the stream and record it. Returns the number of characters."""
        if self._chars < self.MAX_CHARS:
            self._kept.append(text[: self.MAX_CHARS - self._chars])
            self._chars += len(text)
        return int(self.stream.write(text) or 0)

    def text(self) -> str:
        """Return the recorded text."""
        return "".join(self._kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
