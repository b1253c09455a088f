"""A time limit for comparisons that must not keep the user waiting, such as the checks after a commit."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ends_at_s: ContextVar[float] = ContextVar("ends_at_s", default=float("inf"))


class OutOfTime(Exception):
    """The time limit was reached. It is raised between columns and blocks of rows, and nothing was changed."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let `require_time` raise OutOfTime inside the block once `seconds` have passed. The shortest limit counts."""
    token = _ends_at_s.set(min(_ends_at_s.get(), time.perf_counter() + seconds))
    try:
        yield
    finally:
        _ends_at_s.reset(token)


def require_time() -> None:
    """Raise OutOfTime if the time limit of the enclosing block has passed. It takes 0.1 microseconds."""
    if time.perf_counter() > _ends_at_s.get():
        raise OutOfTime
