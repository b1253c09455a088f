"""A time limit for one value's pickling hooks, which may do anything, sleeping for ever included."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Overtime(Exception):  # shown as a reason, never raised to the user
    """A value took longer than the limit."""


@contextmanager
def time_limit(limit_s: float) -> Iterator[None]:
    """Raise Overtime in the block after `limit_s` seconds; 0, or outside the main thread: never.

    Uses the real-time timer of the process, and leaves a timer alone that someone else has set.
    """
    if (
        limit_s <= 0
        or threading.current_thread() is not threading.main_thread()
        or signal.getitimer(signal.ITIMER_REAL)[0]
    ):
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise Overtime(f"its encoding took longer than {limit_s:g} s (limit: time_limit_s)")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
