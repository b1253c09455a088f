"""The extension need not be loaded first: cells before it belong to the version, each once."""

from __future__ import annotations

import atexit
import json
import os
import zipfile
from typing import TYPE_CHECKING, Any

import nbclient
import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

import nbmodelver as mv
from tests.shells import Shell, new_shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class late_shell(new_shell):
    """A shell without the extension, until a cell loads it."""

    def __enter__(self) -> Shell:
        return Shell(self.shell)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A new shell in an empty folder; the extension is not loaded."""
    with late_shell(tmp_path, monkeypatch) as made:
        yield made


def sources(version: str = "v1") -> list[str]:
    """The cells of a version, as they were written."""
    return [cell.source for cell in mv.open().cells(version)]


def test_field_25_cells_before_the_extension_belong_to_the_version_and_the_bundle(bare: Shell) -> None:
    bare.run("X = [2 * i for i in range(5)]")
    bare.run("%load_ext nbmodelver")
    bare.run("%mv_commit")
    assert sources() == ["X = [2 * i for i in range(5)]", "%mv_commit"]
    bare.run("%mv_show")
    assert "X = [2 * i for i in range(5)]" in bare.said
    bare.run("%mv_export v1 -o b.nbmv.zip")
    with zipfile.ZipFile("b.nbmv.zip") as made:
        cells = json.loads(made.read("notebook.ipynb"))["cells"]
    assert [c["source"] for c in cells[1:]] == ["X = [2 * i for i in range(5)]"]


def test_each_name_knows_the_earlier_cell_that_assigned_it_last(bare: Shell) -> None:
    bare.run("a = 1\nb = {}")
    bare.run("%time a = 2")
    bare.run("gone = 1\ndel gone")
    bare.run("b['x'] = 3\nc = 4\n%load_ext nbmodelver\nd = 5")
    bare.run("e = 6")
    bare.run("%mv_commit")
    version = mv.open()["v1"]
    assert {name: kept.cell for name, kept in version.kept.items()} == {"a": 1, "b": 3, "c": 3, "d": 3, "e": 4}
    assert [c.execution_count for c in mv.open().cells("v1")] == [1, 2, 3, 4, 5, 6]


def test_the_cell_that_loads_the_extension_and_goes_on_is_kept_once(bare: Shell) -> None:
    bare.run("x = 1\n%load_ext nbmodelver\n%mv_commit\ny = 2")
    bare.run("%mv_commit")
    assert sources("v1") == ["x = 1\n%load_ext nbmodelver\n%mv_commit\ny = 2"]
    assert sources("v2") == ["%mv_commit"]


def test_no_cell_is_kept_twice_when_the_extension_is_loaded_again(bare: Shell) -> None:
    bare.run("a = 1")
    bare.run("%load_ext nbmodelver")
    bare.run("b = 2")
    bare.run("%mv_commit")
    bare.run("c = 3")
    bare.run("%unload_ext nbmodelver")
    bare.run("d = 4")
    bare.run("%load_ext nbmodelver")
    bare.run("%load_ext nbmodelver")
    bare.run("%reload_ext nbmodelver")
    bare.run("%mv_commit")
    assert sources("v1") == ["a = 1", "b = 2", "%mv_commit"]
    assert [s for s in sources("v2") if "nbmodelver" not in s] == ["c = 3", "d = 4", "%mv_commit"]


def test_a_function_that_loads_the_extension_takes_its_own_cell_along(
    bare: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("IPython.get_ipython", lambda: bare.shell)
    bare.run("a = 1")
    bare.run("import nbmodelver as mv\nmv.commit('a', message='one')")
    assert sources() == ["a = 1", "import nbmodelver as mv\nmv.commit('a', message='one')"]


def test_a_cell_that_failed_before_is_marked_where_ipython_remembers_it(bare: Shell) -> None:
    remembers = hasattr(bare.shell.history_manager, "exceptions")  # IPython 9 does.
    bare.fails("a = 1\n1 / 0")
    bare.run("b = 2")
    bare.run("%load_ext nbmodelver")
    bare.run("%mv_commit")
    assert [(c.source, c.ok) for c in mv.open().cells("v1")][:2] == [("a = 1\n1 / 0", not remembers), ("b = 2", True)]


def test_secrets_of_earlier_cells_are_hidden(bare: Shell) -> None:
    secret = "sk-" + "abcd1234" * 5
    bare.run(f"api_key = '{secret}'\nx = 1")
    bare.run("%load_ext nbmodelver")
    bare.run("%mv_commit x")
    assert secret not in "".join(sources())
    assert "[secret]" in sources()[0]


def test_what_the_history_does_not_hold_is_said(bare: Shell) -> None:
    bare.run("a = 1")
    bare.run("b = 2")
    bare.shell.history_manager.input_hist_raw[:] = [""]
    del bare.shell.user_ns["_i1"], bare.shell.user_ns["_i2"]
    bare.run("c = 3")
    bare.run("%load_ext nbmodelver")
    bare.run("%mv_commit")
    assert "2 of the cells 1 to 2 are not part of the notebook's cells" in bare.said
    assert sources() == ["c = 3", "%mv_commit"]
    bare.run("%mv_commit")
    assert "not part of the notebook's cells" not in bare.said


def test_after_a_reset_nothing_of_before_is_taken(bare: Shell) -> None:
    bare.run("a = 1")
    bare.shell.reset(new_session=True)
    bare.run("b = 2")
    bare.run("%load_ext nbmodelver")
    bare.run("%mv_commit")
    assert sources()[0] == "b = 2"
    assert "a = 1" not in sources()


def test_loaded_by_the_configuration_there_is_nothing_earlier(shell: Shell) -> None:
    shell.run("a = 1")
    shell.run("%mv_commit")
    assert sources() == ["a = 1", "%mv_commit"]


def test_a_shell_without_history_still_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell(history_length=0)
    shell.history_manager.enabled = False
    made = Shell(shell)
    shell.run_cell("a = 1", store_history=False)
    shell.run_cell("%load_ext nbmodelver", store_history=False)
    made.run("%mv_commit")
    assert sources() == ["%mv_commit"]
    shell.run_line_magic("unload_ext", "nbmodelver")
    shell.atexit_operations()
    atexit.unregister(shell.atexit_operations)


# -- in real kernels


def executed(folder: Path, *cells: str) -> Any:
    """A notebook of these cells, run by nbclient, as nbconvert and papermill do."""
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    environment = {**os.environ}
    environment.pop("JPY_SESSION_NAME", None)
    client = nbclient.NotebookClient(
        document, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=environment)
    return document


@pytest.mark.kernel
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_notebook_that_nbclient_runs_has_its_code_whenever_the_extension_is_loaded(tmp_path: Path) -> None:
    executed(
        tmp_path,
        "import json\nX = [1, 2]",
        "parameters = {'lr': 0.1}",
        "%load_ext nbmodelver\ny = 3",
        "z = 4",
        "%mv_commit",
        "w = 5\n%mv_commit -m two",
    )
    repo = mv.open(tmp_path)
    assert [c.source for c in repo.cells("v1")] == [
        "import json\nX = [1, 2]", "parameters = {'lr': 0.1}", "%load_ext nbmodelver\ny = 3", "z = 4", "%mv_commit"
    ]  # fmt: skip
    assert [c.source for c in repo.cells("v2")] == ["w = 5\n%mv_commit -m two"]
    assert {n: k.cell for n, k in repo["v1"].kept.items()} == {"X": 0, "parameters": 1, "y": 2, "z": 3}
