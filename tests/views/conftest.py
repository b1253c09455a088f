"""Every test of a view sees a terminal of 100 columns."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def terminal_of_100_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
