"""The tests of store/test_layout.py on a store in a folder of Windows."""

import pytest

from tests.store import test_layout as module
from tests.system.borrowed import borrow

globals().update(borrow(module, without=("test_a_folder_without_a_format_file_raises_no_store",)))


@pytest.fixture
def backend(local):
    return local
