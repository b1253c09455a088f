"""Functions in a forked child process with a time limit, on Linux. Their effects do not reach this process.

The child shares all values copy-on-write and has one thread. A child that hangs in C code, where no exception reaches
it, is killed. No fork happens while another thread computes, because OpenBLAS can deadlock in the fork itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import json
import os
import selectors
import signal
import sys
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

assert sys.platform != "win32"

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GRACE_S = 2.0
"""A child that does not answer within this time after its limit is killed: it hangs in C code."""

QUIET_WITHIN_S = 0.2
"""Time to wait for threads of a finished computation, which may spin for a moment."""

UNKNOWN = "unknown"
Outcome = tuple[Any, str]
"""(result as JSON, ""), or (None, why the child ended; UNKNOWN if it was killed)."""


class _Overtime(BaseException):
    """The time limit was exceeded. Not an Exception, so that the function does not catch it."""


def is_quiet() -> bool:
    """Return True if no other thread of the process runs. Waits up to QUIET_WITHIN_S."""
    ends = time.monotonic() + QUIET_WITHIN_S
    while _others_run():
        if time.monotonic() > ends:
            return False
        time.sleep(0.005)
    return True


def _others_run() -> bool:
    own = str(threading.get_native_id())
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError), open(f"/proc/self/task/{thread}/stat", "rb") as file:
            if thread != own and file.read().rpartition(b")")[2].split()[0] in (b"R", b"D"):
                return True
    return False


def run(works: Sequence[Callable[[], Any]], limit_s: float, overtime: str) -> list[Outcome]:
    """Return the outcomes of all functions, or of those up to the one that ended the child.

    An exception gives {"raised": text}, and a function that exceeds `limit_s` seconds gives `overtime` as text.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns about other threads; the child needs none of them.
        pid = os.fork()
    if pid == 0:
        _be_child(works, limit_s, overtime, writing)
    os.close(writing)
    found: list[Outcome] = []
    try:
        found.extend((json.loads(line), "") for line in _lines(reading, limit_s))
    finally:
        os.close(reading)
        ended = _end(pid)
    return found if len(found) == len(works) else [*found, ended]


def _lines(reading: int, limit_s: float) -> Iterator[bytes]:
    """Yield the lines that the child writes, until it ends or writes nothing for longer than the limit."""
    held = b""
    wait_s = limit_s + GRACE_S if limit_s else None
    with selectors.DefaultSelector() as selector:  # Unlike select.select, takes descriptors above 1023.
        selector.register(reading, selectors.EVENT_READ)
        while selector.select(wait_s):
            data = os.read(reading, 65536)
            if not data:
                return
            *lines, held = (held + data).split(b"\n")
            yield from lines


def _end(pid: int) -> Outcome:
    """Wait for the child, kill it if it still runs, and return the reason of its end."""
    with contextlib.suppress(ChildProcessError):
        for _ in range(20):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return _said(status)
            time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return None, UNKNOWN


def _said(status: int) -> Outcome:
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return None, f"it ends the kernel ({signal.Signals(-code).name})"
    return None, f"it ends the kernel (exit status {code})"


def _be_child(works: Sequence[Callable[[], Any]], limit_s: float, overtime: str, writing: int) -> NoReturn:
    try:
        _shut_off()
        for work in works:
            os.write(writing, json.dumps(_limited(work, limit_s, overtime)).encode() + b"\n")
    finally:
        os._exit(0)


def _limited(work: Callable[[], Any], limit_s: float, overtime: str) -> Any:
    def stop(_number: int, _frame: Any) -> NoReturn:
        raise _Overtime

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        return work()
    except _Overtime:
        return {"raised": overtime}
    except BaseException as error:
        return {"raised": f"{type(error).__name__}: {error}"}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _shut_off() -> None:
    """Disable garbage collection, output and parallel threads, so that the child has no side effects and no waits."""
    gc.disable()
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # Until the child ends.
    for path in _parallel_libraries():
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(path).omp_set_num_threads(1)  # A fork does not copy the threads of OpenMP.


def _parallel_libraries() -> set[str]:
    """Return the paths of the loaded OpenMP libraries."""
    with contextlib.suppress(OSError), open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        paths = {line.split(None, 5)[5].strip() for line in maps if "omp" in line and len(line.split(None, 5)) == 6}
        return {path for path in paths if os.path.basename(path).startswith(("libgomp", "libomp", "libiomp"))}
    return set()
