"""A time limit for comparisons that must not keep the user waiting, such as the checks after a commit."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _never() -> bool:
    return False


_limit: ContextVar[tuple[float, Callable[[], bool]]] = ContextVar("limit", default=(float("inf"), _never))
"""When the time is over, in seconds of `perf_counter`, and a function that returns True once the work is cancelled."""


class OutOfTime(Exception):
    """The time limit was reached, or the work was cancelled. Nothing was changed.

    It is raised between columns and blocks of rows.
    """


@contextmanager
def time_limit(seconds: float, is_cancelled: Callable[[], bool] | None = None) -> Iterator[None]:
    """Let `require_time` raise OutOfTime inside the block once `seconds` have passed. The shortest limit counts.

    is_cancelled: returns True to end the work at once; called often, in the thread of the work.
    """
    ends_at_s, outer = _limit.get()
    token = _limit.set((min(ends_at_s, time.perf_counter() + seconds), is_cancelled or outer))
    try:
        yield
    finally:
        _limit.reset(token)


def require_time() -> None:
    """Raise OutOfTime if the limit of the enclosing block has passed or its work was cancelled. Takes 0.2 µs."""
    ends_at_s, is_cancelled = _limit.get()
    if time.perf_counter() > ends_at_s or is_cancelled():
        raise OutOfTime
