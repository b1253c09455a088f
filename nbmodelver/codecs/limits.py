"""Limits on code that runs while values are encoded: a time limit, and no cyclic garbage collection.

Pickling hooks of a value may run any code, including code that never returns.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.codecs.proven import is_proven

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import FrameType


class Overtime(Exception):  # shown as a reason, never raised to the user
    """Encoding a value took longer than the limit."""

    def __init__(self, limit_s: float = 0.0) -> None:
        super().__init__(f"its code ran for more than {limit_s:g} s (limit: time_limit_s)")


def time_limit(limit_s: float) -> AbstractContextManager[None]:
    """Raise Overtime in the block if user code is running after `limit_s` seconds; 0 disables the limit.

    If a known library is running then, as for a large value, the limit starts again. In the main thread it uses the
    real-time timer of the process and leaves a timer of others unchanged; Windows has none. In another thread an
    exception is raised at its next bytecode instruction, so a call that waits in C returns first.
    """
    if limit_s <= 0:
        return nullcontext()
    if threading.current_thread() is not threading.main_thread():
        return _in_thread(limit_s)
    return system.port.time_limit(limit_s, lambda frame: Overtime(limit_s) if _is_of_user(frame) else None)


_CALLERS = ("nbmodelver.codecs.capture", "nbmodelver.codecs.encoding")
"""The modules that call the pickler; frames above them belong to the caller."""


def _is_of_user(frame: FrameType | None) -> bool:
    """True if the encoder called code that is not of a known library, and that code is running."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module in _CALLERS:
            return False
        if not is_proven(module):
            return True
        frame = frame.f_back
    return False


@contextmanager
def _in_thread(limit_s: float) -> Iterator[None]:
    """Raise the exception in this thread from a watching thread."""
    here = threading.get_ident()
    guard, ended = threading.Lock(), threading.Event()

    def watch() -> None:
        while not ended.wait(limit_s):
            with guard:
                if not ended.is_set() and _is_of_user(sys._current_frames().get(here)):
                    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
                    raise_in(ctypes.c_ulong(here), ctypes.py_object(Overtime))
                    return

    threading.Thread(target=watch, name="nbmodelver time limit", daemon=True).start()
    try:
        yield
    except Overtime:
        raise Overtime(limit_s) from None
    finally:
        with guard:
            ended.set()


@contextmanager
def gc_paused() -> Iterator[None]:
    """Disable cyclic garbage collection in the block: it costs more than the encoding, and could run finalizers."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
