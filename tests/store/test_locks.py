"""Locks with a timeout, between threads and between processes."""

import os
import threading
import time

import pytest

from nbmodelver.errors import StoreLocked
from nbmodelver.store.locks import MemoryLock, file_lock


@pytest.fixture(params=["memory", "file"])
def hold(request, tmp_path):
    """Holds one lock, of either kind."""
    lock, path = MemoryLock(), tmp_path / "lock"

    def of_memory(timeout_s=0.0, *, shared=False):
        return lock.hold("the lock", timeout_s, shared=shared)

    class OfFile:
        def __init__(self, timeout_s=0.0, *, shared=False):
            self.arguments = timeout_s, shared

        def __enter__(self):
            self.fd = os.open(path, os.O_CREAT | os.O_RDWR)
            timeout_s, shared = self.arguments
            self.inner = file_lock(self.fd, "the lock", timeout_s, shared=shared)
            try:
                self.inner.__enter__()
            except BaseException:
                os.close(self.fd)
                raise

        def __exit__(self, *raised):
            try:
                return self.inner.__exit__(*raised)
            finally:
                os.close(self.fd)

    return of_memory if request.param == "memory" else OfFile


def refused(hold, **how):
    with pytest.raises(StoreLocked, match="the lock is locked by"), hold(**how):
        pass


def test_an_exclusive_lock_is_held_once(hold):
    with hold():
        refused(hold)
        refused(hold, shared=True)
    with hold():
        pass


def test_a_shared_lock_is_held_by_many_and_excludes_writers(hold):
    with hold(shared=True), hold(shared=True):
        refused(hold)
    with hold():
        pass


def test_a_lock_is_released_after_an_error(hold):
    with pytest.raises(ZeroDivisionError), hold():
        raise ZeroDivisionError
    with hold():
        pass


def test_it_waits_until_the_holder_is_done(hold):
    held, release, order = threading.Event(), threading.Event(), []

    def other():
        with hold(5):
            held.set()
            release.wait(5)
            order.append("other")

    thread = threading.Thread(target=other)
    thread.start()
    assert held.wait(5)
    threading.Timer(0.05, release.set).start()
    with hold(5):
        order.append("this")
    thread.join()
    assert order == ["other", "this"]


def test_it_gives_up_after_the_timeout_and_says_so(hold):
    with hold():
        began = time.monotonic()
        with pytest.raises(StoreLocked, match=r"waited 0\.05 s") as caught, hold(0.05):
            pass
        assert time.monotonic() - began >= 0.05
        assert "end that process" in caught.value.hint


def test_the_process_that_holds_a_file_is_named(tmp_path):
    fds = [os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR) for _ in range(2)]
    try:
        named = pytest.raises(StoreLocked, match=f"process {os.getpid()}")
        with file_lock(fds[0], "x", 0.0), named, file_lock(fds[1], "x", 0.0):
            pass
    finally:
        for fd in fds:
            os.close(fd)
