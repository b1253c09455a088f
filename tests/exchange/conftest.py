"""A store with three versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exchange.places import three_versions

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def repo() -> Repo:
    """Three versions, of which the second is tagged and registered."""
    return three_versions()
