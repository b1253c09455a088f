"""What pickle takes and cannot read again, or leaves out, is found before a version counts."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import graph, limits, proving, trial
from nbmodelver.system import children


class Broken:
    def __init__(self) -> None:
        self.x = 1

    def __setstate__(self, state: Any) -> None:
        raise ValueError("cannot load")


class WrongArguments:
    def __reduce__(self) -> Any:
        return WrongArguments, (1, 2)


class NeedsArguments:
    def __new__(cls, size: int) -> NeedsArguments:
        return super().__new__(cls)


class BadArgument(Exception):
    """The classic: its message is made of what it was given, and pickle gives the message back."""

    def __init__(self, name: str, value: int) -> None:
        super().__init__(f"{name} is {value}")
        self.name = name


class Exits:
    def __setstate__(self, state: Any) -> None:
        os._exit(3)

    def __getstate__(self) -> Any:
        return {"x": 1}


class Dies(Exits):
    def __setstate__(self, state: Any) -> None:
        os.abort()


class Loops(Exits):
    def __setstate__(self, state: Any) -> None:
        while True:
            pass


class Sleeps(Exits):
    def __setstate__(self, state: Any) -> None:
        time.sleep(60)


class Leaves(Exits):
    def __setstate__(self, state: Any) -> None:
        raise SystemExit(2)


class NeedsItsName:
    def __getattr__(self, name: str) -> Any:
        return self.inner[name]


class Forgets:
    def __init__(self) -> None:
        self.weights, self.cache, self.calls = [1, 2], {"a": 1}, 3

    def __getstate__(self) -> Any:
        return {"weights": self.weights, "calls": 0}


class Becomes:
    def __reduce__(self) -> Any:
        return list, ([1],)


class Good:
    def __init__(self) -> None:
        self.x = np.arange(400_000)

    def __getstate__(self) -> Any:
        return dict(vars(self))


class Checks(Good):
    """Looks into its array while it is loaded."""

    def __setstate__(self, state: Any) -> None:
        if state["x"].sum() == 0:
            raise ValueError("empty")
        vars(self).update(state)


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "_known", {})
    monkeypatch.setattr(proving, "_failed", {})


def proved(limit_s: float = 20.0, **values: Any) -> proving.TrialResults:
    return proving.prove(graph.capture(values), {}, limit_s)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (Broken(), "ValueError: cannot load"),
        (WrongArguments(), "TypeError: WrongArguments() takes no arguments"),
        (NeedsArguments(1), "TypeError: NeedsArguments.__new__() missing 1 required positional argument: 'size'"),
        (Exits(), "it ends the kernel (exit status 3)"),
        (Dies(), "it ends the kernel (SIGABRT)"),
        (Leaves(), "SystemExit: 2"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_loaded_is_found_and_the_kernel_lives(value: Any, why: str) -> None:
    for held in (value, [{"deep": value}]):
        found = proved(x=held, fine=Good())
        assert found.unloadable == {"x": f"it can be saved but not loaded: {why}"}


@pytest.mark.parametrize("value", [Loops(), Sleeps()], ids=["loops", "sleeps"])
def test_a_load_without_end_is_given_up(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "LIBRARY_LIMIT_S", 0.3)
    assert proved(x=value, fine=Good()).unloadable == {
        "x": "it can be saved but not loaded: its code ran for more than 0.3 s (limit: time_limit_s)"
    }


def test_a_child_that_hangs_in_c_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that another thread holds may be one that the child's copy waits for in vain."""
    monkeypatch.setattr(children, "GRACE_S", 0.2)
    assert trial.run([signal_proof_wait, lambda: {"ok": 1}], 0.2) == [trial.UNKNOWN, trial.Outcome({"ok": 1})]


def signal_proof_wait() -> None:
    """Blocks the alarm, as code in C that never returns does."""
    import signal

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(60)


def test_a_getattr_that_recurses_is_found() -> None:
    value = NeedsItsName.__new__(NeedsItsName)
    vars(value)["inner"] = {"a": 1}
    assert proved(x=value).unloadable in (
        {},
        {"x": "it can be saved but not loaded: it calls itself without end, as a __getattr__ does that uses an"
              " attribute that is not set yet"},
    )  # fmt: skip


def test_the_classic_exception_comes_back() -> None:
    assert proved(x=BadArgument("a", 1)).unloadable == {}


