"""The thread pool."""

import os
import threading

import pytest

from nbmodelver.store.workers import MOST_THREADS, Workers, stop


def test_results_come_in_order():
    assert Workers(4).map(lambda n: n * n, range(20)) == [n * n for n in range(20)]


def test_one_item_and_one_thread_need_no_pool():
    here = threading.get_ident()
    assert Workers(4).map(lambda _: threading.get_ident(), [1]) == [here]
    assert set(Workers(1).map(lambda _: threading.get_ident(), range(3))) == {here}
    assert here not in Workers(2).map(lambda _: threading.get_ident(), range(3))


def test_the_first_error_is_raised_after_every_task_has_ended():
    ended = []

    def work(n):
        if n == 1:
            raise ZeroDivisionError(n)
        ended.append(n)

    with pytest.raises(ZeroDivisionError, match="1"):
        Workers(2).map(work, range(4))
    assert 0 in ended


def test_tasks_that_have_not_begun_are_cancelled_and_the_others_awaited():
    workers, begun, release, ended = Workers(1), threading.Event(), threading.Event(), []

    def work(n):
        begun.set()
        release.wait(5)
        ended.append(n)

    running = [workers.submit(work, n) for n in range(3)]
    assert begun.wait(5)
    threading.Timer(0.05, release.set).start()
    stop(running)
    assert ended == [0]
    assert [f.cancelled() for f in running] == [False, True, True]


def test_the_number_of_threads_is_limited():
    assert 1 <= Workers().threads <= MOST_THREADS
    assert Workers(3).threads == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_gets_a_pool_of_its_own():
    workers = Workers(2)
    assert workers.map(str, [1, 2]) == ["1", "2"]
    pool = workers._made()
    workers._pid = -1  # What a child sees: the pool of another process.
    assert workers._made() is not pool
    assert workers.map(str, [1, 2]) == ["1", "2"]
    pool.shutdown()
