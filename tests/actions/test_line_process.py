"""A child Python that exchanges lines with this process: what it gets, sends, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.actions.line_process import LineProcess
from nbmodelver.errors import UsageError
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from pathlib import Path

CHILD = """\
import json, os, sys, time
from nbmodelver.actions.line_process import answering
send = answering()
print("dropped")
for line in sys.stdin:
    asked = json.loads(line)
    if asked == "end":
        os._exit(3)
    if asked == "hang":
        time.sleep(600)
    send({"asked": asked, "root": sys.argv[1]})
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    (tmp_path / "echoing_child.py").write_text(CHILD)
    monkeypatch.syspath_prepend(str(tmp_path))
    return mv.open(tmp_path, create=True)


def test_lines_are_exchanged_and_what_is_printed_is_dropped(repo: Repo) -> None:
    with LineProcess("echoing_child", repo) as child:
        for data in ({"a": [1, "ü"]}, None):
            child.send(data)
            assert child.receive() == {"asked": data, "root": str(repo.backend.local_path())}


def test_the_end_of_a_child_is_told_with_its_status(repo: Repo) -> None:
    with LineProcess("echoing_child", repo) as child:
        child.send("end")
        assert child.receive() is None
        assert (child.exit_status(), child.has_ended) == (3, True)
        child.send("more")  # It is lost, and nothing is raised.


def test_a_limit_ends_the_wait_and_the_block_ends_the_child(repo: Repo) -> None:
    with LineProcess("echoing_child", repo) as child:
        child.send("hang")
        with pytest.raises(TimeoutError):
            child.receive(limit_s=0.2)
        assert not child.has_ended
    assert child.has_ended


def test_a_store_in_memory_is_refused() -> None:
    backend = MemoryBackend()
    layout.create(backend)
    with pytest.raises(UsageError, match="store in memory"):
        LineProcess("echoing_child", Repo(backend))
