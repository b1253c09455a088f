"""A re-run in a process of its own: the same result, errors, and a cancellation that leaves nothing."""

from __future__ import annotations

import tempfile
import time
from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions import rerun_process
from nbmodelver.actions.rerun import RerunRequest, rerun
from nbmodelver.actions.rerun_process import rerun_apart
from nbmodelver.bundle.rerun.running import RunLimits
from nbmodelver.errors import NeedsTrust, RerunFailed, UsageError
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend
from tests.bundle.rerun.samples import committed

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Version

pytestmark = pytest.mark.kernel


def ignore(_done: int, _total: int, _what: str) -> None:
    """A progress that nobody looks at."""


def test_the_result_is_that_of_a_rerun_here(tmp_path: Path) -> None:
    repo, _ = committed(tmp_path / "store", "x = [1, 2]", "y = sum(x)", metrics={"m": "y"})
    request = RerunRequest("v1", here=True, folder=tmp_path, limits=RunLimits(cell_limit_s=60.0))
    steps: list[tuple[int, int, str]] = []
    found = rerun_apart(repo, request, lambda *step: steps.append(step))
    assert found.is_reproduced
    here = rerun(repo, request)
    assert (found.plan, found.items, found.runs, found.ended) == (here.plan, here.items, here.runs, here.ended)
    assert (2, 2, "run 1: cell 2 of 2") in steps


def test_an_error_is_the_one_of_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo, version = committed(tmp_path / "store", "x = 1")
    repo.refs.move(f"origin/{version.id}", None, "somebody")
    with pytest.raises(NeedsTrust, match=r"came from elsewhere") as caught:
        rerun_apart(repo, RerunRequest("v1", here=True), ignore)
    assert caught.value.hint == "allow it: %mv_trust v1"
    monkeypatch.setattr(rerun_process._Child, "send", lambda child, _data: child._process.stdin.close())
    with pytest.raises(RerunFailed, match="the process of the re-run ended"):
        rerun_apart(repo, RerunRequest("v1", here=True), ignore)


def test_a_store_in_memory_is_refused() -> None:
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    repo.commit({"x": 1})
    with pytest.raises(UsageError, match="store in memory"):
        rerun_apart(repo, RerunRequest("v1", here=True), ignore)


def slow(folder: Path) -> tuple[Repo, Version]:
    """A version whose second cell hangs when it runs again, and then would write a file."""
    hangs = "import os, pathlib, time\ntime.sleep(600 if 'IPYTHONDIR' in os.environ else 0)\n"
    return committed(folder / "store", "x = 1", f"{hangs}pathlib.Path({str(folder / 'late')!r}).touch()")


def test_a_cancellation_ends_a_long_cell_at_once_and_removes_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, _ = slow(tmp_path)
    (tmp_path / "late").unlink()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    children: list[rerun_process._Child] = []
    start = rerun_process._Child.__init__

    def begin(child: rerun_process._Child, root: str) -> None:
        start(child, root)
        children.append(child)

    monkeypatch.setattr(rerun_process._Child, "__init__", begin)
    last = ""
    begun_s = time.monotonic()

    def stop(_done: int, _total: int, what: str) -> None:
        nonlocal last
        last = what
        if what.startswith("run 1: cell 1") or time.monotonic() - begun_s > 120:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rerun_apart(repo, RerunRequest("v1", here=True), stop)
    assert last.startswith("run 1: cell 1")
    assert children[0].exit_status() in (0, -9)  # It has ended, or was killed while Python ended.
    assert list(scratch.glob("nbmodelver-rerun-*")) == []
    assert not (tmp_path / "late").exists()
