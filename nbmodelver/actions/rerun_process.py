"""Runs a re-run in a process of its own, so that the cells of the notebook go on and the re-run can be stopped at once.

The child sends a line for each step, and a last one with the result or the error. It stops when its input ends: the
parent closes it to cancel, and it closes by itself if the parent ends. The child then ends the processes of the re-run
and removes its folder.
"""

from __future__ import annotations

import _thread
import json
import os
import queue
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from nbmodelver import errors, system
from nbmodelver.actions.line_process import answering
from nbmodelver.actions.rerun import RerunRequest, rerun
from nbmodelver.bundle.rerun.running import RunLimits
from nbmodelver.errors import NbmodelverError, RerunFailed, UsageError
from nbmodelver.model.rerun import Rerun, RerunItem, RerunPlan

if TYPE_CHECKING:
    from nbmodelver.model import Progress, Version
    from nbmodelver.repo import Repo

POLL_S = 0.5
"""A cancellation is noticed within this time, also while a cell of the re-run takes long."""

GRACE_S = 10.0
"""The time that a cancelled child has to end what it started. It is killed after that."""


def rerun_apart(repo: Repo, request: RerunRequest, progress: Progress) -> Rerun:
    """Run a version of a store again, and return what `rerun` returns. Any thread may call it.

    progress: is called at least every POLL_S; if it raises, the re-run is stopped and nothing of it is left.
    Raises what `rerun` raises; UsageError for a store in memory.
    """
    root = repo.backend.local_path()
    if root is None:
        raise UsageError("a store in memory cannot be read by another process", "open it from a folder")
    version = repo[request.target]
    with _Child(str(root)) as child:
        child.send(_as_json(replace(request, target=version.id)))
        return _answer(child, version, progress)


def _answer(child: _Child, version: Version, progress: Progress) -> Rerun:
    step = (0, 0, "preparing")
    while True:
        progress(*step)
        found = child.receive()
        if found is None:
            raise RerunFailed(
                f"the process of the re-run ended (exit status {child.exit_status()})", "run it in a cell: %mv_rerun"
            )
        if "step" in found:
            step = tuple(found["step"])
        elif "error" in found:
            raise _error(*found["error"])
        elif "result" in found:
            return _result(version, found["result"])


class _Child:
    """A running child. Use it in a `with` block, which stops it."""

    def __init__(self, root: str) -> None:
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = system.port.start_group(
            [sys.executable, "-m", __name__, root], environment={**os.environ, "PYTHONPATH": paths}
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._reader = threading.Thread(target=self._forward, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def send(self, data: Any) -> None:
        """Send the request. A child that has ended gets nothing; `receive` then returns None."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(json.dumps(data).encode() + b"\n")
            self._process.stdin.flush()

    def receive(self) -> dict[str, Any] | None:
        """Return the next message. It is empty if none arrives within POLL_S, and None after the end of the child."""
        try:
            line = self._lines.get(timeout=POLL_S)
        except queue.Empty:
            return {}
        return json.loads(line) if line else None

    def exit_status(self) -> int:
        """Wait for the end of the child, and return its exit status."""
        return self._process.wait()

    def _stop(self) -> None:
        """Close the input, which stops the child; wait for its end, then kill what is left."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with suppress(OSError):
            stdin.close()
        self._reader.join(GRACE_S)
        system.port.end_group(self._process)
        self._reader.join()
        stdout.close()

    def _forward(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")


def _as_json(request: RerunRequest) -> dict[str, Any]:
    folder = None if request.folder is None else str(request.folder)
    return {**asdict(request), "folder": folder}


def _request(found: dict[str, Any]) -> RerunRequest:
    folder = None if found["folder"] is None else Path(found["folder"])
    return RerunRequest(**{**found, "folder": folder, "limits": RunLimits(**found["limits"])})


def _result(version: Version, found: dict[str, Any]) -> Rerun:
    plan: Any = {key: tuple(value) if isinstance(value, list) else value for key, value in found["plan"].items()}
    items = tuple(RerunItem(**item) for item in found["items"])
    return Rerun(RerunPlan(version, **plan), items, found["runs"], found["ended"], found["duration_s"])


def _sent(found: Rerun) -> dict[str, Any]:
    plan = {key: value for key, value in vars(found.plan).items() if key != "version"}
    items = [asdict(item) for item in found.items]
    return {"plan": plan, "items": items, "runs": found.runs, "ended": found.ended, "duration_s": found.duration_s}


def _error(name: str, message: str, hint: str) -> NbmodelverError:
    """Return the error that the child raised; RerunFailed if it is not a class of nbmodelver.errors."""
    found = getattr(errors, name, None)
    ours = found if isinstance(found, type) and issubclass(found, NbmodelverError) else RerunFailed
    return ours(message, hint)


def _serve(root: str) -> None:
    """Run one request again, and stop when the input ends."""
    from nbmodelver.repo import open_repo

    send = answering()
    request = _request(json.loads(sys.stdin.readline()))
    threading.Thread(target=_stop_at_the_end_of_the_input, daemon=True).start()
    try:
        found = rerun(open_repo(root), request, lambda done, total, what: send({"step": [done, total, what]}))
    except NbmodelverError as error:
        send({"error": [type(error).__name__, error.message, error.hint]})
    except Exception as error:
        send({"error": ["RerunFailed", f"{type(error).__name__}: {error}"[:500], ""]})
    else:
        send({"result": _sent(found)})


def _stop_at_the_end_of_the_input() -> None:
    """Interrupt the main thread. The file is read directly, because the lock of `sys.stdin` would block the exit."""
    while os.read(0, 1):
        pass
    _thread.interrupt_main()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        _serve(sys.argv[1])
