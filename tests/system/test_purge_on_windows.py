"""The tests of repo/test_purge.py through the port to Windows."""

import pytest

from tests.repo.maintain import test_purge as module
from tests.system.borrowed import borrow

globals().update(borrow(module))


@pytest.fixture(autouse=True)
def _on_windows(disk):
    return disk
