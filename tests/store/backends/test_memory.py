"""The backend in memory keeps the contract of backends."""

import pytest

from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.testing.backends import BackendContract


class TestMemory(BackendContract):
    @pytest.fixture
    def backend(self):
        return MemoryBackend()
