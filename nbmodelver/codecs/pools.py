"""Idle pools of threads and processes: new pools with the same settings. A pool that is working is refused."""

from __future__ import annotations

import importlib
import multiprocessing
import subprocess
from typing import Any

from nbmodelver.codecs.renewed import KeptState, Refused, Way, refusing, without_init

_BUSY = "a pool at work cannot be kept: wait for its results, then commit"
_NEW = ("pool: new",)


def _initializer(pool: Any) -> tuple[Any, Any]:
    """The initializer of the workers, and its arguments."""
    if hasattr(pool, "_initializer"):
        return pool._initializer, pool._initargs
    context = pool._create_worker_context()  # Python 3.14.
    return context.initializer, context.initargs


def _take_threads(pool: Any) -> KeptState:
    if pool._work_queue.qsize() and not pool._shutdown:
        raise Refused(_BUSY)
    if pool._idle_semaphore._value < len(pool._threads) and not pool._shutdown:
        raise Refused(_BUSY)
    args = (pool._max_workers, pool._thread_name_prefix, *_initializer(pool))
    return KeptState(args, True if pool._shutdown else None, _NEW)


def _make_threads(cls: Any, workers: int, prefix: str, *first: Any) -> Any:
    made = cls.__new__(cls)
    _executors().ThreadPoolExecutor.__init__(made, workers, prefix, *first)
    return made


def _take_processes(pool: Any) -> KeptState:
    if pool._pending_work_items:
        raise Refused(_BUSY)
    how = pool._mp_context.get_start_method()
    args = (pool._max_workers, how, *_initializer(pool), getattr(pool, "_max_tasks_per_child", None))
    return KeptState(args, True if pool._shutdown_thread else None, _NEW)


def _make_processes(cls: Any, workers: int, how: str, *first: Any) -> Any:
    """first: initializer, its arguments, and the maximum number of tasks per worker."""
    made = cls.__new__(cls)
    initializer, initargs, most = first
    _executors().ProcessPoolExecutor.__init__(
        made, workers, multiprocessing.get_context(how), initializer, initargs, max_tasks_per_child=most
    )
    return made


def _close(pool: Any, _state: bool) -> None:
    pool.shutdown(wait=False)


def _take_pool(pool: Any) -> KeptState:
    if pool._state != "RUN":
        raise Refused("a pool that was closed cannot be kept: make a new one where it is used")
    if pool._cache:
        raise Refused(_BUSY)
    return KeptState((pool._processes, pool._initializer, pool._initargs, *_of_processes(pool)), notes=_NEW)


def _of_processes(pool: Any) -> tuple[Any, ...]:
    if isinstance(pool, _pools().ThreadPool):
        return ()
    return pool._maxtasksperchild, pool._ctx.get_start_method()


def _make_pool(cls: Any, workers: int, initializer: Any, initargs: Any, *of_processes: Any) -> Any:
    if not of_processes:
        return cls(workers, initializer, initargs)
    most, how = of_processes
    return multiprocessing.get_context(how).Pool(workers, initializer, initargs, most)


def _take_future(future: Any) -> KeptState:
    if future.cancelled() or not future.done():
        raise Refused("a future that is not done cannot be kept: wait for its result, then commit")
    error = future.exception()
    return KeptState(state=(error, None if error else future.result()))


def _fill_future(future: Any, state: tuple[Any, Any]) -> None:
    error, result = state
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def _executors() -> Any:
    return importlib.import_module("concurrent.futures")


def _pools() -> Any:
    return importlib.import_module("multiprocessing.pool")


WAYS = (
    Way("pools.ThreadPoolExecutor", _executors().ThreadPoolExecutor, _take_threads, _make_threads, _close),
    Way("pools.ProcessPoolExecutor", _executors().ProcessPoolExecutor, _take_processes, _make_processes, _close),
    Way("pools.Future", _executors().Future, _take_future, without_init(_executors().Future), _fill_future),
    refusing("pools.Popen", subprocess.Popen, "a running program cannot be kept: start it again after a rollback"),
    Way("pools.ThreadPool", _pools().ThreadPool, _take_pool, _make_pool, exact=True, attributes=False),
    Way("pools.Pool", _pools().Pool, _take_pool, _make_pool, exact=True, attributes=False),
)
