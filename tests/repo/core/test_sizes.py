"""The size of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.repo.core.sizes import size_of
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    import pytest


def test_packs_records_and_journals_count_and_nothing_else() -> None:
    backend = MemoryBackend()
    for key, size in (("packs/aa", 100), ("records/bb", 20), ("journals/cc", 3), ("refs/dd", 1000), ("format", 1000)):
        backend.create(key, [b"x" * size])
    assert size_of(backend) == 123


def test_a_file_that_is_deleted_meanwhile_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = MemoryBackend()
    backend.create("packs/aa", [b"x" * 100])
    listed = backend.list
    monkeypatch.setattr(backend, "list", lambda prefix: [*listed(prefix), "packs/gone"])
    assert size_of(backend) == 100
