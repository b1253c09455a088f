"""Keys for tests about signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.registry.signed import Keys

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keys:
    return Keys(tmp_path / "config", monkeypatch)