def test_what_a_pickling_leaves_out_is_a_note() -> None:
    found = proved(x=[Forgets()], y={"b": Becomes()})
    assert found.unloadable == {}
    assert found.notes == {
        "x": ["Forgets: its own pickling leaves out cache", "Forgets: its own pickling changes calls"],
        "y": ["Becomes: comes back as list"],
    }


def test_the_notes_are_said_at_every_commit_and_the_load_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    value = Forgets()
    first = proved(x=value)
    runs: list[int] = []
    monkeypatch.setattr(trial, "run", lambda works, _limit_s: runs.append(len(works)))
    value.calls = 4
    assert proved(x=value).notes == first.notes
    assert runs == []


def test_a_failure_is_remembered_until_the_state_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    value = Picky()
    assert proved(x=value).unloadable
    run, runs = trial.run, []

    def counted(works: Any, limit_s: float) -> Any:
        runs.append(len(works))
        return run(works, limit_s)

    monkeypatch.setattr(trial, "run", counted)
    assert proved(x=value).unloadable
    assert sum(runs) == 0
    value.x = 2
    assert proved(x=value).unloadable == {}


class Picky:
    """Loads some of its states."""

    def __init__(self) -> None:
        self.x = 1

    def __setstate__(self, state: Any) -> None:
        if state["x"] == 1:
            raise ValueError("not this one")
        vars(self).update(state)


def test_of_a_group_only_the_name_that_fails_is_named() -> None:
    shared = [1]
    bad, good = Broken(), Good()
    bad.shared = good.shared = shared  # type: ignore[attr-defined]
    assert proved(bad=bad, good=good, shared=shared).unloadable.keys() == {"bad"}


def test_a_long_array_is_not_copied_for_a_trial_but_is_there_for_who_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proved(x=Good(), y=Checks()).unloadable == {}


def test_data_and_known_libraries_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.linear_model import Ridge

    monkeypatch.setattr(trial, "run", lambda *_: pytest.fail("nothing is to be tried"))
    lock = threading.Lock()
    assert proved(a=[1, "x"], b=np.arange(3), c=Ridge(), d={"lock": lock, "f": len}, e=lambda x: x).unloadable == {}


def test_a_child_prints_nothing_and_touches_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    seen: list[int] = []

    def work() -> Any:
        seen.append(1)
        print("said in the child")
        os.write(1, b"raw")
        return {}

    assert trial.run([work], 5.0) == [trial.Outcome({})]
    assert seen == []
    assert capfd.readouterr() == ("", "")


def test_children_leave_no_process_and_no_file_behind() -> None:
    before = len(os.listdir("/proc/self/fd")), child_pids()
    trial.run([lambda: os._exit(1), dict, lambda: 1 / 0], 5.0)
    assert (len(os.listdir("/proc/self/fd")), child_pids()) == before


def child_pids() -> set[str]:
    """The child processes of this one. Other tests of the worker may have left some, such as a resource tracker."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def test_code_of_a_user_is_given_up_in_any_thread() -> None:
    for run in (lambda work: work(), _in_thread):
        found: list[Any] = []
        run(lambda found=found: found.append(graph.capture({"x": Endless()}, time_limit_s=0.2)))
        (skipped,) = found[0].skipped
        assert skipped.reason == "its code ran for more than 0.2 s (limit: time_limit_s)"


class Endless:
    def __reduce__(self) -> Any:
        while True:
            pass


def _in_thread(work: Any) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)


def test_a_slow_value_of_a_known_library_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "is_proven", lambda _module: True)
    assert graph.capture({"x": Slow()}, time_limit_s=0.1).skipped == []


class Slow:
    def __reduce__(self) -> Any:
        time.sleep(0.35)
        return Slow, ()


def test_no_child_is_forked_while_another_thread_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenBLAS waits for its threads in the fork itself: the kernel would hang."""
    monkeypatch.setattr(children, "run", lambda *_: pytest.fail("it was forked"))
    matrix, over = np.ones((600, 600)), threading.Event()

    def compute() -> None:
        while not over.is_set():
            matrix @ matrix

    threads = [threading.Thread(target=compute) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert proved(x=Broken()).unloadable == {"x": "it can be saved but not loaded: ValueError: cannot load"}
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_a_thread_that_waits_does_not_keep_from_forking() -> None:
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert children.is_quiet()
    finally:
        over.set()
        thread.join()
