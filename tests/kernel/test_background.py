"""`%mv_commit --background`: the notebook goes on, and hears of it when a value did not hold still."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import StoreError
from nbmodelver.repo.core.history import History
from nbmodelver.repo.core.pending import Pending
from nbmodelver.store.parts import PartStore

if TYPE_CHECKING:
    from tests.shells import Shell


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Packs wait for this event, on other threads than this one."""
    opened = threading.Event()
    writing = PartStore.writing

    def wait(parts: PartStore, *args: Any) -> Any:
        assert threading.current_thread() is threading.main_thread() or opened.wait(20)
        return writing(parts, *args)

    monkeypatch.setattr(PartStore, "writing", wait)
    yield opened
    opened.set()


def test_the_notebook_goes_on_and_the_next_commit_comes_after(shell: Shell, held: threading.Event) -> None:
    shell.run("params = {'depth': 3}")
    pending = shell.run("%mv_commit params --background -m one").value
    assert isinstance(pending, Pending)
    assert shell.run("params['depth'] = 4; params") == {"depth": 4}
    shell.run("%mv_log")
    assert "v1" not in shell.said
    assert "stored in the background" in str(shell.run("%mv_status"))
    threading.Timer(0.2, held.set).start()
    second = shell.run("%mv_commit params -m two").value
    first = pending.result()
    assert (first.message, second.message, second.parents) == ("one", "two", (first.id,))
    shell.run("%mv_rollback v1 --yes")
    assert shell["params"] == {"depth": 3}
    assert "background" not in str(shell.run("%mv_status"))


def test_a_log_shows_no_version_before_head_and_branch_stand_there(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("params = {'depth': 3}\n%mv_commit params")
    written, go_on = threading.Event(), threading.Event()
    set_branch = History.set_branch

    def slowly(history: History, *args: Any) -> None:
        written.set()
        go_on.wait(20)
        set_branch(history, *args)

    monkeypatch.setattr(History, "set_branch", slowly)
    pending = shell.run("%mv_commit params --background").value
    assert written.wait(20)
    threading.Timer(0.2, go_on.set).start()
    rows = str(shell.run("%mv_log")).splitlines()
    assert [row.split()[:2] for row in rows[1:]] == [["*", "v2"], ["v1", "just"]]
    assert "main" in rows[1]
    pending.result()


def test_a_value_that_did_not_hold_still_is_said_and_its_cells_are_not_lost(
    shell: Shell, held: threading.Event, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("import numpy as np\ndata = np.zeros(300_000)")
    pending = shell.run("%mv_commit data --background").value
    shell.run("data[7] = 1.0")
    held.set()
    with pytest.raises(StoreError):
        pending.result()
    said = capsys.readouterr().err
    assert "'data' was modified while it was being stored" in said
    assert "commit again" in said
    version = shell.run("%mv_commit data").value
    assert version.name == "v1"
    cells = shell.run("import nbmodelver; nbmodelver.open().cells(nbmodelver.open()['HEAD'])")
    assert [c.source for c in cells][:2] == [
        "import numpy as np\ndata = np.zeros(300_000)",
        "%mv_commit data --background",
    ]


def test_a_leak_is_reported_when_the_version_is_stored(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("import numpy as np, pandas as pd; rng = np.random.default_rng(0)")
    shell.run("train, test = (pd.DataFrame(rng.standard_normal((n, 4))) for n in (300, 100))\n%mv_commit train test")
    shell.run("train = pd.concat([train, test.head(9)])")
    shell.run("%mv_commit train test --background").value.result()
    assert "v2 · ! 9 of the 9 rows that train gained since v1 stand in test" in capsys.readouterr().err + shell.said
