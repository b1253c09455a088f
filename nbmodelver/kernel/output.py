"""Running a cell in the shell while its printed text is read along."""

from __future__ import annotations

import asyncio
import sys
from typing import Any


def awaits_in_vain(shell: Any, cell: str) -> bool:
    """True for a cell with `await` at its top where an event loop runs already: a magic cannot hand the loop back."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return bool(shell.should_run_async(cell, transformed_cell=shell.transform_cell(cell)))


def run_and_read(shell: Any, cell: str) -> tuple[str, bool]:
    """Run a cell in the shell as usual; its printed text, and whether it ended well."""
    tee = _Tee(sys.stdout)
    sys.stdout = tee
    hook = shell.displayhook
    outer = getattr(hook, "exec_result", None)
    try:
        result = shell.run_cell(cell, store_history=False)
    finally:
        sys.stdout = tee.stream
        hook.exec_result = outer  # The inner run forgets that the outer one is waiting for its value.
    return tee.text(), bool(result.success)


class _Tee:
    """Passes text on and remembers the first hundred thousand characters."""

    MAX_CHARS = 100_000

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self._kept: list[str] = []
        self._chars = 0

    def write(self, text: str) -> int:
        """Pass on, remember."""
        if self._chars < self.MAX_CHARS:
            self._kept.append(text[: self.MAX_CHARS - self._chars])
            self._chars += len(text)
        return int(self.stream.write(text) or 0)

    def text(self) -> str:
        """What was written."""
        return "".join(self._kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
