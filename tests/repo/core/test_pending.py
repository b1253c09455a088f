"""A commit on a thread of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import StoreError
from nbmodelver.model import Version, VersionId
from nbmodelver.repo.core.pending import Pending

if TYPE_CHECKING:
    from collections.abc import Callable

V1 = Version(VersionId("a" * 40), 1)


def started(work: Callable[[], Version]) -> tuple[Pending, list[Version | BaseException]]:
    told: list[Version | BaseException] = []
    return Pending(work, told.append), told


def test_the_result_is_the_version_and_the_callback_gets_it_too() -> None:
    pending, told = started(lambda: V1)
    assert pending.result() is V1
    assert pending.done
    assert told == [V1]
    assert repr(pending) == "<commit in the background, done>"


def test_it_is_under_way_until_the_work_ends() -> None:
    release = threading.Event()

    def work() -> Version:
        release.wait(10)
        return V1

    pending, told = started(work)
    assert (pending.done, told) == (False, [])
    assert "under way" in repr(pending)
    release.set()
    pending.wait()
    assert pending.done


@pytest.mark.parametrize("error", [StoreError("changed"), KeyboardInterrupt()])
def test_an_error_is_given_to_the_callback_and_raised_by_the_result(error: BaseException) -> None:
    def work() -> Version:
        raise error

    pending, told = started(work)
    pending.wait()  # Does not raise.
    assert told == [error]
    with pytest.raises(type(error)):
        pending.result()
    assert "failed" in repr(pending)


def test_the_thread_of_the_commit_does_not_wait_for_itself() -> None:
    ready = threading.Event()
    box: list[Pending] = []

    def work() -> Version:
        ready.wait(10)
        box[0].wait()
        return V1

    box.append(Pending(work, lambda _: None))
    ready.set()
    assert box[0].result() is V1
