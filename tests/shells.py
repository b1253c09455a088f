"""Real shells with the extension loaded, for the fixtures `shell` and `another`."""

from __future__ import annotations

import atexit
import builtins
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Shell:
    """Runs cells as a front-end would and reads what they show."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def run(self, cell: str) -> Any:
        """The cell's value; its error is raised."""
        with capture_output() as said:
            result = self.shell.run_cell(cell, store_history=True)
        self.said = said.stdout + said.stderr + "".join(o.data.get("text/plain", "") for o in said.outputs)
        result.raise_error()
        return result.result

    def fails(self, cell: str) -> BaseException:
        """The error of a cell that has to fail."""
        with capture_output() as said:
            result = self.shell.run_cell(cell, store_history=True)
        self.said = said.stdout + said.stderr
        assert not result.success, f"{cell!r} did not fail"
        error: BaseException = result.error_in_exec or result.error_before_exec
        return error

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.shell.user_ns


class new_shell:
    """A shell for a `with` block."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        monkeypatch.delenv("NBMODELVER_STORE", raising=False)
        monkeypatch.delattr(builtins, "_", raising=False)  # A doctest leaves it, and IPython then sets no `_`.
        self.shell = InteractiveShell(history_length=0)
        self.shell.history_manager.enabled = False

    def __enter__(self) -> Shell:
        made = Shell(self.shell)
        made.run("%load_ext nbmodelver")
        return made

    def __exit__(self, *_: object) -> None:
        self.shell.run_line_magic("unload_ext", "nbmodelver")
        self.shell.atexit_operations()
        atexit.unregister(self.shell.atexit_operations)
