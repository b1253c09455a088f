"""Waits for what another thread or kernel does. The limit says that it never comes, not how long it may take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_S = 120


def wait_for(condition: Callable[[], object], what: str = "it did not happen") -> None:
    """Until the condition holds."""
    ends = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < ends, what
        time.sleep(0.01)
