"""The tests of repo/test_forget.py through the port to Windows."""

import pytest

from tests.repo.maintain import test_forget as module
from tests.system.borrowed import borrow

globals().update(borrow(module))


@pytest.fixture(autouse=True)
def _on_windows(disk):
    return disk
