"""Commits beside the notebook: a version is what the values were at its moment, or it does not come to be."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.errors import NothingToCommit, StoreError
from nbmodelver.repo import Repo, open_repo
from nbmodelver.store.parts import PartStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from nbmodelver.store.writing import PackWriter

BIG = 300_000
"""float64 numbers: beyond what is copied at once."""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return open_repo(tmp_path / "store", create=True)


class Gate:
    """Holds every pack back until it is opened, as a slow disk would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened = threading.Event()
        self.reached = threading.Event()
        writing = PartStore.writing

        def held(parts: PartStore, *args: Any) -> AbstractContextManager[PackWriter]:
            if threading.current_thread() is not threading.main_thread():
                self.reached.set()
                assert self.opened.wait(20)
            return writing(parts, *args)

        monkeypatch.setattr(PartStore, "writing", held)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    found = Gate(monkeypatch)
    yield found
    found.opened.set()


def values() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {"big": rng.normal(size=BIG), "small": {"a": 1}, "df": pd.DataFrame({"x": np.arange(10.0)})}


def test_it_stores_what_a_commit_stores(repo: Repo, tmp_path: Path) -> None:
    here = repo.commit_later(values(), "later", metrics={"acc": 0.5}, tags=["t"]).result()
    there = open_repo(tmp_path / "other", create=True).commit(values(), "later", metrics={"acc": 0.5})
    assert [g.recipe for g in here.groups] == [g.recipe for g in there.groups]
    assert (here.metrics, here.message) == ({"acc": 0.5}, "later")
    assert {n: (k.kind, k.type, k.digest) for n, k in here.kept.items()} == {
        n: (k.kind, k.type, k.digest) for n, k in there.kept.items()
    }
    assert repo["t"].id == here.id
    np.testing.assert_array_equal(repo.load("HEAD")["big"], values()["big"])


def test_small_values_may_change_at_once(repo: Repo, gate: Gate) -> None:
    live = values()
    pending = repo.commit_later(live)
    assert gate.reached.wait(20)
    live["small"]["a"] = 2
    live["df"].iloc[0, 0] = 99.0
    gate.opened.set()
    got = repo.load(pending.result().name)
    assert got["small"] == {"a": 1}
    assert got["df"].iloc[0, 0] == 0.0


def test_a_big_value_that_is_written_meanwhile_makes_no_version(repo: Repo, gate: Gate) -> None:
    repo.commit({"small": {"a": 0}})
    live = values()
    told: list[Any] = []
    pending = repo.commit_later(live, on_done=told.append)
    assert gate.reached.wait(20)
    live["big"][BIG // 2] += 1.0
    gate.opened.set()
    with pytest.raises(StoreError, match=r"'big' was modified while it was being stored"):
        pending.result()
    assert [type(found) for found in told] == [StoreError]
    assert [v.name for v in repo.log()] == ["v1"]
    repo.wait_for_pending()
    again = repo.commit_later(live).result()
    np.testing.assert_array_equal(repo.load(again)["big"], live["big"])


def test_names_that_share_memory_are_checked_too(repo: Repo, gate: Gate) -> None:
    base = np.arange(float(BIG))
    pending = repo.commit_later({"base": base, "view": base[10:]})
    assert gate.reached.wait(20)
    base[BIG - 1] = -1.0
    gate.opened.set()
    with pytest.raises(StoreError, match="modified"):
        pending.result()
    assert repo.log() == []


def test_memory_that_torch_may_free_is_copied(repo: Repo, gate: Gate) -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.arange(float(BIG))
    before = tensor.clone()
    pending = repo.commit_later({"w": tensor})
    assert gate.reached.wait(20)
    tensor.untyped_storage().resize_(0)
    gate.opened.set()
    assert torch.equal(repo.load(pending.result())["w"], before)


def test_whatever_changes_the_store_waits_for_it(repo: Repo, gate: Gate) -> None:
    live = values()
    pending = repo.commit_later(live)
    assert repo.pending is pending
    assert repo.log() == []
    threading.Timer(0.2, gate.opened.set).start()
    second = repo.commit(live)
    assert pending.done
    assert repo.pending is None
    assert (pending.result().name, second.name, second.parents) == ("v1", "v2", (pending.result().id,))
    gate.opened.clear()
    third = repo.commit_later({**live, "small": 3})
    threading.Timer(0.2, gate.opened.set).start()
    assert repo.rollback("v1", live).version.name == "v1"
    assert third.done


@pytest.mark.parametrize(
    "work",
    [
        lambda repo: repo.tag("best"),
        lambda repo: repo.branch("side"),
        lambda repo: repo.merge_plan("v1"),
        lambda repo: repo.purge(["small"]),
        lambda repo: repo.forget(["v1"]),
        lambda repo: repo.gc(),
    ],
    ids=["tag", "branch", "merge", "purge", "forget", "gc"],
)
def test_no_verb_that_changes_the_store_overtakes_it(repo: Repo, gate: Gate, work: Any) -> None:
    repo.commit(values())
    pending = repo.commit_later({**values(), "big": np.arange(float(BIG)), "small": 2})
    threading.Timer(0.2, gate.opened.set).start()
    work(repo)
    assert pending.done
    assert pending.result().name == "v2"
    assert repo.history.head is not None
    assert repo.history.head.name == "v2"
    np.testing.assert_array_equal(repo.load("HEAD")["big"], np.arange(float(BIG)))


def test_what_cannot_be_committed_says_so_at_once(repo: Repo) -> None:
    with pytest.raises(NothingToCommit):
        repo.commit_later({"g": (i for i in range(3))})
    assert repo.pending is None


def test_a_writer_that_never_rests_never_gets_a_torn_version(repo: Repo) -> None:
    """All elements are equal between two writes; a version that mixes two moments would show different ones."""
    arrays = {f"a{i}": np.zeros(BIG) for i in range(4)}
    stop = threading.Event()

    def write() -> None:
        at = 0.0
        while not stop.is_set():
            at += 1.0
            for array in arrays.values():
                array[:] = at
            time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(25):
            with contextlib.suppress(StoreError):  # refused, as it may be: the values never rest
                repo.commit_later(arrays).result()
    finally:
        stop.set()
        writer.join()
    repo.commit_later(arrays).result()
    for version in repo.log():
        for name, array in repo.load(version).items():
            assert len(np.unique(array)) <= 2, (version.name, name)


def test_the_interpreter_does_not_end_before_it(tmp_path: Path) -> None:
    script = (
        "import sys, numpy as np\nfrom nbmodelver.repo import open_repo\n"
        "repo = open_repo(sys.argv[1], create=True)\n"
        "repo.commit_later({'a': np.random.default_rng(0).normal(size=3_000_000)})\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "s")], check=True, timeout=60)
    assert [v.name for v in open_repo(tmp_path / "s").log()] == ["v1"]


def test_a_working_directory_that_is_gone_stops_no_commit(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    version = repo.commit({"a": 1})
    assert repo.load(version) == {"a": 1}
    assert repo.commit_later({"a": 2}).result().git is None
