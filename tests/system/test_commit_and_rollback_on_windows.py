"""The tests of kernel/test_commit_and_rollback.py through the port to Windows."""

import pytest

from tests.kernel import test_commit_and_rollback as module
from tests.system.borrowed import borrow

NO_TIMER = ("test_hooks_that_exit_or_sleep_are_named",)
"""Windows has no timer that interrupts a hook: test_windows.py says so, and the README among the limits."""

globals().update(borrow(module, without=NO_TIMER))


@pytest.fixture(autouse=True)
def _on_windows(disk):
    return disk
