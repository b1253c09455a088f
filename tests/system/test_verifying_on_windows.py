"""The tests of store/test_verifying.py on a store in a folder of Windows."""

import pytest

from tests.store import test_verifying as module
from tests.system.borrowed import borrow

globals().update(borrow(module, without=("test_p6_d9_any_changed_byte_is_named_and_never_read_as_data",)))


@pytest.fixture
def backend(local):
    return local
