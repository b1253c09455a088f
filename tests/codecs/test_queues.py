"""Queues are recreated with their items."""

from __future__ import annotations

import asyncio
import queue
from typing import Any

import pytest

from nbmodelver.codecs import graph
from tests.codecs.again import Again


@pytest.mark.parametrize("make", [queue.Queue, queue.LifoQueue, queue.PriorityQueue])
def test_a_queue_has_its_contents_and_its_open_tasks(make):
    held = make(7)
    for item in (3, 1, 2, 0):
        held.put(item)
    held.get()
    found = Again(held=held).held
    assert (found.maxsize, found.unfinished_tasks) == (7, 4)
    assert [found.get() for _ in range(3)] == [held.get() for _ in range(3)]


def test_a_simple_queue_is_read_without_taking_anything_out():
    held = queue.SimpleQueue()
    for item in "abc":
        held.put(item)
    held.get()
    found = Again(held=held).held
    assert [found.get(), found.get(), found.empty()] == ["b", "c", True]
    assert [held.get(), held.get(), held.empty()] == ["b", "c", True]


@pytest.mark.parametrize("make", [asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue])
def test_a_queue_of_tasks_has_its_contents(make):
    held = make(5)
    for item in (4, 9, 1, 3):
        held.put_nowait(item)
    found = Again(held=held).held
    assert [found.get_nowait() for _ in range(4)] == [held.get_nowait() for _ in range(4)]
    assert found.maxsize == 5


def test_a_queue_may_hold_itself_and_what_other_names_hold():
    held: Any = queue.Queue()
    item = [1]
    held.put(held)
    held.put(item)
    found = Again(held=held, item=item)
    assert found.held.get() is found.held
    assert found.held.get() is found.item


class Mail(queue.Queue):  # type: ignore[type-arg]
    """Has a constructor and an attribute of its own."""

    def __init__(self, owner: str) -> None:
        super().__init__(3)
        self.owner = owner


def test_a_subclass_keeps_its_attributes_without_a_call_of_its_constructor():
    mail = Mail("ada")
    mail.put("hello")
    found = Again(mail=mail).mail
    assert (type(found), found.owner, found.maxsize, found.get()) == (Mail, "ada", 3, "hello")


def test_what_is_wrong_inside_a_queue_is_named():
    held: Any = queue.Queue()
    held.put(i for i in range(3))
    (skipped,) = graph.capture({"held": held}).skipped
    assert skipped.reason.startswith("a generator cannot be kept")
