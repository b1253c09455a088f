"""Tasks that change variables run one at a time in the main thread, never while a cell runs."""

from __future__ import annotations

import threading

import pytest

from nbmodelver.errors import Busy, Cancelled
from nbmodelver.panels.mutation_queue import MutationQueue, Task


class Cells:
    busy = False


class Loop:
    """A main thread's loop that runs what was posted when the test says so."""

    def __init__(self):
        self.posted = []

    def post(self, call):
        self.posted.append(call)

    def run(self):
        while self.posted:
            self.posted.pop(0)()


class Recorded:
    """A task that records what became of it."""

    def __init__(self, waits=False, work=lambda: None):
        self.became = []
        self.task = Task(lambda: (work(), self.became.append("ran")), lambda e: self.became.append(type(e)), waits)


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
def queue(cells, loop):
    return MutationQueue(cells, loop.post)


def test_a_task_of_another_thread_runs_in_the_main_thread(queue, loop):
    where = []
    task = Recorded(work=lambda: where.append(threading.current_thread()))
    in_a_thread(lambda: queue.ask(task.task))
    assert task.became == []
    loop.run()
    assert where == [threading.main_thread()]


def test_a_cell_that_begins_before_the_loop_gets_there_refuses_those_that_may_not_wait(queue, loop, cells):
    hasty, patient = Recorded(), Recorded(waits=True)
    in_a_thread(lambda: (queue.ask(hasty.task), queue.ask(patient.task)))
    cells.busy = True
    queue.cell_starts()
    assert hasty.became == [Busy]
    loop.run()
    assert patient.became == []
    cells.busy = False
    queue.give()
    assert patient.became == ["ran"]
    assert hasty.became == [Busy]


def test_while_a_cell_runs_only_those_that_wait_are_taken(queue, cells):
    cells.busy = True
    with pytest.raises(Busy):
        queue.ask(Recorded().task)
    waits, withdrawn = Recorded(waits=True), Recorded(waits=True)
    queue.ask(waits.task)
    queue.ask(withdrawn.task)
    queue.withdraw(withdrawn.task)
    assert withdrawn.became == [Cancelled]
    assert queue.queued == [waits.task]
    cells.busy = False
    queue.give()
    queue.withdraw(waits.task)
    assert waits.became == ["ran"]


def test_tasks_do_not_run_inside_each_other(queue):
    order = []
    inner = Recorded(work=lambda: order.append("inner"))

    def outer():
        queue.ask(inner.task)
        order.append("outer")

    queue.ask(Recorded(work=outer).task)
    assert order == ["outer", "inner"]


def test_a_task_that_fails_does_not_stop_the_next_one(queue):
    def fails():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        queue.ask(Recorded(work=fails).task)
    task = Recorded()
    queue.ask(task.task)
    assert task.became == ["ran"]
