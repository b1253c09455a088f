"""A notebook in a real shell, and an open panel of it."""

from __future__ import annotations

import pytest

from nbmodelver import extension
from tests.panels.panels import Panel


@pytest.fixture
def notebook(shell):
    return extension.latest()


@pytest.fixture
def panel(notebook):
    return Panel(notebook.outputs.server)
