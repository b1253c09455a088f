"""The plan names what the record lacks and what differs, before anything runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nbmodelver as mv
from nbmodelver.bundle.rerun.planning import PlannedRerun, planned
from nbmodelver.model import Cell
from nbmodelver.repo.commit.context import CommitContext
from tests.bundle.rerun.samples import committed

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


def plan_of(repo: Repo, *, here: bool = True, folder: Path | None = None) -> PlannedRerun:
    return planned(repo, repo["v1"], here=here, folder=folder)


def test_a_complete_record_lacks_nothing(tmp_path: Path) -> None:
    repo, _ = committed(tmp_path, "import numpy as np", "x = np.arange(3.0)", metrics={"m": "float(x.sum())"})
    found = plan_of(repo).plan
    assert (found.cells, found.lacks, found.differences, found.environment) == (2, (), (), "this environment")
    assert list(found.packages) == ["numpy"]


def test_a_new_environment_has_what_the_cells_import_and_what_nbmodelver_needs(tmp_path: Path) -> None:
    repo, _ = committed(tmp_path, "import numpy as np", "x = np.arange(3.0)")
    found = plan_of(repo, here=False)
    assert found.wanted is not None
    assert {"numpy", "ipykernel", "zstandard", "tinydb"} <= set(found.wanted.requirements)
    assert "nbmodelver" not in {*found.wanted.requirements, *found.wanted.constraints}
    assert found.plan.environment.startswith("a new environment with Python 3.")


def test_gaps_of_the_record_are_named(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    cells = [Cell("import absent_package\n!ls"), Cell("%mv_status")]
    around = CommitContext(cells, others=["big"], session=False)
    repo.commit({"x": 1}, metrics={"acc": 0.5}, around=around)
    found = plan_of(repo).plan
    assert found.cells == 1
    assert found.lacks == (
        "the random state",
        "the code that measured acc",
        "packages for the imports absent_package",
        "the results of commands of the shell, in 1 of the cells",
        "these variables, which cannot be compared: big",
    )


def test_files_that_cells_name_are_found_in_the_folder_of_the_notebook_only(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    (folder / "data").mkdir(parents=True)
    for name in ("data/a.csv", "b.txt"):
        (folder / name).write_text("1")
    (tmp_path / "outside.txt").write_text("1")
    names = ["data/a.csv", "b.txt", "../outside.txt", str(tmp_path / "outside.txt"), "none.csv", "a\0b"]
    repo, _ = committed(tmp_path / "store", f"names = {names!r}")
    assert plan_of(repo, folder=folder).plan.files == ("data/a.csv", "b.txt")
    assert plan_of(repo).plan.files == ()


def test_another_environment_is_a_difference_beforehand(tmp_path: Path) -> None:
    repo, _ = committed(tmp_path, "import numpy as np", "x = np.arange(3.0)")
    record = repo.environment(repo["v1"])
    recorded = {**record, "python": "3.99.1", "packages": {**record["packages"], "numpy": "0.1"}}  # type: ignore[dict-item]
    repo.environment = lambda _version: json.loads(json.dumps(recorded))  # type: ignore[method-assign]
    found = plan_of(repo).plan.differences
    assert found[0].startswith("python: 3.99.1 then, ")
    assert found[-1].startswith("numpy: 0.1 then, ")
    new = plan_of(repo, here=False).plan
    assert (new.python, new.differences[0]) == ("", "python: 3.99.1 then, not installed now")
