"""The storages for tests: what they count, and how they fail."""

import contextlib
import subprocess
import sys

import pytest

from nbmodelver.errors import RemoteUnreachable, Truncated
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting, Fault, Faulty, Killed, Slow
from nbmodelver.testing.objects import KEY, ObjectStorageContract


class TestCounting(ObjectStorageContract):
    @pytest.fixture
    def storage(self):
        return Counting(MemoryStorage())


class TestSlow(ObjectStorageContract):
    @pytest.fixture
    def storage(self):
        return Slow(MemoryStorage(), latency_s=0.0001, bytes_per_s=1e10)


class TestFaultyWithoutFaults(ObjectStorageContract):
    @pytest.fixture
    def storage(self):
        return Faulty(MemoryStorage())


def test_requests_and_bytes_are_counted():
    counting = Counting(MemoryStorage())
    counting.create(KEY, b"12345")
    counting.create(KEY, b"12345")
    counting.put("packs/a", [b"123", b"4"], 4)
    counting.read(KEY, 1, 2)
    counting.read_many(KEY, [(0, 1), (3, 1)])
    counting.read_tagged(KEY)
    with pytest.raises(KeyError):
        counting.size("packs/b")
    list(counting.list(""))
    counting.delete([KEY, "packs/b"])
    assert counting.requests == {
        "create": 2, "put": 1, "read": 1, "read_many": 1, "read_tagged": 1, "size": 1, "list": 1, "delete": 1,
    }  # fmt: skip
    assert (counting.total, counting.writes) == (9, 4)
    assert (counting.sent_bytes, counting.received_bytes) == (14, 9)
    assert counting.calls[0] == ("create", KEY)
    counting.reset()
    assert (counting.total, counting.sent_bytes, counting.calls) == (0, 0, [])


def test_far_ranges_pages_and_many_keys_are_several_requests():
    counting = Counting(MemoryStorage())
    counting.put(KEY, [bytes(5 << 20)], 5 << 20)
    counting.read_many(KEY, [(0, 1), (4 << 20, 1)])
    counting.delete([f"packs/{number}" for number in range(1001)])
    for number in range(1500):
        counting.storage.create(f"packs/{number}", b"")
    list(counting.list("packs/"))
    assert (counting.requests["read_many"], counting.requests["delete"], counting.requests["list"]) == (2, 2, 2)


def test_a_slow_storage_waits_for_requests_and_bytes():
    waited = []
    slow = Slow(MemoryStorage(), latency_s=0.5, bytes_per_s=10, sleep=waited.append)
    slow.create(KEY, bytes(20))
    slow.read(KEY, 0, 5)
    assert waited == [2.5, 0.5, 0.5]


@pytest.mark.parametrize(
    ("fault", "error", "takes_effect"),
    [
        (Fault.LOST_ANSWER, RemoteUnreachable, True), (Fault.SERVER_ERROR, RemoteUnreachable, False),
        (Fault.THROTTLED, RemoteUnreachable, False), (Fault.KILLED_BEFORE, Killed, False),
        (Fault.KILLED_AFTER, Killed, True), (Fault.TRUNCATED, RemoteUnreachable, True),
    ],
)  # fmt: skip
def test_a_planned_fault_happens_at_its_request(fault, error, takes_effect):
    below = MemoryStorage()
    faulty = Faulty(below, {2: fault})
    faulty.create("packs/a", b"1")
    with pytest.raises(error):
        faulty.create(KEY, b"2")
    assert [one.key for one in below.list("")] == ["packs/a", *([KEY] if takes_effect else [])]
    assert faulty.happened == [(2, "create", KEY, fault)]
    faulty.put("packs/b", [b"3"], 1)
    assert faulty.requests == 3


def test_412_on_ones_own_write():
    faulty = Faulty(MemoryStorage(), {1: Fault.REFUSED_OWN, 3: Fault.REFUSED_OWN})
    assert not faulty.create(KEY, b"1")
    tagged = faulty.read_tagged(KEY)
    assert tagged.data == b"1"
    assert faulty.replace(KEY, b"2", tagged.tag) is None
    assert faulty.read(KEY) == b"2"


def test_an_answer_that_is_cut():
    below = MemoryStorage()
    below.create(KEY, b"0123456789")
    faulty = Faulty(below, dict.fromkeys(range(1, 5), Fault.SHORT) | {5: Fault.TRUNCATED})
    assert faulty.read(KEY) == b"01234"
    assert faulty.read_many(KEY, [(0, 4), (4, 2)]) == [b"01", b"4"]
    assert faulty.read_tagged(KEY).data == b"01234"
    assert faulty.size(KEY) == 10
    with pytest.raises(Truncated):
        faulty.read(KEY)


def test_the_same_seed_gives_the_same_faults():
    def faults(seed):
        faulty = Faulty(MemoryStorage(), probability=0.3, seed=seed, only=["create"])
        for number in range(100):
            with contextlib.suppress(RemoteUnreachable, Truncated):
                faulty.create(f"packs/{number}", b"")
            assert len(list(faulty.list(""))) <= number + 1
        return faulty.happened

    assert faults(1) == faults(1) != faults(2)
    assert 10 < len(faults(1)) < 60


def test_a_skewed_clock_changes_ages():
    now = [0.0]
    below = MemoryStorage(clock=lambda: now[0])
    below.create(KEY, b"")
    assert [one.age_s for one in Faulty(below, skew_s=3600).list("")] == [3600.0]


def test_the_wrappers_need_no_library_of_a_remote():
    source = "import sys; sys.modules.update(obstore=None, paramiko=None); import nbmodelver.testing.object_wrappers"
    subprocess.run([sys.executable, "-c", source + ", nbmodelver.testing.objects"], check=True)
