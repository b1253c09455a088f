"""Whose turn it is, and when the live names are looked at: with a clock and a loop of the test's own."""

from __future__ import annotations

import threading
import time

import pytest

from nbmodelver.errors import Busy, Cancelled
from nbmodelver.panels.change_watcher import ChangeWatcher
from nbmodelver.panels.mutation_queue import MutationQueue, Task
from tests.waiting import wait_for

LATER_S = 600.0
"""Beyond the end of a test, whatever the machine does between two of its lines."""


class Cells:
    busy = False


class Loop:
    """A main thread's loop that runs what was posted when it is told to."""

    def __init__(self):
        self.posted = []

    def post(self, call):
        self.posted.append(call)

    def run(self):
        while self.posted:
            self.posted.pop(0)()


class Wish:
    """A turn that says what became of it."""

    def __init__(self, waits=False, work=lambda: None):
        self.became = []
        self.turn = Task(lambda: (work(), self.became.append("ran")), lambda e: self.became.append(type(e)), waits)


def in_a_thread(call):
    raised = []

    def run():
        try:
            call()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


@pytest.fixture
def loop():
    return Loop()


@pytest.fixture
def cells():
    return Cells()


@pytest.fixture
def turns(cells, loop):
    return MutationQueue(cells, loop.post)


def test_a_turn_asked_for_in_another_thread_is_had_in_the_main_one(turns, loop):
    where = []
    wish = Wish(work=lambda: where.append(threading.current_thread()))
    in_a_thread(lambda: turns.ask(wish.turn))
    assert wish.became == []
    loop.run()
    assert where == [threading.main_thread()]


def test_a_cell_that_begins_before_the_loop_gets_there_refuses_those_that_may_not_wait(turns, loop, cells):
    hasty, patient = Wish(), Wish(waits=True)
    in_a_thread(lambda: (turns.ask(hasty.turn), turns.ask(patient.turn)))
    cells.busy = True
    turns.cell_starts()
    assert hasty.became == [Busy]
    loop.run()
    assert patient.became == []
    cells.busy = False
    turns.give()
    assert patient.became == ["ran"]
    assert hasty.became == [Busy]


def test_while_a_cell_runs_only_those_that_wait_are_taken(turns, cells):
    cells.busy = True
    with pytest.raises(Busy):
        turns.ask(Wish().turn)
    waits, withdrawn = Wish(waits=True), Wish(waits=True)
    turns.ask(waits.turn)
    turns.ask(withdrawn.turn)
    turns.withdraw(withdrawn.turn)
    assert withdrawn.became == [Cancelled]
    assert turns.queued == [waits.turn]
    cells.busy = False
    turns.give()
    turns.withdraw(waits.turn)
    assert waits.became == ["ran"]


def test_turns_do_not_lie_inside_each_other(turns):
    order = []
    inner = Wish(work=lambda: order.append("inner"))

    def outer():
        turns.ask(inner.turn)
        order.append("outer")

    turns.ask(Wish(work=outer).turn)
    assert order == ["outer", "inner"]


def test_a_turn_that_fails_does_not_keep_the_next_from_running(turns):
    def fails():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        turns.ask(Wish(work=fails).turn)
    wish = Wish()
    turns.ask(wish.turn)
    assert wish.became == ["ran"]


def test_a_look_is_had_once_and_its_thread_ends():
    looks = []
    looker = ChangeWatcher(lambda: looks.append(1))
    looker.ask(LATER_S)
    looker.ask(0.0)
    wait_for(lambda: looks == [1] and looker._thread is None)
    looker.ask()
    wait_for(lambda: looks == [1, 1] and looker._thread is None)


def test_a_cell_that_begins_forgets_the_look_that_was_due():
    looks = []
    looker = ChangeWatcher(lambda: looks.append(1))
    looker.ask(LATER_S)
    looker.hold()
    wait_for(lambda: looker._thread is None)
    assert looks == []


def test_a_cell_waits_for_a_look_that_has_begun_but_not_for_long():
    begun, go = threading.Event(), threading.Event()
    looker = ChangeWatcher(lambda: (begun.set(), go.wait(30)))
    looker.ask()
    assert begun.wait(10)
    started = time.monotonic()
    looker.hold()
    assert time.monotonic() - started > 0.1
    assert looker._thread is not None, "the look has not ended yet"
    go.set()
    wait_for(lambda: looker._thread is None)
