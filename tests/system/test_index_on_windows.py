"""The tests of catalogue/test_index.py on a store in a folder of Windows."""

import pytest

from tests.catalogue import test_index as module
from tests.catalogue.samples import history
from tests.system.borrowed import borrow

globals().update(borrow(module))


@pytest.fixture
def backend(local):
    history(local)
    return local
