"""The tests of catalogue/test_revisions.py on a store in a folder of Windows."""

import pytest

from tests.catalogue import test_revisions as module
from tests.system.borrowed import borrow

globals().update(borrow(module))


@pytest.fixture
def backend(local):
    return local
