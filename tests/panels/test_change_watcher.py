"""The live variables are compared in the background, never while a cell runs."""

from __future__ import annotations

import threading
import time

from nbmodelver.panels.change_watcher import ChangeWatcher
from tests.waiting import wait_for

LATER_S = 600.0
"""Beyond the end of a test, whatever the machine does between two of its lines."""


def test_a_comparison_runs_once_and_its_thread_ends():
    compared = []
    watcher = ChangeWatcher(lambda: compared.append(1))
    watcher.ask(LATER_S)
    watcher.ask(0.0)
    wait_for(lambda: compared == [1] and watcher._thread is None)
    watcher.ask()
    wait_for(lambda: compared == [1, 1] and watcher._thread is None)


def test_a_cell_that_begins_cancels_the_scheduled_comparison():
    compared = []
    watcher = ChangeWatcher(lambda: compared.append(1))
    watcher.ask(LATER_S)
    watcher.hold()
    wait_for(lambda: watcher._thread is None)
    assert compared == []


def test_a_cell_waits_for_a_running_comparison_but_not_for_long():
    begun, go = threading.Event(), threading.Event()
    watcher = ChangeWatcher(lambda: (begun.set(), go.wait(30)))
    watcher.ask()
    assert begun.wait(10)
    started = time.monotonic()
    watcher.hold()
    assert time.monotonic() - started > 0.1
    assert watcher._thread is not None, "the comparison has not ended yet"
    go.set()
    wait_for(lambda: watcher._thread is None)
