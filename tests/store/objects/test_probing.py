"""The probe finds out what a place does, also one that lies."""

import threading
import time

import pytest

from nbmodelver.errors import NotSupported, RemoteDenied, RemoteUnreachable
from nbmodelver.model.remotes import Abilities
from nbmodelver.store.objects.folder import FolderStorage
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.store.objects.probing import probe
from nbmodelver.testing.object_wrappers import Fault, Faulty


class IgnoresCreate(MemoryStorage):
    """Ignores If-None-Match, as nanio, rclone, juicefs and s3rver do."""

    def create(self, key, data):
        self.put(key, [data], len(data))
        return True


class IgnoresSwap(MemoryStorage):
    """Ignores If-Match, as localbucket does."""

    def replace(self, key, data, tag):
        self.put(key, [data], len(data))
        return self.read_tagged(key).tag


class IgnoresBoth(IgnoresSwap, IgnoresCreate):
    pass


class SaysNoAndWrites(MemoryStorage):
    """Answers 412 and writes nevertheless."""

    def create(self, key, data):
        new = super().create(key, data)
        self.put(key, [data], len(data))
        return new


class SwapsMissing(MemoryStorage):
    """Creates a missing object by a swap."""

    def replace(self, key, data, tag):
        return super().replace(key, data, tag) if key in self._objects else (super().create(key, data), '"9"')[1]


class TwoWinners(MemoryStorage):
    """Checks and then writes, so that concurrent creations can both succeed, as moto does."""

    races = ("create",)

    def create(self, key, data):
        if "create" not in self.races:
            return super().create(key, data)
        if key in self._objects:
            return False
        time.sleep(0.02)
        self.put(key, [data], len(data))
        return True

    def replace(self, key, data, tag):
        if "replace" not in self.races:
            return super().replace(key, data, tag)
        now = self._objects.get(key)
        if now is None or now.tag != tag:
            return None
        time.sleep(0.02)
        self.put(key, [data], len(data))
        return self._objects[key].tag


class TwoSwapWinners(TwoWinners):
    races = ("replace",)


class WholeObjects(MemoryStorage):
    """Ignores ranges."""

    def read(self, key, start=0, length=None):
        return super().read(key)


class RefusesAllAtOnce(MemoryStorage):
    """Refuses every one of concurrent creations now and then."""

    rounds = 0

    def create(self, key, data):
        if "race" in key and key.endswith("race-3"):
            return False
        return super().create(key, data)


@pytest.mark.parametrize(
    ("storage", "creates", "swaps", "wins_once", "rule"),
    [
        (MemoryStorage(), True, True, True, "swap"),
        (MemoryStorage(swaps=False), True, False, True, "numbered"),
        (IgnoresCreate(), False, True, True, "single writer"),
        (IgnoresSwap(), True, False, True, "numbered"),
        (IgnoresBoth(), False, False, False, "single writer"),
        (SaysNoAndWrites(), False, True, True, "single writer"),
        (SwapsMissing(), True, False, True, "numbered"),
        (TwoWinners(), True, True, False, "single writer"),
        (TwoSwapWinners(), True, True, False, "single writer"),
        (RefusesAllAtOnce(), True, True, True, "swap"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, MemoryStorage) else str(value),
)
def test_what_a_place_does_is_found(storage, creates, swaps, wins_once, rule):
    found = probe(storage)
    assert (found.creates, found.swaps, found.wins_once, found.rule) == (creates, swaps, wins_once, rule)
    assert found.writes
    assert found.ranges
    assert found.checked_at_utc.endswith("Z")
    assert list(storage.list("")) == []


def test_a_place_without_ranges_is_found():
    found = probe(WholeObjects())
    assert not found.ranges
    assert found.rule == "swap"


def test_credentials_that_only_read_are_no_error():
    storage = MemoryStorage(writes=False)
    assert probe(storage) == Abilities(False, False, False, True, False, probe(storage).checked_at_utc)
    assert probe(storage).rule == "read only"
    storage.writes = True
    storage.create("format", b"0123456789")
    storage.writes = False
    assert probe(storage).ranges
    without = WholeObjects(writes=True)
    without.create("packs/a", b"0123456789")
    without.writes = False
    assert not probe(without, known="packs/a").ranges


class ReadsOne(MemoryStorage):
    """Credentials that may read objects, and neither list nor learn what is missing."""

    def read(self, key, start=0, length=None):
        if key not in self._objects:
            raise RemoteDenied("403")
        return super().read(key, start, length)

    def list(self, prefix, after=""):
        raise RemoteDenied("403")


def test_credentials_that_read_nothing_are_an_error():
    storage = ReadsOne(writes=False)
    with pytest.raises(RemoteDenied, match="read-only"):
        probe(storage)
    storage.writes = True
    storage.create("format", b"0123456789")
    storage.writes = False
    assert probe(storage).rule == "read only"


def test_a_place_that_can_be_read_only_at_all_is_no_error():
    class Web(MemoryStorage):
        def create(self, key, data):
            raise NotSupported("a web server")

        def list(self, prefix, after=""):
            raise NotSupported("a web server")

    assert probe(Web()).rule == "read only"


def test_a_place_that_cannot_be_reached_is_an_error(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _s: None)
    plan = dict.fromkeys(range(1, 100), Fault.SERVER_ERROR)
    with pytest.raises(RemoteUnreachable):
        probe(Faulty(MemoryStorage(), plan))


def test_lost_answers_change_nothing():
    for seed in range(5):
        faulty = Faulty(MemoryStorage(), probability=0.05, seed=seed)
        assert probe(faulty).rule == "swap"


def test_a_folder_has_numbered_heads(tmp_path):
    before = threading.active_count()
    assert probe(FolderStorage(tmp_path)).rule == "numbered"
    assert threading.active_count() == before
