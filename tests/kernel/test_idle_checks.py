"""Checks that did not fit into the time limit of a commit: finished between two cells, reported once, and cancelled."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.comparison.leaks import checks
from nbmodelver.comparison.time_limit import require_time
from nbmodelver.kernel import idle_checks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.shells import Shell

DATA = """\
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
train, test = (pd.DataFrame(rng.standard_normal((n, 4)), columns=list("abcd")) for n in (300, 100))"""
LEAK = "train = pd.concat([train, test.head(30)])"
TOLD = "v1, checked since: ! 30 of the 100 rows of test also stand in train  → %mv_show v1 train"


@pytest.fixture
def study(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A notebook whose commits have no time for checks, and whose pauses begin at once."""
    monkeypatch.setattr(idle_checks, "IDLE_S", 0.0)
    monkeypatch.setenv("COLUMNS", "200")
    shell.run(DATA)
    shell.run("%mv_config check_limit_s 1e-9")
    return shell


def threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "nbmodelver-checks"]


def wait() -> None:
    for thread in threads():
        thread.join(20)
    assert threads() == []


def test_what_a_pause_finds_is_told_once_before_the_next_commit(study: Shell) -> None:
    study.run(LEAK)
    first = str(study.run("%mv_commit train test"))
    assert "not checked yet: leak:train,test" in first
    wait()
    assert str(study.run("x = 1\n%mv_commit x")).splitlines()[0] == TOLD
    assert "checked since" not in str(study.run("y = 1\n%mv_commit y"))


def test_the_status_and_the_log_show_it(study: Shell) -> None:
    study.run(LEAK)
    study.run("%mv_commit train test")
    wait()
    assert "! 30 of the 100 rows of test also stand in train" in str(study.run("%mv_status"))
    assert "not checked" not in str(study.run("%mv_status"))
    assert "30 of the 100 rows" in str(study.run("%mv_log"))


def test_honest_data_is_checked_in_silence(study: Shell) -> None:
    study.run("%mv_commit train test")
    assert "not checked yet" in str(study.run("%mv_status"))
    wait()
    study.run("1")
    wait()
    assert "not checked" not in str(study.run("%mv_status"))
    assert "since" not in str(study.run("x = 1\n%mv_commit x"))


def test_a_commit_whose_checks_are_done_starts_no_thread(study: Shell) -> None:
    study.run("%mv_config check_limit_s 5")
    study.run("%mv_commit train test")
    assert threads() == []


def test_a_cell_that_follows_at_once_has_no_check_before_it(study: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_checks, "IDLE_S", 60.0)
    asked: list[object] = []
    monkeypatch.setattr(idle_checks, "open_repo", asked.append)
    study.run("%mv_commit train test")
    assert len(threads()) == 1
    study.run("%unload_ext nbmodelver")
    wait()
    assert asked == []


def running_until_cancelled(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, Callable[[], None]]:
    """Let the check for equal rows run until it is cancelled. Returns an event for its start, and how to mend it."""
    started, found = threading.Event(), checks.shared_rows

    def endless(*_args: object) -> None:
        started.set()
        while True:
            require_time()

    monkeypatch.setattr(checks, "shared_rows", endless)
    return started, lambda: monkeypatch.setattr(checks, "shared_rows", found)


def test_the_start_of_a_cell_cancels_a_check_and_the_next_pause_begins_it_anew(
    study: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, mend = running_until_cancelled(monkeypatch)
    study.run(LEAK)
    study.run("%mv_commit train test")
    assert started.wait(20)
    study.run("import threading; names = [t.name for t in threading.enumerate()]")
    assert "nbmodelver-checks" not in study["names"]
    mend()
    study.run("1")
    wait()
    assert TOLD in str(study.run("x = 1\n%mv_commit x"))


def test_a_check_that_ends_late_does_not_prevent_the_next_one(study: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    loading, go_on, opened = threading.Event(), threading.Event(), idle_checks.open_repo

    def slowly(path: Any) -> Any:
        loading.set()
        assert go_on.wait(20)
        return opened(path)

    monkeypatch.setattr(idle_checks, "open_repo", slowly)
    monkeypatch.setattr(idle_checks, "ENDS_S", 0.0)
    study.run(LEAK)
    study.run("%mv_commit train test")
    assert loading.wait(20)
    study.run("1")
    assert len(threads()) == 2
    go_on.set()
    wait()
    assert TOLD in str(study.run("x = 1\n%mv_commit x"))


def test_a_store_that_is_gone_is_only_logged(
    study: Shell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(_path: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(idle_checks, "open_repo", gone)
    study.run("%mv_commit train test")
    wait()
    assert "could not be finished" in caplog.text
    assert study.run("1 + 1") == 2


def test_a_commit_in_the_background_is_finished_too(study: Shell) -> None:
    study.run(LEAK)
    study.run("pending = %mv_commit train test --background")
    study.run("pending.value.result()")
    study.run("1")
    wait()
    assert TOLD in str(study.run("x = 1\n%mv_commit x"))
