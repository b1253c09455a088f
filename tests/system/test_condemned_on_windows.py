"""The tests of store/test_condemned.py on a store in a folder of Windows."""

import pytest

from tests.store import test_condemned as module
from tests.system.borrowed import borrow

globals().update(borrow(module))


@pytest.fixture
def backend(local):
    return local
