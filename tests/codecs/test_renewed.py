"""Locks, queues, pools, files, databases and the like: made new, with what the work needs, and said."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import queue
import re
import sqlite3
import sys
import tempfile
import threading
import warnings
import weakref
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import graph, renewed


class Again:
    """One or more values, loaded from what a commit would keep of them."""

    def __init__(self, acts: bool = False, **values: Any) -> None:
        self.capture = graph.capture(values)
        assert not self.capture.skipped, self.capture.skipped
        self.loader = graph.Loader({}, lambda key: self.capture.defined[key])
        self.loader.acts = acts
        self.values: dict[str, Any] = {}
        for draft in self.capture.groups:
            self.values |= graph.decode(draft, self.loader)
        self.notes = [note for notes in self.capture.notes.values() for note in notes]
        self.told = [note for _names, note in self.loader.told]

    def __getattr__(self, name: str) -> Any:
        return self.values[name]


def refused(value: Any) -> str:
    """Why a value cannot be kept."""
    (skipped,) = graph.capture({"x": value}).skipped
    return skipped.reason


def test_a_lock_comes_back_free_and_says_that_it_was_held():
    lock = threading.Lock()
    lock.acquire()
    found = Again(lock=lock)
    assert type(found.lock) is type(lock)
    assert not found.lock.locked()
    assert found.notes == ["lock: new, free (it was held)"]


@pytest.mark.parametrize("make", [threading.Lock, threading.RLock, asyncio.Lock])
def test_two_names_share_one_new_lock(make):
    lock = make()
    found = Again(a=lock, b={"lock": lock})
    assert found.a is found.b["lock"]
    assert type(found.a) is type(lock)
    assert found.notes == ["lock: new"] * 2


def test_an_rlock_can_be_taken_twice():
    found = Again(lock=threading.RLock()).lock
    with found, found:
        pass


def test_a_condition_shares_its_lock():
    lock = threading.Lock()
    condition = threading.Condition(lock)
    found = Again(condition=condition, lock=lock)
    with found.condition:
        assert found.lock.locked()
        found.condition.notify_all()


@pytest.mark.parametrize("make", [threading.Event, asyncio.Event])
@pytest.mark.parametrize("is_set", [True, False])
def test_an_event_is_as_set_as_it_was(make, is_set):
    event = make()
    if is_set:
        event.set()
    assert Again(event=event).event.is_set() is is_set


def test_semaphores_keep_their_counts_and_bounds():
    semaphore, bounded = threading.Semaphore(5), threading.BoundedSemaphore(2)
    semaphore.acquire()
    bounded.acquire()
    found = Again(semaphore=semaphore, bounded=bounded, later=asyncio.BoundedSemaphore(3))
    assert [found.semaphore.acquire(blocking=False) for _ in range(5)] == [True] * 4 + [False]
    found.bounded.release()
    with pytest.raises(ValueError, match="released too many"):
        found.bounded.release()
    assert found.notes[:2] == ["semaphore: new, 4 free", "semaphore: new, 1 of 2 free"]


def test_a_barrier_has_its_parties_action_and_may_be_broken():
    whole, broken = threading.Barrier(1, dict, 2.5), threading.Barrier(3)
    broken.abort()
    found = Again(whole=whole, broken=broken)
    assert found.whole.wait() == 0
    assert found.broken.broken
    assert found.broken.parties == 3


def test_thread_local_data_has_the_values_of_this_thread():
    local = threading.local()
    local.at = [1]
    assert Again(local=local).local.at == [1]


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


def test_a_pool_of_threads_has_its_settings():
    with ThreadPoolExecutor(3, "work", print, ("begin",)) as pool:
        found = Again(pool=pool).pool
    assert (found._max_workers, found._thread_name_prefix, found._initargs) == (3, "work", ("begin",))
    assert found.submit(int, "7").result() == 7
    found.shutdown()


def test_a_pool_that_was_shut_down_stays_shut_down():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        Again(pool=pool).pool.submit(print)


def test_a_pool_of_processes_has_its_settings():
    pool = ProcessPoolExecutor(2)
    found = Again(pool=pool).pool
    assert found._max_workers == 2
    assert type(found._mp_context) is type(pool._mp_context)


def test_a_pool_of_multiprocessing_works_again():
    with ThreadPool(2) as pool, Again(pool=pool).pool as found:
        assert found.map(abs, [-1, 2]) == [1, 2]


def test_a_pool_at_work_is_refused_with_the_way_out():
    go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(go.wait)
        assert refused(pool) == "a pool at work cannot be kept: wait for its results, then commit"
        go.set()


@pytest.fixture
def lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.txt").write_bytes(b"one\r\ntwo\r\nthr\xc3\xa9e\n")
    return tmp_path / "lines.txt"


@pytest.mark.parametrize("newline", [None, "", "\n", "\r", "\r\n"])
def test_a_text_file_is_reopened_at_its_line(lines, newline):
    with lines.open(encoding="utf-8", newline=newline) as file:
        file.readline()
        with Again(file=file).file as found:
            assert found.tell() == file.tell()
            assert (found.name, found.mode, found.encoding) == (file.name, file.mode, file.encoding)
            assert found.read() == file.read()


@pytest.mark.parametrize("buffering", [-1, 0])
def test_a_binary_file_is_reopened_at_its_byte(lines, buffering):
    with lines.open("rb", buffering) as file:
        file.read(3)
        again = Again(file=file)
        with again.file as found:
            assert type(found) is type(file)
            assert found.read() == file.read()
        assert again.notes == ["file: reopened at 3"]


def test_a_file_that_changed_is_said(lines):
    with lines.open() as file:
        capture = graph.capture({"file": file})
        lines.write_text("other")
        loader = graph.Loader({}, lambda _key: None)
        with graph.decode(capture.groups[0], loader)["file"] as found:
            assert found.read() == "other"
    assert [note for _names, note in loader.told] == [f"file: {lines} changed since"]


def test_a_file_that_is_gone_comes_back_closed_and_is_said(lines):
    with open("lines.txt") as file:
        capture = graph.capture({"file": file})
    lines.unlink()
    loader = graph.Loader({}, lambda _key: None)
    found = graph.decode(capture.groups[0], loader)["file"]
    assert (found.closed, found.name) == (True, "lines.txt")
    assert [note for _names, note in loader.told] == ["file: lines.txt is missing, closed here"]


def test_a_closed_file_comes_back_closed_without_being_opened(lines):
    with lines.open("r") as reading, open("out.txt", "w") as writing:
        writing.write("kept")
    found = Again(reading=reading, writing=writing)
    assert (found.reading.closed, found.writing.closed, found.writing.mode) == (True, True, "w")
    assert (found.writing.name, Path("out.txt").read_text(encoding="utf-8")) == ("out.txt", "kept")
    assert found.notes == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_file_for_writing_is_refused_with_the_way_out(lines):
    for mode in ("w", "a", "r+", "wb", "rb+"):
        with open("out.txt", mode if os.path.exists("out.txt") else "w") as file:
            assert refused(file).startswith("a file open for writing cannot be kept: close it")


def test_a_file_in_a_loop_over_its_lines_is_refused(lines):
    with lines.open() as file:
        next(file)
        assert "in the middle of a loop over its lines" in refused(file)


def test_a_file_whose_path_leads_elsewhere_is_refused(lines):
    with lines.open() as file:
        lines.unlink()
        assert "whose path is gone" in refused(file)
        lines.write_text("another")
        assert "leads to another file now" in refused(file)


def test_the_standard_streams_are_those_of_the_kernel(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    found = Again(out={"stream": sys.stdout, "errors": sys.stderr})
    assert found.out["stream"] is sys.stdout
    assert found.out["errors"] is sys.stderr


def test_a_database_in_memory_has_its_tables():
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.executescript("create table t (a, b); insert into t values (1, 'x')")
    found = Again(db=db).db
    assert dict(found.execute("select * from t").fetchone()) == {"a": 1, "b": "x"}
    found.execute("insert into t values (2, 'y')")
    assert len(db.execute("select * from t").fetchall()) == 1
    db.close()
    found.close()


def test_an_empty_database_in_memory_is_kept():
    db = sqlite3.connect(":memory:")
    found = Again(db=db).db
    found.execute("create table t (a)")
    found.close()
    db.close()


def test_what_was_not_committed_in_memory_is_kept_and_said():
    db = sqlite3.connect(":memory:")
    db.execute("create table t (a)")
    db.execute("insert into t values (1)")
    again = Again(db=db)
    assert again.db.execute("select * from t").fetchall() == [(1,)]
    assert "database: what was not committed in it counts as committed" in again.notes
    db.close()
    again.db.close()


def test_a_database_of_a_file_is_opened_again(tmp_path):
    db = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    db.execute("create table t (a)")
    found = Again(db=db).db
    assert found.isolation_level is None
    assert found.execute("select * from t").fetchall() == []
    found.close()
    db.close()


def test_a_database_that_is_gone_is_not_made_empty(tmp_path):
    db = sqlite3.connect(tmp_path / "x.db")
    db.execute("create table t (a)")
    capture = graph.capture({"db": db})
    db.close()
    (tmp_path / "x.db").unlink()
    loader = graph.Loader({}, lambda _key: None)
    found = graph.decode(capture.groups[0], loader)["db"]
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        found.execute("select 1")
    assert not (tmp_path / "x.db").exists()
    assert "is missing, closed here" in loader.told[0][1]


def test_changes_of_a_file_that_are_not_committed_are_refused(tmp_path):
    db = sqlite3.connect(tmp_path / "x.db")
    db.execute("create table t (a)")
    db.execute("insert into t values (1)")
    assert "not committed cannot be kept: commit() it first" in refused(db)
    db.close()
    assert refused(db).startswith("a closed database connection")


def test_a_temporary_folder_has_its_files_at_its_path():
    with tempfile.TemporaryDirectory() as name:
        folder = tempfile.TemporaryDirectory(dir=name)
        os.mkdir(os.path.join(folder.name, "sub"))
        with open(os.path.join(folder.name, "sub", "x.txt"), "w") as file:
            file.write("kept")
        capture = graph.capture({"folder": folder})
        path = folder.name
        folder.cleanup()
        loader = graph.Loader({}, lambda _key: None)
        found = graph.decode(capture.groups[0], loader)["folder"]
        assert found.name == path
        with open(os.path.join(path, "sub", "x.txt")) as file:
            assert file.read() == "kept"
        assert loader.told == []
        found.cleanup()
        assert os.listdir(name) == []


def test_a_temporary_folder_whose_path_is_taken_is_at_another_and_says_so():
    with tempfile.TemporaryDirectory() as name:
        folder = tempfile.TemporaryDirectory(dir=name)
        again = Again(folder=folder)
        assert again.folder.name != folder.name
        assert again.told == ["temporary folder: at another path, its own was taken or its place is gone"]
        again.folder.cleanup()
        folder.cleanup()


def test_temporary_files_have_their_contents_and_position():
    with tempfile.NamedTemporaryFile("w+") as named, tempfile.SpooledTemporaryFile(100) as spooled:
        named.write("hello")
        named.seek(2)
        spooled.write(b"world")
        spooled.seek(1)
        again = Again(named=named, spooled=spooled)
        with again.named as file, again.spooled as other:
            assert (file.read(), other.read()) == ("llo", b"orld")


def test_a_large_temporary_folder_is_refused(monkeypatch):
    monkeypatch.setattr("nbmodelver.codecs.temporary.MAX_BYTES", 3)
    with tempfile.TemporaryDirectory() as name, open(os.path.join(name, "x"), "w") as file:
        file.write("four")
        file.flush()
        folder = tempfile.TemporaryDirectory(dir=name)
        with open(os.path.join(folder.name, "x"), "w") as inner:
            inner.write("four")
        assert "cannot be kept: write it to a path of its own" in refused(folder)
        folder.cleanup()


class Node:
    """Can be referred to weakly."""


CALLED = []


def test_weak_references_have_their_callbacks():
    node = Node()
    again = Again(node=node, ref=weakref.ref(node, CALLED.append))
    assert again.ref() is again.node
    ref = again.ref
    del again.values["node"]
    assert ref() is None


@pytest.mark.parametrize("make", [weakref.WeakValueDictionary, weakref.WeakKeyDictionary])
def test_weak_dictionaries_hold_what_other_names_hold(make):
    node, other = Node(), Node()
    held = make()
    if make is weakref.WeakValueDictionary:
        held["a"] = node
    else:
        held[node] = "a"
    again = Again(node=node, held=held, other=other)
    assert again.node in (list(again.held.values()) if make is weakref.WeakValueDictionary else list(again.held))
    del again.values["node"], node
    assert len(again.held) == 0


def test_a_proxy_stands_for_the_kept_object():
    node: Any = Node()
    node.x = 1
    again = Again(node=node, proxy=weakref.proxy(node))
    again.node.x = 2
    assert again.proxy.x == 2
    assert type(again.proxy) is weakref.ProxyType


def test_a_finalizer_is_refused_with_the_way_out():
    node = Node()
    assert refused(weakref.finalize(node, print)).startswith("a finalizer cannot be kept: it belongs to one object")


@pytest.mark.parametrize(
    "make",
    [
        lambda m: m,
        lambda m: m[2:6],
        lambda m: m[1:8:3],
        lambda m: m[7:1:-2],
        lambda m: m[2:8].toreadonly(),
        lambda m: m[5:5],
    ],
)
@pytest.mark.parametrize("base", [bytes(range(9)), bytearray(9), np.arange(9.0), np.arange(9, dtype=np.int16)])
def test_a_memoryview_shows_the_same_part_of_its_base(make, base):
    view = make(memoryview(base))
    again = Again(base=base, view=view)
    assert again.view == view
    assert (again.view.format, again.view.strides, again.view.readonly) == (view.format, view.strides, view.readonly)
    if not isinstance(base, bytes):
        assert again.view.obj is again.base


def test_a_view_of_a_matrix_and_a_released_one():
    matrix = np.arange(6).reshape(2, 3)
    assert Again(view=memoryview(matrix)).view.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert "of this shape cannot be kept" in refused(memoryview(matrix)[::2])
    view = memoryview(b"x")
    view.release()
    assert refused(view) == "a memoryview that was released cannot be kept"


@pytest.mark.parametrize(
    "match",
    [
        re.match("a(b)?", "abc"),
        re.compile("b+").search("aabb", 1, 3),
        re.fullmatch("(?P<x>a+)", "aaa"),
        list(re.finditer(b"a", b"abcaa"))[2],
    ],
)
def test_a_match_is_found_again(match):
    found = Again(match=match).match
    assert (found.regs, found.re, found.string, found.pos, found.endpos, found.groupdict()) == (
        match.regs, match.re, match.string, match.pos, match.endpos, match.groupdict(),
    )  # fmt: skip


@pytest.fixture
def logger():
    made = logging.getLogger("nbmv-study")
    yield made
    clean(made)


def clean(logger: logging.Logger) -> None:
    """As nobody had configured it."""
    for handler in logger.handlers:
        handler.close()
    logger.handlers, logger.filters, logger.propagate, logger.disabled = [], [], True, False
    logger.setLevel(0)


def test_a_logger_has_level_handlers_formats_and_filters_in_a_new_kernel(logger, tmp_path):
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    handler = logging.FileHandler(tmp_path / "x.log")
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handler.setLevel(logging.INFO)
    handler.addFilter(logging.Filter("nbmv-study"))
    stream = logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)
    logger.addHandler(stream)
    capture = graph.capture({"logger": logger})
    clean(logger)
    found = graph.decode(capture.groups[0], graph.Loader({}, lambda _key: None))["logger"]
    assert found is logger
    assert (found.level, found.propagate) == (logging.DEBUG, False)
    assert [type(h) for h in found.handlers] == [logging.FileHandler, logging.StreamHandler]
    assert found.handlers[1].stream is sys.stderr
    found.debug("not in the file")
    found.info("kept")
    assert (tmp_path / "x.log").read_text() == "INFO: kept\n"


def test_a_live_logger_is_left_alone_by_a_load_and_said(logger):
    logger.setLevel(logging.DEBUG)
    capture = graph.capture({"logger": logger})
    logger.setLevel(logging.ERROR)
    loader = graph.Loader({}, lambda _key: None)
    graph.decode(capture.groups[0], loader)
    assert logger.level == logging.ERROR
    assert [note for _names, note in loader.told] == ["logger: 'nbmv-study' stays as it is here"]


def test_a_live_logger_is_as_it_was_when_a_rollback_acts(logger):
    logger.setLevel(logging.DEBUG)
    capture = graph.capture({"logger": logger})
    logger.setLevel(logging.ERROR)
    logger.addHandler(logging.NullHandler())
    loader = graph.Loader({}, lambda _key: None)
    loader.acts = True
    graph.decode(capture.groups[0], loader)
    assert logger.level == logging.ERROR
    for act in loader.actions:
        act()
    assert (logger.level, logger.handlers) == (logging.DEBUG, [])


def test_a_handler_that_wrote_over_its_file_appends_and_says_so(logger, tmp_path):
    handler = logging.FileHandler(tmp_path / "x.log", "w")
    handler.emit(logging.makeLogRecord({"msg": "first"}))
    again = Again(handler=handler)
    again.handler.emit(logging.makeLogRecord({"msg": "second"}))
    assert (tmp_path / "x.log").read_text() == "first\nsecond\n"
    assert "handler: appends to x.log from now on" in again.notes
    handler.close()
    again.handler.close()


def test_the_loggers_of_the_kernel_and_of_libraries_come_by_name_only():
    numpy_logger = logging.getLogger("numpy.testing")
    numpy_logger.setLevel(logging.ERROR)
    capture = graph.capture({"root": logging.getLogger(), "lib": numpy_logger})
    numpy_logger.setLevel(0)
    loader = graph.Loader({}, lambda _key: None)
    found = [v for draft in capture.groups for v in graph.decode(draft, loader).values()]
    assert found == [logging.getLogger(), numpy_logger]
    assert numpy_logger.level == 0


def test_every_way_has_a_tag_that_leads_to_it():
    for name in renewed.FILES:
        for way in renewed._file(name).WAYS:
            assert renewed.by_tag(way.tag) is way


def test_nothing_is_made_by_a_tag_that_is_not_known():
    with pytest.raises(Exception, match="cannot recreate"):
        renewed.shell("os.system", None, "true")
    with warnings.catch_warnings(), pytest.raises(TypeError, match="not a mode for reading"):
        renewed.shell("files.TextIOWrapper", None, "x", "w", ("utf-8", "strict"), __file__, None, 0, ())
