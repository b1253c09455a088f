"""Work in a forked child with a time limit, on Linux: the process itself is not touched by it.

The child has every value as it is, without a copy, and no other thread. One that neither answers nor can be interrupted
is killed. Nothing is forked while another thread computes: OpenBLAS hangs in the fork itself, with the process.
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
"""A child that does not answer so long after its limit hangs in C, where no limit reaches it."""

QUIET_WITHIN_S = 0.2
"""So long the threads of a calculation that is over may still spin."""

UNKNOWN = "unknown"
Outcome = tuple[Any, str]
"""What the work gave, as JSON; "" or why the child ended before, UNKNOWN when it was killed."""


class _Overtime(BaseException):
    """The limit is over. Not an Exception: the work must not catch it."""


def is_quiet() -> bool:
    """True when no other thread of the process runs; waits a little for it."""
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
    """Outcomes of the first works: of all, or up to the one that ended the child.

    An exception that leaves one is {"raised": text}, with `overtime` as the text of one that took too long.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # That there are other threads is known; the child needs none of them.
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
    """What the child writes, line by line, until it ends or is silent for too long."""
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
    """The end of the child, which is killed if it still runs."""
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
    """No collector, no output, one thread: what the child does leaves no trace and waits for no thread."""
    gc.disable()
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # Until the child ends.
    for path in _parallel_libraries():
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(path).omp_set_num_threads(1)  # The threads of OpenMP did not come along.


def _parallel_libraries() -> set[str]:
    """Paths of the libraries of OpenMP that the process has loaded."""
    with contextlib.suppress(OSError), open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        paths = {line.split(None, 5)[5].strip() for line in maps if "omp" in line and len(line.split(None, 5)) == 6}
        return {path for path in paths if os.path.basename(path).startswith(("libgomp", "libomp", "libiomp"))}
    return set()
