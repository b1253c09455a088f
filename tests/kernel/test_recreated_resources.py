"""Locks, queues, loggers, files and databases in a notebook: committed, and back in the same and in a new kernel."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shells import Shell


@pytest.fixture(autouse=True)
def no_logger_is_left() -> Iterator[None]:
    """The loggers of the tests belong to the process."""
    yield
    forget_logger()


def forget_logger() -> None:
    log = logging.getLogger("study")
    for handler in log.handlers:
        handler.close()
    log.handlers, log.filters, log.propagate = [], [], True
    log.setLevel(0)


def test_a_lock_beside_work_costs_nothing(shell: Shell, another: Any) -> None:
    shell.run("import threading\nlock = threading.Lock(); x = [1]; d = {'lock': lock, 'x': x}")
    version = shell.run("%mv_commit --all")
    assert set(version.names) == {"lock", "x", "d"}
    assert version.kept["lock"].notes == ("lock: new",)
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        assert kernel.run("d['lock'] is lock and d['x'] is x and lock.acquire(timeout=1)")


def test_a_commit_says_what_will_be_new(shell: Shell) -> None:
    shell.run("import queue\nq = queue.Queue(); q.put(1); f = open('a.txt', 'w'); f.write('one\\ntwo\\n'); f.close()")
    shell.run("f = open('a.txt'); f.readline()")
    said = str(shell.run("%mv_commit q f"))
    assert "queue: new, 1 waiting in it" in said
    assert "file: reopened at 4" in said
    shell.run("f.close()")


def test_a_file_stands_where_it_stood_in_a_new_kernel(shell: Shell, another: Any) -> None:
    Path("a.txt").write_text("one\ntwo\n", encoding="utf-8")
    shell.run("f = open('a.txt'); f.readline()\n%mv_commit f")
    shell.run("f.close()")
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        assert kernel.run("f.read()") == "two\n"
        kernel.run("f.close()")
    Path("a.txt").write_text("three\n", encoding="utf-8")
    with another() as kernel:
        assert "file: a.txt changed since" in str(kernel.run("%mv_rollback v1 --yes"))
        kernel.run("f.close()")
    Path("a.txt").unlink()
    with another() as kernel:
        assert "file: a.txt is missing, closed here" in str(kernel.run("%mv_rollback v1 --yes"))
        assert kernel["f"].closed


def test_a_logger_is_as_it_was_in_a_new_kernel(shell: Shell, another: Any) -> None:
    shell.run("import logging\nlog = logging.getLogger('study'); log.setLevel(10)")
    shell.run("log.addHandler(logging.FileHandler('run.log')); log.warning('first')\n%mv_commit log")
    forget_logger()
    with another() as kernel:
        kernel.run("%mv_rollback v1 --yes")
        assert kernel["log"] is logging.getLogger("study")
        assert kernel["log"].level == 10
        kernel.run("log.debug('second')")
        assert Path("run.log").read_text(encoding="utf-8") == "first\nsecond\n"


def test_a_rollback_and_its_undo_put_a_live_logger_back(shell: Shell) -> None:
    shell.run(
        "import logging\nlog = logging.getLogger('study'); log.setLevel(10); log.addHandler(logging.NullHandler())"
    )
    shell.run("%mv_commit log")
    shell.run("log.setLevel(40); log.handlers.clear()")
    shell.run("%mv_rollback v1 --yes")
    assert (shell["log"].level, len(shell["log"].handlers)) == (10, 1)
    shell.run("%mv_undo")
    assert (shell["log"].level, len(shell["log"].handlers)) == (40, 0)
    shell.run("%mv_redo")
    assert (shell["log"].level, len(shell["log"].handlers)) == (10, 1)


def test_reading_a_version_leaves_a_live_logger_alone(shell: Shell) -> None:
    shell.run("import logging\nlog = logging.getLogger('study'); log.setLevel(10)\n%mv_commit log")
    shell.run("log.setLevel(40)")
    shell.run("%mv_rollback v1 log --as old_ --yes")
    assert shell["log"].level == 40
    assert "logger: 'study' stays as it is here" in shell.said + str(shell.run("_"))


def test_a_database_in_memory_goes_back_and_forth(shell: Shell, another: Any) -> None:
    shell.run("import sqlite3\ndb = sqlite3.connect(':memory:'); db.execute('create table t (a)'); db.commit()")
    shell.run("%mv_commit db")
    shell.run("db.execute('insert into t values (1)'); db.commit()\n%mv_commit db")
    shell.run("%mv_rollback v1 --yes")
    assert shell.run("db.execute('select * from t').fetchall()") == []
    with another() as kernel:
        kernel.run("%mv_rollback v2 --yes")
        assert kernel.run("db.execute('select * from t').fetchall()") == [(1,)]
        kernel.run("db.close()")
    shell.run("db.close()")


def test_an_unchanged_queue_is_no_change(shell: Shell) -> None:
    shell.run("import queue, threading\nq = queue.Queue(); q.put([1]); e = threading.Event()\n%mv_commit q e")
    assert "nothing has changed since" in str(shell.run("%mv_status"))
    shell.run("q.put(2)")
    assert "nothing has changed since" not in str(shell.run("%mv_status"))
    shell.run("%mv_rollback v1 --yes")
    assert "nothing has changed since" in str(shell.run("%mv_status"))


def test_what_cannot_be_made_new_is_named_with_the_way_out(shell: Shell) -> None:
    shell.run("import threading\nt = threading.Thread(target=print); out = open('o.txt', 'w'); x = 1")
    said = str(shell.run("%mv_commit --all"))
    assert "t: a thread cannot be kept: start a new one after a rollback" in said
    assert "out: a file open for writing cannot be kept: close it" in said
    shell.run("out.close()")


def test_the_shell_and_an_open_store_are_never_kept(shell: Shell) -> None:
    shell.run("import nbmodelver as mv\nholder = {'ip': get_ipython()}; x = 1\n%mv_commit x\nstore = [mv.open('.')]")
    reasons = {s.path: s.reason for s in shell.run("%mv_commit --all").skipped}
    assert reasons["holder['ip']"].startswith("the shell of the notebook cannot be kept")
    assert reasons["store[0]"].startswith("an open store cannot be kept")
