"""Queues between threads and tasks, with their items."""

from __future__ import annotations

import asyncio
import gc
import queue
from typing import Any

from nbmodelver.codecs.renewed import KeptState, Way, without_init


def _said(count: int) -> tuple[str, ...]:
    return (f"queue: new, {count} waiting in it" if count else "queue: new, empty",)


def _take(value: Any) -> KeptState:
    items = list(value.queue)
    state = (items, value.unfinished_tasks, bool(getattr(value, "is_shutdown", False)))
    return KeptState((value.maxsize,), state, _said(len(items)))


def _fill(made: Any, state: tuple[list[Any], int, bool]) -> None:
    items, made.unfinished_tasks, closed = state
    made.queue.extend(items)
    if closed and hasattr(made, "shutdown"):  # Python 3.13.
        made.shutdown()


def _take_simple(value: Any) -> KeptState:
    items = _waiting(value)
    return KeptState(state=items or None, notes=_said(len(items)))


def _waiting(value: Any) -> list[Any]:
    """The items of a `SimpleQueue`. No public name exposes them; until Python 3.12 the garbage collector does."""
    count = value.qsize()
    held = [found for found in gc.get_referents(value) if type(found) is list]
    if len(held) == 1 and len(held[0]) >= count:
        return held[0][len(held[0]) - count :]
    items = [value.get_nowait() for _ in range(count)]
    for item in items:
        value.put(item)
    return items


def _fill_simple(made: Any, items: list[Any]) -> None:
    for item in items:
        made.put(item)


def _take_async(value: Any) -> KeptState:
    items = list(value._queue)
    return KeptState((value.maxsize,), (items, value._unfinished_tasks), _said(len(items)))


def _fill_async(made: Any, state: tuple[list[Any], int]) -> None:
    items, unfinished = state
    for item in items:  # The items are in heap order, so a push does not move them.
        asyncio.Queue.put_nowait(made, item)
    made._unfinished_tasks = unfinished
    if unfinished:
        made._finished.clear()


WAYS = (
    *(
        Way(f"queues.{cls.__name__}", cls, _take, without_init(cls), _fill)
        for cls in (queue.LifoQueue, queue.PriorityQueue, queue.Queue)
    ),
    Way("queues.SimpleQueue", queue.SimpleQueue, _take_simple, lambda cls: cls(), _fill_simple),
    *(
        Way(f"queues.asyncio.{cls.__name__}", cls, _take_async, without_init(cls), _fill_async)
        for cls in (asyncio.LifoQueue, asyncio.PriorityQueue, asyncio.Queue)
    ),
)
