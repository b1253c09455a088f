"""Scratch code in a child process: what it gives, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.actions.scratch_process import ScratchProcess
from nbmodelver.errors import UsageError
from nbmodelver.repo import Repo
from nbmodelver.repo.inspect.causes import scratch
from nbmodelver.repo.inspect.causes.scratch import ScratchRun
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    found = mv.open(tmp_path, create=True)
    found.commit({"rows": [1, 2, 3], "k": 2})
    return found


def run_of(repo: Repo, result: str, **more: object) -> ScratchRun:
    return ScratchRun(repo["v1"].id, ((repo["v1"].id, ("rows",)),), result=result, **more)  # type: ignore[arg-type]


def test_a_child_gives_what_this_process_gives(repo: Repo) -> None:
    wanted = run_of(repo, "sum(rows) * k", definitions=("def f(x):\n    return x",), statements=("rows = f(rows)",))
    here = scratch.run(repo, wanted)
    with ScratchProcess() as process:
        there = process(repo, wanted)
    assert (here.value, here.truth, here.error) == (there.value, there.truth, there.error) == (12, True, "")


def test_what_the_code_prints_is_no_answer(repo: Repo) -> None:
    with ScratchProcess() as process:
        assert (
            process(repo, run_of(repo, "rows[0]", statements=("print('{}')", "import os; os.write(1, b'x')"))).value
            == 1
        )


def test_a_child_that_ends_is_replaced(repo: Repo) -> None:
    with ScratchProcess() as process:
        crashed = process(repo, run_of(repo, "1", statements=("import os; os._exit(3)",)))
        assert (crashed.error, crashed.failed) == ("it ended the process (exit status 3)", "ended")
        assert process(repo, run_of(repo, "len(rows)")).value == 3


def test_a_child_that_hangs_is_ended(repo: Repo) -> None:
    with ScratchProcess(limit_s=1.5) as process:
        assert process(repo, run_of(repo, "1", statements=("while True: pass",))).error == "it took more than 1.5 s"
        process._limit_s = 60
        assert process(repo, run_of(repo, "len(rows)")).value == 3


def test_the_child_ends_with_the_block(repo: Repo) -> None:
    with ScratchProcess() as process:
        process(repo, run_of(repo, "1"))
        child = process._child
        assert child is not None
    assert child.has_ended


def test_a_store_in_memory_is_refused() -> None:
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    repo.commit({"rows": [1]})
    with ScratchProcess() as process, pytest.raises(UsageError, match="store in memory"):
        process(repo, run_of(repo, "1"))
