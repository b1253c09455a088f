"""Idle pools are recreated with their settings, and working ones are refused."""

from __future__ import annotations

import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

import pytest

from tests.codecs.again import Again, refused


def test_a_pool_of_threads_has_its_settings():
    with ThreadPoolExecutor(3, "work", print, ("begin",)) as pool:
        found = Again(pool=pool).pool
    assert (found._max_workers, found._thread_name_prefix, found._initargs) == (3, "work", ("begin",))
    assert found.submit(int, "7").result() == 7
    found.shutdown()


def test_a_pool_that_was_shut_down_stays_shut_down():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        Again(pool=pool).pool.submit(print)


def test_a_pool_of_processes_has_its_settings():
    pool = ProcessPoolExecutor(2)
    found = Again(pool=pool).pool
    assert found._max_workers == 2
    assert type(found._mp_context) is type(pool._mp_context)


def test_a_pool_of_multiprocessing_works_again():
    with ThreadPool(2) as pool, Again(pool=pool).pool as found:
        assert found.map(abs, [-1, 2]) == [1, 2]


def test_a_pool_at_work_is_refused_with_the_way_out():
    go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(go.wait)
        assert refused(pool) == "a pool at work cannot be kept: wait for its results, then commit"
        go.set()
