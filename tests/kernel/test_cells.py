"""The log of cells: what ran since the last commit, and which cell assigned a name last."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from nbmodelver.kernel.cells import MAX_CELLS, CellLog, assigned_names, used_names
from nbmodelver.kernel.earlier import EarlierCells
from nbmodelver.model import Cell


class Kernel:
    """Runs sources in a namespace and tells a log of them, as IPython's events do."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.count = 0
        self.log = CellLog(self.values, lambda: self.count)

    def run(self, source: str, ok: bool = True, cell_id: str = "") -> None:
        self.count += 1
        self.log.pre_run(SimpleNamespace(raw_cell=source, cell_id=cell_id))
        if ok:
            exec(source, self.values)
            self.values.pop("__builtins__", None)
        self.log.post_run(SimpleNamespace(success=ok))


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


def sources(kernel: Kernel) -> list[str]:
    return [c.source for c in kernel.log.since_parent()[0]]


def test_cells_are_logged_with_count_time_outcome_and_id(kernel: Kernel) -> None:
    kernel.run("x = 1", cell_id="abc")
    kernel.run("fails", ok=False)
    first, second = kernel.log.since_parent()[0]
    assert (first.source, first.execution_count, first.ok, first.id) == ("x = 1", 1, True, "abc")
    assert first.duration_s is not None
    assert (second.execution_count, second.ok) == (2, False)


def test_the_last_cell_that_assigned_a_name_is_known(kernel: Kernel) -> None:
    kernel.run("x, y = [], 1")
    kernel.run("x.append(1)")
    kernel.run("x[0] = 5")
    kernel.run("z = x")
    assert kernel.log.since_parent()[1] == {"x": 2, "y": 0, "z": 3}


def test_a_name_that_was_deleted_is_assigned_by_no_cell(kernel: Kernel) -> None:
    kernel.run("x = 1\ndel x")
    assert kernel.log.since_parent()[1] == {}


def test_nested_runs_are_one_cell(kernel: Kernel) -> None:
    kernel.count += 1
    kernel.log.pre_run(SimpleNamespace(raw_cell="outer"))
    kernel.log.pre_run(SimpleNamespace(raw_cell="inner"))
    assert (kernel.log.depth, kernel.log.busy) == (2, True)
    kernel.log.post_run(SimpleNamespace(success=True))
    kernel.log.post_run(SimpleNamespace(success=True))
    assert (kernel.log.depth, kernel.log.busy) == (0, False)
    assert sources(kernel) == ["outer"]


def test_a_cell_that_commits_is_logged_once(kernel: Kernel) -> None:
    kernel.log.pre_run(SimpleNamespace(raw_cell="%%mv_commit\nx = 1"))
    kernel.values["x"] = 1
    cells, assigned = kernel.log.since_parent("printed", "x = 1")
    assert [(c.source, c.outputs) for c in cells] == [("x = 1", "printed")]
    assert assigned == {"x": 0}
    kernel.log.committed()
    kernel.log.post_run(SimpleNamespace(success=True))
    assert sources(kernel) == []


def test_a_commit_clears_the_log_and_a_failed_one_restores_it(kernel: Kernel) -> None:
    kernel.run("x = 1")
    cells, assigned = kernel.log.since_parent()
    kernel.log.committed()
    assert (sources(kernel), kernel.log.last) == ([], 1)
    kernel.run("y = 2")
    kernel.log.not_committed(cells, assigned)
    assert sources(kernel) == ["x = 1", "y = 2"]
    assert kernel.log.since_parent()[1] == {"x": 0, "y": 1}


def test_callbacks_hear_of_whole_cells(kernel: Kernel) -> None:
    heard: list[Any] = []
    kernel.log.on_start.append(lambda: heard.append("start"))
    kernel.log.on_end.append(heard.append)
    kernel.run("x = 1")
    kernel.run("fails", ok=False)
    assert heard == ["start", True, "start", False]
    assert kernel.log.started == 2


def test_cells_before_the_extension_belong_to_the_log(kernel: Kernel) -> None:
    kernel.values["x"] = 1
    kernel.log.add_earlier(EarlierCells((Cell("x = 1", 2),), missing=(1,)), lambda source: source)
    assert kernel.log.since_parent() == ([Cell("x = 1", 2)], {"x": 0})
    assert kernel.log.note.startswith("cell 1 is not part of")
    kernel.log.committed()
    assert kernel.log.note == ""


@pytest.mark.parametrize(("source", "logged"), [("%load_ext nbmodelver", ["%load_ext nbmodelver"]), (None, [])])
def test_the_cell_that_loaded_the_extension_is_logged_if_its_source_is_known(
    kernel: Kernel, source: str | None, logged: list[str]
) -> None:
    kernel.log.add_running(source)
    assert kernel.log.busy
    kernel.log.post_run(SimpleNamespace(success=True))
    assert sources(kernel) == logged


def test_an_end_without_a_start_is_ignored(kernel: Kernel) -> None:
    kernel.log.post_run(SimpleNamespace(success=True))
    assert sources(kernel) == []


def test_the_log_has_an_end(kernel: Kernel) -> None:
    kernel.log.add_earlier(EarlierCells(tuple(Cell(str(n), n) for n in range(MAX_CELLS + 5))), str)
    kernel.run("x = 1")
    cells = kernel.log.since_parent()[0]
    assert len(cells) == MAX_CELLS
    assert cells[-1].source == "x = 1"


def test_values_before_the_running_cell_are_known_by_identity(kernel: Kernel) -> None:
    kernel.values["x"] = []
    assert kernel.log.snapshot == {}
    kernel.log.pre_run(SimpleNamespace(raw_cell="x = 2"))
    assert kernel.log.snapshot == {"x": id(kernel.values["x"])}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = y = 1", ["x", "y"]), ("a.b.c = 1; d[0] = 2", ["a", "d"]), ("def f(): pass\nclass C: pass", ["f", "C"]),
        ("import a.b, c as d\nfrom e import f as g", ["a", "d", "g"]), ("for i in z: pass", ["i"]),
        ("with o() as h: pass", ["h"]), ("f()[0] = 1", []), ("x +", []), ("\0", []),
    ],
)  # fmt: skip
def test_assigned_names_are_read_from_the_source(source: str, names: list[str]) -> None:
    assert assigned_names(source) == names


def test_used_names_are_those_that_a_source_mentions() -> None:
    assert used_names("x = f(y.z, 'w')") == ["x", "f", "y"]
    assert used_names("x +") == []
