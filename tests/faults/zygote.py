"""Cheap child processes: a process with all imports and one thread that forks on request.

`Zygote` is the side of the tests, `serve` the other.
"""

from __future__ import annotations

import importlib
import os
import pickle
import random
import select
import signal
import struct
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tests.faults.calls import Calls, Fault

ROOT = Path(__file__).parents[2]
LIMIT_S = 60.0


@dataclass(frozen=True)
class Outcome:
    """The end of a child: "done" with its value, "failed" with its error, or "killed".

    count: system calls made, by kind in `seen`.
    """

    how: str
    value: Any = None
    said: str = ""
    count: int = 0
    seen: dict[str, int] | None = None


class Zygote:
    """Runs functions of `tests.faults` in children of their own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tests.faults.zygote import serve; serve()"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def run(
        self, function: str, *arguments: Any, fault: Fault | None = None, kill_after_s: float = 0, **limits: Any
    ) -> Outcome:
        """`module.function(*arguments)` in a child. kill_after_s: SIGKILL from outside then. limits: see `_limit`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        _send(self._process.stdin, (function, arguments, fault, kill_after_s, limits))
        found: Outcome = _receive(self._process.stdout)
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def _send(file: BinaryIO, what: Any) -> None:
    data = pickle.dumps(what)
    file.write(struct.pack("<I", len(data)) + data)
    file.flush()


def _receive(file: BinaryIO) -> Any:
    (size,) = struct.unpack("<I", file.read(4))
    return pickle.loads(file.read(size))


def serve() -> None:
    """Fork whenever a job comes in, until there are no more."""
    importlib.import_module("tests.faults.worlds")  # What every child needs.

    there, back = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            job = _receive(there)
        except struct.error:
            return
        _send(back, _forked(*job))


def _forked(function: str, arguments: Any, fault: Fault | None, kill_after_s: float, limits: Any) -> Outcome:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _child(function, arguments, fault or Fault(), limits, writing)
        finally:
            os._exit(99)
    os.close(writing)
    started = time.monotonic()
    if kill_after_s:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    data = b""
    while True:
        ready, _, _ = select.select([reading], [], [], max(LIMIT_S - (time.monotonic() - started), 0))
        piece = os.read(reading, 1 << 16) if ready else b""
        if not ready:
            os.kill(child, signal.SIGKILL)
        if not piece:
            break
        data += piece
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if data:
        found: Outcome = pickle.loads(data)
        return found
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Outcome("killed" if time.monotonic() - started < LIMIT_S else "hung")
    return Outcome("died", said=f"status {status}")


def _child(function: str, arguments: Any, fault: Fault, limits: dict[str, Any], writing: int) -> None:
    real_write = os.write
    random.seed()
    module, name = function.rsplit(".", 1)
    work = getattr(importlib.import_module(f"tests.faults.{module}"), name)
    calls = Calls(fault)
    if fault.kill_at >= 0 or fault.kind or fault.log or limits.pop("counted", False):
        calls.install()
    try:
        _limit(**limits)
        outcome = Outcome("done", work(*arguments), "", fault.count, dict(fault.seen))
    except BaseException as error:  # whatever it is, the test hears of it
        from tests.faults.worlds import said

        text = said(error)
        if text.startswith("bug"):
            text += "\n" + "".join(traceback.format_exception(error))[-3000:]
        outcome = Outcome("failed", None, text, fault.count, dict(fault.seen))
    real_write(writing, pickle.dumps(outcome)[: 1 << 16])
    os._exit(0)


def _limit(*, file_bytes: int = 0, memory_bytes: int = 0, uid: int = 0, clock_s: float = 0, files: int = 0) -> None:
    """Limits of the child: largest file, address space above the present, another user, a wrong clock, open files."""
    import resource

    if file_bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if memory_bytes:
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + memory_bytes, now + memory_bytes))
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if uid:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    if clock_s:
        _turn_clock(clock_s)


def _turn_clock(by_s: float) -> None:
    import datetime

    from nbmodelver.catalogue import revisions
    from nbmodelver.repo.commit import commit

    real = time.time
    time.time = lambda: real() + by_s

    class Wrong(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.datetime.now(tz) + datetime.timedelta(seconds=by_s)

    commit.datetime = Wrong  # type: ignore[attr-defined]
    revisions.datetime = Wrong  # type: ignore[attr-defined]
