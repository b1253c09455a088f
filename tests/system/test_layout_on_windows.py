"""The tests of store/test_layout.py on a store in a folder of Windows."""

import pytest

from tests.store import test_layout as module
from tests.system.borrowed import borrow

globals().update(borrow(module, without=("test_a_folder_that_is_no_store_says_so",)))


@pytest.fixture
def backend(local):
    return local
