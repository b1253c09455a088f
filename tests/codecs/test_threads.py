"""Locks, events, conditions, semaphores, barriers and thread-local data are recreated in a usable state."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.codecs.again import Again


def test_a_lock_comes_back_free_and_says_that_it_was_held():
    lock = threading.Lock()
    lock.acquire()
    found = Again(lock=lock)
    assert type(found.lock) is type(lock)
    assert not found.lock.locked()
    assert found.notes == ["lock: new, free (it was held)"]


@pytest.mark.parametrize("make", [threading.Lock, threading.RLock, asyncio.Lock])
def test_two_names_share_one_new_lock(make):
    lock = make()
    found = Again(a=lock, b={"lock": lock})
    assert found.a is found.b["lock"]
    assert type(found.a) is type(lock)
    assert found.notes == ["lock: new"] * 2


def test_an_rlock_can_be_taken_twice():
    found = Again(lock=threading.RLock()).lock
    with found, found:
        pass


def test_a_condition_shares_its_lock():
    lock = threading.Lock()
    condition = threading.Condition(lock)
    found = Again(condition=condition, lock=lock)
    with found.condition:
        assert found.lock.locked()
        found.condition.notify_all()


@pytest.mark.parametrize("make", [threading.Event, asyncio.Event])
@pytest.mark.parametrize("is_set", [True, False])
def test_an_event_is_as_set_as_it_was(make, is_set):
    event = make()
    if is_set:
        event.set()
    assert Again(event=event).event.is_set() is is_set


def test_semaphores_keep_their_counts_and_bounds():
    semaphore, bounded = threading.Semaphore(5), threading.BoundedSemaphore(2)
    semaphore.acquire()
    bounded.acquire()
    found = Again(semaphore=semaphore, bounded=bounded, later=asyncio.BoundedSemaphore(3))
    assert [found.semaphore.acquire(blocking=False) for _ in range(5)] == [True] * 4 + [False]
    found.bounded.release()
    with pytest.raises(ValueError, match="released too many"):
        found.bounded.release()
    assert found.notes[:2] == ["semaphore: new, 4 free", "semaphore: new, 1 of 2 free"]


def test_a_barrier_has_its_parties_action_and_may_be_broken():
    whole, broken = threading.Barrier(1, dict, 2.5), threading.Barrier(3)
    broken.abort()
    found = Again(whole=whole, broken=broken)
    assert found.whole.wait() == 0
    assert found.broken.broken
    assert found.broken.parties == 3


def test_thread_local_data_has_the_values_of_this_thread():
    local = threading.local()
    local.at = [1]
    assert Again(local=local).local.at == [1]
