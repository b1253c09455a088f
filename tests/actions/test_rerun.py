"""A version runs again in a kernel of its own, and each difference has its verdict and its cause."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.actions.rerun import RerunRequest, is_bundle, rerun, write_report
from nbmodelver.bundle.rerun.running import RunLimits
from nbmodelver.errors import ArchivedVersion, NeedsTrust, UsageError
from nbmodelver.model import Cell
from nbmodelver.registry import lifecycle
from nbmodelver.repo.commit.context import CommitContext
from tests.bundle.rerun.samples import committed

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model.rerun import Rerun, RerunItem

pytestmark = pytest.mark.kernel
FIRST = "import time, random, uuid\nimport numpy as np\nrng = np.random.default_rng(0)\nx = rng.normal(size=100)"


def again(folder: Path, *sources: str, metrics: dict[str, str] | None = None, **more: object) -> Rerun:
    repo, _ = committed(folder / "store", *sources, metrics=metrics)
    limits = RunLimits(**{"cell_limit_s": 60.0, **more.pop("limits", {})})  # type: ignore[arg-type, dict-item]
    return rerun(repo, RerunRequest("v1", here=True, folder=folder, limits=limits, **more))  # type: ignore[arg-type]


def item(found: Rerun, name: str) -> RerunItem:
    return next(i for i in found.items if i.name == name)


def test_a_version_whose_cells_determine_everything_is_reproduced(tmp_path: Path) -> None:
    found = again(tmp_path, FIRST, "1/0", "y = {'mean': x.mean(), 'words': ['a', 'b']}", metrics={"m": "y['mean']"})
    assert (found.agreed, found.is_reproduced, found.runs) == ("bit-identical", True, 1)
    assert {i.name for i in found.items} == {"m", "x", "y", "rng"}
    assert found.ended == ""


def test_each_difference_has_its_verdict_and_its_cause(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,2\n")
    found = again(
        tmp_path,
        FIRST,
        "seeded = random.Random(1).random()",
        "drawn = np.random.rand(3)",
        "stamp = [time.time_ns()]\nkey = str(uuid.uuid4())",
        "kinds = list({'a', 'b', 'c', 'd', 'e', 'f', 'g'})",
        "import os, pathlib",
        "text = pathlib.Path('data.csv').read_text() if 'IPYTHONDIR' in os.environ else 'then'",
        metrics={"luck": "float(drawn.sum())"},
    )
    assert not found.is_reproduced
    assert found.runs == 3
    assert [item(found, n).agreed for n in ("seeded", "x")] == ["bit-identical", "bit-identical"]
    for name in ("drawn", "luck"):
        assert (item(found, name).agreed, item(found, name).cause) == ("cannot tell", "unseeded randomness")
    for name in ("stamp", "key"):
        assert item(found, name).cause == "the time, or an id of the process"
    assert (item(found, "kinds").agreed, item(found, "kinds").is_tested) == ("different", True)
    assert "order of sets" in item(found, "kinds").cause
    assert item(found, "text").agreed == "different"
    assert item(found, "text").cause == "the file data.csv, as it is now"


def test_a_single_run_names_causes_without_a_test(tmp_path: Path) -> None:
    found = again(
        tmp_path, FIRST, "drawn = np.random.rand(3)", "key = str(uuid.uuid4())", metrics={"m": "x.mean()"}, once=True
    )
    assert found.runs == 1
    causes = {i.name: (i.agreed, i.cause, i.is_tested) for i in found.items if i.agreed != "bit-identical"}
    assert causes == {
        "drawn": ("different", "unseeded randomness", False),
        "key": ("different", "the time, or an id of the process", False),
    }


def test_a_file_that_is_gone_ends_the_run_with_its_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone.txt").write_text("7")
    repo, _ = committed(tmp_path / "store", "from pathlib import Path", "n = int(Path('gone.txt').read_text())")
    (tmp_path / "gone.txt").unlink()
    found = rerun(repo, RerunRequest("v1", here=True))
    assert re.match(r"cell 2 raised FileNotFoundError", found.ended)
    assert (item(found, "n").agreed, item(found, "n").cause) == ("missing", "the file gone.txt, which the record lacks")


def test_a_cell_that_hangs_ends_the_run(tmp_path: Path) -> None:
    hangs = "import os, time\ntime.sleep(60 if 'IPYTHONDIR' in os.environ else 0)"
    found = again(tmp_path, "n = 1", hangs, "m = 2", limits={"cell_limit_s": 1.0}, once=True)
    assert found.ended == "cell 2 took longer than 1 s"
    assert found.agreed == "missing"
    assert item(found, "m").cause == "the time limit"


def test_without_a_network_no_other_machine_is_reached(tmp_path: Path) -> None:
    connects = (
        "import os, socket\nsaid = 'then'\nif 'IPYTHONDIR' in os.environ:\n"
        "    socket.create_connection(('192.0.2.1', 80), 0.2)"
    )
    found = again(tmp_path, connects, limits={"is_offline": True}, once=True)
    assert found.ended.startswith("cell 1 raised Offline: no network in this re-run: 192.0.2.1")
    assert not found.is_reproduced


def test_nothing_runs_without_trust(tmp_path: Path) -> None:
    repo, version = committed(tmp_path / "store", "x = 1")
    file = bundle.write(repo, version, tmp_path / "one.nbmv.zip")
    assert is_bundle(str(file))
    assert not is_bundle("v3")
    plan = rerun(None, RerunRequest(str(file), here=True, is_dry=True))
    assert (plan.runs, plan.plan.cells) == (0, 1)
    with pytest.raises(NeedsTrust) as caught:
        rerun(None, RerunRequest(str(file), here=True))
    assert "--dry-run" in caught.value.hint
    assert rerun(None, RerunRequest(str(file), here=True, allows_code=True)).is_reproduced


def test_a_bundle_has_the_cells_of_all_versions_before(tmp_path: Path) -> None:
    repo, first = committed(tmp_path / "store", "x = 1", "1/0")
    second = repo.commit({"x": 1, "y": 2}, around=CommitContext([Cell("y = x + 1", 3)]))
    assert second.parents == (first.id,)
    file = bundle.write(repo, second, tmp_path / "two.nbmv.zip")
    assert [(c.source, c.ok) for c in bundle.ran_cells(file)] == [("x = 1", True), ("1/0", False), ("y = x + 1", True)]
    found = rerun(None, RerunRequest(str(file), here=True, allows_code=True))
    assert (found.plan.cells, found.agreed) == (3, "bit-identical")


def test_cells_of_a_bundle_get_no_files(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("mine")
    repo, version = committed(tmp_path / "store", "name = 'data.csv'")
    file = bundle.write(repo, version, tmp_path / "one.nbmv.zip")
    own = rerun(repo, RerunRequest("v1", here=True, is_dry=True, folder=tmp_path))
    theirs = rerun(None, RerunRequest(str(file), here=True, is_dry=True, folder=tmp_path))
    assert (own.plan.files, theirs.plan.files) == (("data.csv",), ())


def test_an_archived_version_is_refused(tmp_path: Path) -> None:
    repo, _ = committed(tmp_path / "store", "x = 1")
    lifecycle.archive(repo, "v1", "licence ended")
    with pytest.raises(ArchivedVersion):
        rerun(repo, RerunRequest("v1", here=True, is_dry=True))


def test_a_version_without_cells_cannot_run(tmp_path: Path) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    repo.commit({"x": 1})
    with pytest.raises(UsageError, match="v1 has no cells"):
        rerun(repo, RerunRequest("v1", here=True))
    with pytest.raises(UsageError, match="no store here"):
        rerun(None, RerunRequest("v1", here=True))


def test_a_report_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    assert write_report(tmp_path / "r.html", "<p>").read_text() == "<p>"
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(tmp_path / "none" / "r.html", "<p>")
