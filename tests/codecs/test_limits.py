"""Code of the user is interrupted after the limit; code of libraries is not."""

from __future__ import annotations

import gc
import threading
import time
from typing import Any

import pytest

from nbmodelver.codecs import graph
from nbmodelver.codecs.limits import gc_paused


class Slow:
    def __reduce__(self) -> Any:
        while True:
            time.sleep(0.01)


def reason() -> str:
    (skipped,) = graph.capture({"x": Slow()}, {}, time_limit_s=0.1).skipped
    return skipped.reason


def test_a_hook_that_never_returns_is_interrupted_and_named() -> None:
    assert reason() == "its code ran for more than 0.1 s (limit: time_limit_s)"


def test_the_same_in_another_thread() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(reason()))
    thread.start()
    thread.join(30)
    assert found == ["its code ran for more than 0.1 s (limit: time_limit_s)"]


@pytest.mark.parametrize("was_on", [True, False])
def test_garbage_collection_is_as_it_was_after_the_block(was_on: bool) -> None:
    before = gc.isenabled()
    (gc.enable if was_on else gc.disable)()
    try:
        with gc_paused():
            assert not gc.isenabled()
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()
