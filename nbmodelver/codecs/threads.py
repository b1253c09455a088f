"""Locks, events, conditions, semaphores, barriers and thread-local data, recreated in a usable state.

A lock is restored unlocked, even if it was held: the thread that would release it is not restored. Counts, flags and
the thread-local values of the committing thread are restored. Waiting threads and tasks are not.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from nbmodelver.codecs.renewed import KeptState, Way, refusing, without_init

_LOCK: Any = type(threading.Lock())
_RLOCK: Any = type(threading.RLock())


def _is_held(lock: Any) -> bool:
    """True for a lock that is held. RLock has `locked` since Python 3.14; before, its `repr` shows it."""
    return bool(lock.locked()) if hasattr(lock, "locked") else repr(lock).startswith("<locked")


def _take_lock(lock: Any) -> KeptState:
    return KeptState(notes=("lock: new, free (it was held)" if _is_held(lock) else "lock: new",))


def _take_condition(condition: Any) -> KeptState:
    return KeptState((condition._lock,), notes=("condition: new",))


def _take_event(event: Any) -> KeptState:
    return KeptState(
        state=True if event.is_set() else None, notes=("event: new, set" if event.is_set() else "event: new",)
    )


def _take_semaphore(semaphore: Any) -> KeptState:
    return KeptState((semaphore._value,), notes=(f"semaphore: new, {semaphore._value} free",))


def _take_bounded(semaphore: Any) -> KeptState:
    bound = getattr(semaphore, "_initial_value", None)
    bound = semaphore._bound_value if bound is None else bound
    return KeptState((bound, semaphore._value), notes=(f"semaphore: new, {semaphore._value} of {bound} free",))


def _make_bounded(cls: Any, bound: int, value: int) -> Any:
    made = without_init(_base(cls, threading.BoundedSemaphore, asyncio.BoundedSemaphore))(cls, bound)
    made._value = value
    return made


def _base(cls: Any, *bases: Any) -> Any:
    return next(base for base in bases if issubclass(cls, base))


def _take_barrier(barrier: threading.Barrier) -> KeptState:
    parts: Any = barrier
    args = (barrier.parties, parts._action, parts._timeout)
    return KeptState(args, True if barrier.broken else None, ("barrier: new",))


def _take_local(value: Any) -> KeptState:
    return KeptState(state=dict(vars(value)) or None, notes=("thread-local data: the values of this thread",))


def _set_event(event: Any, _state: bool) -> None:
    event.set()


WAYS = (
    refusing(
        "threads.Thread", threading.Thread, "a thread cannot be kept: start a new one after a rollback, if it is needed"
    ),
    refusing(
        "threads.asyncio.loop", asyncio.AbstractEventLoop, "an event loop cannot be kept: each kernel has its own"
    ),
    Way("threads.Lock", _LOCK, _take_lock, lambda _cls: threading.Lock(), attributes=False),
    Way("threads.RLock", _RLOCK, _take_lock, lambda _cls: threading.RLock(), attributes=False),
    Way("threads.Condition", threading.Condition, _take_condition, without_init(threading.Condition)),
    Way("threads.Event", threading.Event, _take_event, without_init(threading.Event), _set_event),
    Way(
        "threads.BoundedSemaphore", threading.BoundedSemaphore, _take_bounded, _make_bounded
    ),
    Way("threads.Semaphore", threading.Semaphore, _take_semaphore, without_init(threading.Semaphore)),
    Way(
        "threads.Barrier", threading.Barrier, _take_barrier, without_init(threading.Barrier),
        lambda barrier, _broken: barrier.abort(),
    ),
    Way(
        "threads.local", threading.local, _take_local, lambda cls: cls.__new__(cls),
        lambda value, state: vars(value).update(state), attributes=False,
    ),
    Way("threads.asyncio.Lock", asyncio.Lock, _take_lock, without_init(asyncio.Lock)),
    Way("threads.asyncio.Condition", asyncio.Condition, _take_condition, without_init(asyncio.Condition)),
    Way("threads.asyncio.Event", asyncio.Event, _take_event, without_init(asyncio.Event), _set_event),
    Way("threads.asyncio.BoundedSemaphore", asyncio.BoundedSemaphore, _take_bounded, _make_bounded),
    Way("threads.asyncio.Semaphore", asyncio.Semaphore, _take_semaphore, without_init(asyncio.Semaphore)),
)  # fmt: skip
