"""The tests of catalogue/test_records.py on a store in a folder of Windows."""

import pytest

from tests.catalogue import test_records as module
from tests.system.borrowed import borrow

globals().update(borrow(module, without=("test_p6_any_changed_byte_of_a_record_is_detected",)))


@pytest.fixture
def backend(local):
    return local
