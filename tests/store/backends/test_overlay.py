"""The overlay keeps the contract of backends, and never changes the backend below."""

import pytest

from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.backends.overlay import Overlay
from nbmodelver.testing.backends import BackendContract


class TestOverlay(BackendContract):
    @pytest.fixture
    def backend(self):
        return Overlay(MemoryBackend())

    def test_the_backend_below_can_be_read_and_is_never_changed(self):
        below = MemoryBackend()
        for key in ("packs/a", "packs/b", "refs/a"):
            below.create(key, [key.encode()])
        over = Overlay(below)
        over.delete("packs/a")
        assert over.swap("refs/a", b"refs/a", b"new")
        assert over.create("packs/c", [b"c"])
        over.move("packs/b", "packs/d")
        assert over.create("packs/a", [b"again"])
        assert not over.create("packs/c", [b"again"])
        assert {k: bytes(over.read(k)) for k in over.list("")} == {
            "packs/a": b"again", "packs/c": b"c", "packs/d": b"packs/b", "refs/a": b"new",
        }  # fmt: skip
        assert {k: bytes(below.read(k)) for k in below.list("")} == {k: k.encode() for k in below.list("")}
        assert len(list(below.list(""))) == 3
