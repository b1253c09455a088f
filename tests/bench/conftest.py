"""Lets the tests import the rows beside them."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _little_to_collect() -> Iterator[None]:
    """Each measured block collects garbage first; what the imports made need not be walked every time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
