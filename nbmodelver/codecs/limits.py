"""A time limit for one value's pickling hooks, which may do anything, sleeping for ever included."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

from nbmodelver import system

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Overtime(Exception):  # shown as a reason, never raised to the user
    """A value took longer than the limit."""


def time_limit(limit_s: float) -> AbstractContextManager[None]:
    """Raise Overtime in the block after `limit_s` seconds; 0, or outside the main thread: never.

    Uses the real-time timer of the process, and leaves a timer alone that someone else has set. Windows has none.
    """
    if limit_s <= 0 or threading.current_thread() is not threading.main_thread():
        return nullcontext()
    return system.port.time_limit(
        limit_s, lambda: Overtime(f"its encoding took longer than {limit_s:g} s (limit: time_limit_s)")
    )
