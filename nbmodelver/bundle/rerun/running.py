"""Runs the cells of a plan once, in a folder and a kernel of their own, within limits."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nbmodelver import system
from nbmodelver.bundle import notebooks
from nbmodelver.errors import RerunFailed, UsageError
from nbmodelver.repo.core.numerics import THREAD_VARIABLES

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from nbmodelver.bundle.rerun.folders import RunFolders
    from nbmodelver.bundle.rerun.planning import PlannedRerun
    from nbmodelver.model import Json

CHILD = "nbmodelver.bundle.rerun.child"
NEEDED = ("nbclient", "jupyter_client", "nbformat")
_OF_KIND = {"blas": ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "openmp": ("OMP_NUM_THREADS",)}


@dataclass(frozen=True)
class RunLimits:
    """limit_s: seconds for all cells; cell_limit_s: for one. memory_bytes: of the kernel, 0 for no limit."""

    limit_s: float = 3600.0
    cell_limit_s: float = 600.0
    memory_bytes: int = 0
    is_offline: bool = False


@dataclass(frozen=True)
class RunOutcome:
    """One run. folders: with the store of its version. ended: why it ended early, "" if it did not.

    watched: see watch.finish. outputs: index of a cell as a text -> its outputs as in nbformat 4.
    """

    folders: RunFolders
    ended: str
    duration_s: float
    watched: dict[str, Json] = field(default_factory=dict)
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """The store with its version."""
        return self.folders.store

    @property
    def version(self) -> str:
        """The id of the version that the run committed, "" without one."""
        return str(self.watched.get("version", ""))


def require_runner() -> None:
    """Raise UsageError if a package is missing here that executes notebooks."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(f"a re-run needs {', '.join(missing)}", "install it: pip install 'nbmodelver[kernel]'")


def run(
    planned: PlannedRerun, python: Path, folders: RunFolders, limits: RunLimits, on_cell: Callable[[int, int], None],
    *, hash_seed: int = 0, threads: int = 0,
) -> RunOutcome:  # fmt: skip
    """Run the cells in folders that `prepare` filled.

    on_cell: called with the number of the finished cell and of all cells. hash_seed: added to the recorded
    PYTHONHASHSEED, or to 0. threads: of numerical libraries; 0: as recorded. Raises RerunFailed if the kernel does not
    start; KeyboardInterrupt ends it.
    """
    request = {
        "python": str(python),
        "folder": str(folders.notebook),
        "store": str(folders.store),
        "report": str(folders.report),
        "connection": str(folders.own / "kernel.json"),
        "offline": limits.is_offline,
        "environment": {
            **folders.environment(planned.roots),
            **(dict.fromkeys(THREAD_VARIABLES, str(threads)) if threads else thread_variables(planned.recorded)),
            "PYTHONHASHSEED": str(_hash_seed(planned.recorded) + hash_seed),
        },
        "cell_limit_s": limits.cell_limit_s,
        "memory_bytes": limits.memory_bytes,
        "names": list(planned.plan.version.kept),
        "metrics": dict(planned.plan.version.expressions),
        "cells": [
            {
                "source": notebooks.without_our_magics(c.source),
                "id": c.id,
                "ok": c.ok,
                "key": str(at),
                "count": c.execution_count,
            }
            for at, c in enumerate(planned.cells)
        ],
    }
    began_s = time.monotonic()
    ended, outputs = _supervised(request, limits.limit_s, on_cell)
    watched: dict[str, Json] = {}
    with suppress(OSError, ValueError):
        watched = json.loads(folders.report.read_text(encoding="utf-8"))
    if not watched and not ended:
        ended = "the kernel ended before the results were recorded"
    return RunOutcome(folders, ended, time.monotonic() - began_s, watched, outputs)


def _hash_seed(recorded: Mapping[str, Json]) -> int:
    seed = str(recorded.get("hash_seed", ""))
    return int(seed) if seed.isdigit() and int(seed) < 1 << 31 else 0


def thread_variables(recorded: Mapping[str, Json]) -> dict[str, str]:
    """Return the environment variables that set the recorded numbers of threads, as far as there are processors."""
    set_then = recorded.get("thread_variables")
    found = {k: str(v) for k, v in set_then.items() if k in THREAD_VARIABLES} if isinstance(set_then, dict) else {}
    threads = recorded.get("threads")
    for kind, names in _OF_KIND.items() if isinstance(threads, dict) and not found else ():
        number = threads.get(kind) if isinstance(threads, dict) else None
        if isinstance(number, int) and 0 < number < (os.cpu_count() or 1):
            found |= dict.fromkeys(names, str(number))
    return found


def _supervised(
    request: dict[str, Any], limit_s: float, on_cell: Callable[[int, int], None]
) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Run the child; return why it ended early, and the outputs. It and its kernel are gone afterwards."""
    process = system.port.start_group([sys.executable, "-m", CHILD])
    kernels: list[int] = []
    outputs: dict[str, list[dict[str, Any]]] = {}
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(request).encode())
        process.stdin.close()
        for said in _lines(process, limit_s):
            if said.get("kernel"):
                kernels.append(int(said["kernel"]))
            if "outputs" in said:
                outputs[said["id"]] = said["outputs"]
                on_cell(said["cell"], said["of"])
            if "ended" in said:
                return str(said["ended"]), outputs
        if kernels:
            return "the process of the re-run ended", outputs
        raise RerunFailed("the kernel of the re-run did not start", "see if `python -m ipykernel` runs there")
    except TimeoutError:
        return f"it took longer than {limit_s:g} s", outputs
    finally:
        for kernel in kernels:
            system.port.end_session(kernel)
        system.port.end_group(process)
        assert process.stdout is not None
        process.stdout.close()


def _lines(process: subprocess.Popen[bytes], limit_s: float) -> Iterator[dict[str, Any]]:
    """Yield the messages of the child. Raises TimeoutError after `limit_s` seconds in all."""
    waiting: queue.Queue[bytes] = queue.Queue()

    def forward() -> None:
        assert process.stdout is not None
        with suppress(ValueError):  # It is closed when the run is over.
            for line in process.stdout:
                waiting.put(line)
        waiting.put(b"")

    threading.Thread(target=forward, daemon=True).start()
    ends_s = time.monotonic() + limit_s
    while True:
        try:
            line = waiting.get(timeout=min(0.5, max(0.0, ends_s - time.monotonic())))
        except queue.Empty:
            if time.monotonic() >= ends_s:
                raise TimeoutError from None
            continue
        if not line:
            return
        yield json.loads(line)
