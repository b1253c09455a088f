"""A simulation of Windows."""

from __future__ import annotations

import pytest

from nbmodelver import system
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.system import windows
from tests.system.windows_disk import WindowsDisk


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """Let the whole package use the port to Windows; verify that no handle stays open."""
    disk = WindowsDisk(profile=str(tmp_path))
    monkeypatch.setattr(system, "port", windows.Windows(disk))
    monkeypatch.setattr(windows, "PATIENCE_S", 0.05)
    yield disk
    assert disk.open_count() == 0, "a handle was left open"


@pytest.fixture
def local(disk, tmp_path):
    """Return a store in a folder on Windows."""
    return LocalBackend(tmp_path / "on windows" / "store", create=True)
