"""Runs one command with a document on its input and a time limit, and keeps the end of its output."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs

from nbmodelver import system
from nbmodelver.repo.core.secrets import Searcher

if TYPE_CHECKING:
    from collections.abc import Sequence

MARK = "NBMODELVER_HOOK"
"""The environment variable of a running hook: the verb. Verbs of nbmodelver in such a process run no hooks."""

MOST_OUTPUT = 64 << 10
"""Bytes of the output that are kept, from its end."""

_DRAIN_S = 2.0


@dataclass(frozen=True)
class HookRun:
    """The result of a hook. status: of its process, None if it was killed or not started. output: without secrets."""

    outcome: Literal["pass", "fail", "late"]
    status: int | None
    duration_s: float
    output: str = ""

    @property
    def said(self) -> str:
        """The last line of the output that is not empty."""
        return next((line.strip() for line in reversed(self.output.splitlines()) if line.strip()), "")[:300]


def run(command: Sequence[str], document: bytes, *, folder: Path, limit_s: float, verb: str) -> HookRun:
    """Run a command in a folder and return its outcome. Its process group is killed at the end, or at the limit.

    document: is written to its input. verb: for the environment variable MARK. No exception of the command is raised.
    """
    began = time.monotonic()
    try:
        process = system.port.start_group(command, folder=folder, environment=_environment(verb), with_errors=True)
    except (OSError, ValueError) as error:
        return HookRun("fail", None, 0.0, f"it cannot be started: {error}")
    output = bytearray()
    threads = [
        threading.Thread(target=_write, args=(process, document), daemon=True),
        threading.Thread(target=_read, args=(process, output), daemon=True),
    ]
    for thread in threads:
        thread.start()
    is_late = False
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        is_late = True
    finally:
        system.port.end_group(process)
        for thread in threads:
            thread.join(_DRAIN_S)  # A process that left the group may keep the pipe open.
    text = Searcher().hidden(bytes(output).decode("utf-8", "replace"))
    duration_s = time.monotonic() - began
    if is_late:
        return HookRun("late", None, duration_s, text)
    return HookRun("pass" if process.returncode == 0 else "fail", process.returncode, duration_s, text)


def _environment(verb: str) -> dict[str, str]:
    """Return the environment of a hook. Python in it imports nothing from the folder of the script."""
    cache = Path(platformdirs.user_cache_dir("nbmodelver")) / "pycache"
    # A prepared __pycache__ beside a script would run in place of the source that was allowed.
    return {**os.environ, MARK: verb, "PYTHONSAFEPATH": "1", "PYTHONPYCACHEPREFIX": str(cache)}


def _write(process: subprocess.Popen[bytes], document: bytes) -> None:
    assert process.stdin is not None
    with suppress(OSError), process.stdin:  # It may end without reading.
        process.stdin.write(document)


def _read(process: subprocess.Popen[bytes], output: bytearray) -> None:
    assert process.stdout is not None
    with suppress(OSError), process.stdout:
        while chunk := os.read(process.stdout.fileno(), MOST_OUTPUT):
            output += chunk
            del output[:-MOST_OUTPUT]
