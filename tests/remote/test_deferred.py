"""A deferred storage opens the real one at its first request, once, and forwards everything."""

from __future__ import annotations

import threading
from typing import Any

from nbmodelver.remote.deferred import Deferred
from nbmodelver.store.objects.memory import MemoryStorage


def deferred() -> tuple[Deferred, list[MemoryStorage]]:
    opened: list[MemoryStorage] = []

    def open_() -> MemoryStorage:
        opened.append(MemoryStorage("memory://real"))
        return opened[-1]

    return Deferred(open_, "memory://address"), opened


def test_nothing_is_opened_before_the_first_request():
    storage, opened = deferred()
    assert storage.where == "memory://address"
    storage.close()
    assert opened == []
    assert not list(storage.list(""))
    assert len(opened) == 1
    assert storage.where == "memory://real"


def test_every_request_is_forwarded():
    storage, opened = deferred()
    assert storage.create("a", b"12345")
    assert storage.read("a", 1, 2) == b"23"
    assert storage.read_many("a", [(0, 1), (4, 1)]) == [b"1", b"5"]
    tagged = storage.read_tagged("a")
    assert storage.replace("a", b"new", tagged.tag)
    assert storage.size("a") == 3
    storage.put("b", [b"x"], 1)
    assert [one.key for one in storage.list("")] == ["a", "b"]
    storage.delete(["a"])
    assert [one.key for one in opened[0].list("")] == ["b"]


def test_threads_open_it_once():
    storage, opened = deferred()
    threads = [threading.Thread(target=lambda: list(storage.list(""))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1


def test_a_closed_storage_is_closed_and_opened_again_when_it_is_used():
    storage, opened = deferred()
    list(storage.list(""))
    closed: list[Any] = []
    opened[0].close = lambda: closed.append(1)  # type: ignore[method-assign]
    storage.close()
    list(storage.list(""))
    assert (closed, len(opened)) == ([1], 2)


def test_without_an_address_the_real_one_is_asked():
    storage = Deferred(lambda: MemoryStorage("memory://real"))
    assert storage.where == "memory://real"
