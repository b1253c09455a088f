"""What may succeed next time is repeated, and a lost answer is never a false conflict."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.errors import RemoteDenied, RemoteUnreachable, Truncated
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.store.objects.retrying import Patience, Retrying
from nbmodelver.testing.object_wrappers import NETWORK, Counting, Fault, Faulty, Killed, Wrapper
from nbmodelver.testing.objects import KEY, ObjectStorageContract


def retrying(below, plan=None, **options):
    """A storage that repeats, over one that fails; it does not sleep."""
    return Retrying(Faulty(below, plan, **options), Patience(attempts=8), sleep=lambda _s: None)


class TestRetrying(ObjectStorageContract):
    @pytest.fixture
    def storage(self):
        return retrying(MemoryStorage())


class TestRetryingAfterFaults(ObjectStorageContract):
    @pytest.fixture
    def storage(self):
        return retrying(MemoryStorage(), probability=0.1, seed=3)


@pytest.mark.parametrize("fault", NETWORK)
def test_a_created_object_is_ours_also_after_a_fault(fault):
    below = MemoryStorage()
    assert retrying(below, {1: fault}).create(KEY, b"ours")
    assert below.read(KEY) == b"ours"


@pytest.mark.parametrize("fault", NETWORK)
def test_a_replaced_object_is_ours_also_after_a_fault(fault):
    below = MemoryStorage()
    below.create(KEY, b"old")
    tag = retrying(below, {1: fault}).replace(KEY, b"ours", below.read_tagged(KEY).tag)
    assert (below.read(KEY), below.read_tagged(KEY).tag) == (b"ours", tag)


@pytest.mark.parametrize("second", NETWORK)
@pytest.mark.parametrize("first", NETWORK)
def test_a_fault_while_reading_back_is_repeated_as_well(first, second):
    below = MemoryStorage()
    assert retrying(below, {1: first, 2: second, 3: second}).create(KEY, b"ours")
    tag = below.read_tagged(KEY).tag
    assert retrying(below, {1: first, 2: second, 3: second}).replace(KEY, b"next", tag)
    assert below.read(KEY) == b"next"


def test_412_on_ones_own_write_after_a_fault_is_no_conflict():
    # The first request did not arrive; the second did, and something on the way sent it twice.
    below = MemoryStorage()
    assert retrying(below, {1: Fault.SERVER_ERROR, 3: Fault.REFUSED_OWN}).create(KEY, b"ours")
    tag = below.read_tagged(KEY).tag
    assert retrying(below, {1: Fault.SERVER_ERROR, 3: Fault.REFUSED_OWN}).replace(KEY, b"next", tag)


def test_another_ones_object_is_a_conflict_also_after_a_fault():
    below = MemoryStorage()
    below.create(KEY, b"theirs")
    assert not retrying(below, {1: Fault.SERVER_ERROR}).create(KEY, b"ours")
    assert retrying(below, {1: Fault.SERVER_ERROR}).replace(KEY, b"ours", '"0"') is None
    assert below.read(KEY) == b"theirs"
    below.delete([KEY])
    assert retrying(below, {1: Fault.SERVER_ERROR}).replace(KEY, b"ours", '"0"') is None


def test_an_object_that_was_written_by_another_one_before_is_no_success_of_ours():
    below = MemoryStorage()
    below.create(KEY, b"same")
    assert not retrying(below).create(KEY, b"same")


@given(st.integers(0, 10_000))
def test_whatever_fails_two_writers_never_both_win(seed):
    below = MemoryStorage()
    writers = [retrying(below, probability=0.4, seed=seed + number) for number in range(2)]
    won = []
    for number, writer in enumerate(writers):
        try:
            if writer.create(KEY, b"%d" % number):
                won.append(number)
        except (RemoteUnreachable, Truncated):
            pass
    assert len(won) <= 1
    if won:
        assert below.read(KEY) == b"%d" % won[0]


class Failing(Wrapper):
    def __init__(self, storage, error):
        super().__init__(storage)
        self.error, self.calls = error, 0

    def _call(self, kind, key, act, *, requests=1, sent=0):
        self.calls += 1
        raise self.error


@pytest.mark.parametrize("error", [RemoteDenied("no"), KeyError("x"), Killed(), KeyboardInterrupt()])
def test_other_errors_are_raised_at_once(error):
    failing = Failing(MemoryStorage(), error)
    with pytest.raises(type(error)):
        Retrying(failing).read(KEY)
    assert failing.calls == 1


def test_pauses_grow_have_jitter_and_a_bound_and_attempts_end():
    slept = []
    failing = Failing(MemoryStorage(), RemoteUnreachable("no answer"))
    patience = Patience(attempts=12, total_s=1e9, first_pause_s=1, longest_pause_s=8)
    for _ in range(200):
        with pytest.raises(RemoteUnreachable, match="no answer"):
            Retrying(failing, patience, sleep=slept.append).size(KEY)
    assert failing.calls == 12 * 200
    per_attempt = [slept[number::11] for number in range(11)]
    for pauses, bound in zip(per_attempt, itertools.chain([1, 2, 4], itertools.repeat(8)), strict=False):
        assert 0.8 * bound < max(pauses) <= bound
        assert min(pauses) < 0.2 * bound


def test_no_attempt_begins_after_the_total_time():
    now = [0.0]

    def sleep(pause_s):
        now[0] += pause_s

    failing = Failing(MemoryStorage(), RemoteUnreachable("no answer"))
    patience = Patience(attempts=10**6, total_s=60, first_pause_s=1, longest_pause_s=10)
    with pytest.raises(RemoteUnreachable):
        Retrying(failing, patience, sleep=sleep, clock=lambda: now[0]).read(KEY)
    assert 40 < now[0] <= 60


def test_chunks_of_an_iterator_are_sent_again():
    below = MemoryStorage()
    plan = {1: Fault.SERVER_ERROR, 2: Fault.LOST_ANSWER}
    retrying(below, plan).put(KEY, iter([b"ab", b"cd"]), 4)
    assert below.read(KEY) == b"abcd"
    retrying(below, plan).put(KEY, [b"ef", b"g"], 3)
    assert below.read(KEY) == b"efg"


def test_a_large_iterator_is_not_kept_in_memory(monkeypatch):
    monkeypatch.setattr("nbmodelver.store.objects.retrying.REPLAYED_BYTES", 3)
    below = MemoryStorage()
    with pytest.raises(RemoteUnreachable):
        retrying(below, {1: Fault.SERVER_ERROR}).put(KEY, iter([b"ab", b"cd"]), 4)
    retrying(below).put(KEY, iter([b"ab", b"cd"]), 4)
    retrying(below, {1: Fault.SERVER_ERROR}).put(KEY, [b"abcde"], 5)
    assert below.read(KEY) == b"abcde"


def test_a_listing_continues_behind_what_was_listed():
    class Breaking(Wrapper):
        """Breaks every listing after two objects."""

        def list(self, prefix, after=""):
            for number, one in enumerate(self.storage.list(prefix, after)):
                if number == 2:
                    raise RemoteUnreachable("broken")
                yield one

    below = MemoryStorage()
    keys = [f"packs/{number}" for number in range(9)]
    for key in keys:
        below.create(key, b"")
    storage = Retrying(Breaking(below), Patience(attempts=2), sleep=lambda _s: None)
    assert [one.key for one in storage.list("packs/")] == keys
    assert [one.key for one in storage.list("packs/", "packs/4")] == keys[5:]


def test_without_faults_there_is_one_request():
    counting = Counting(MemoryStorage())
    storage = Retrying(counting)
    storage.create(KEY, b"x")
    storage.create(KEY, b"y")
    tag = storage.read_tagged(KEY).tag
    storage.replace(KEY, b"z", tag)
    storage.replace(KEY, b"z", tag)
    assert counting.requests == {"create": 2, "read_tagged": 1, "replace": 2}
