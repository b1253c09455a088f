from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import nbformat
import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.cli import main
from nbmodelver.errors import BadBundle, NeedsTrust, StoreReadOnly, UsageError
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext, Repo
from nbmodelver.repo.transfer import portable
from tests.bundle import samples

if TYPE_CHECKING:
    from nbmodelver.model import Backend


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("study")
    repo, version = samples.committed(folder)
    return repo, version, bundle.write(repo, version, folder / "study.nbmv.zip")


@pytest.fixture
def other(tmp_path: Path):
    return mv.open(tmp_path / "other", create=True)


@pytest.fixture
def unzipped(made, tmp_path: Path) -> Path:
    with zipfile.ZipFile(made[2]) as found:
        found.extractall(tmp_path / "unzipped")
    return tmp_path / "unzipped"


def test_every_value_comes_back_in_another_store(made, other) -> None:
    _, version, path = made
    here = bundle.open_into(other, path)
    trusting = mv.open(other.where, trusted=True)
    values, then = trusting.load(here), samples.study()
    assert list(values) == list(then)
    pd.testing.assert_frame_equal(values["X"], then["X"], check_exact=True)
    pd.testing.assert_series_equal(values["y"], then["y"], check_exact=True)
    assert values["params"] == then["params"]
    assert values["pair"] == (1, 2)
    assert (values["model"].predict(values["A"]) == then["model"].predict(then["A"])).all()
    assert np.shares_memory(values["A"], values["top"])
    assert {n: k.digest for n, k in here.kept.items()} == {n: k.digest for n, k in version.kept.items()}
    assert other.verify(full=True) == []


def test_the_description_of_a_version_comes_along(made, other) -> None:
    repo, version, path = made
    here = bundle.open_into(other, path)
    assert (here.message, here.metrics, here.params) == (version.message, version.metrics, version.params)
    assert other.cells(here) == repo.cells(version)
    assert other.environment(here) == repo.environment(version)
    state = other.session(here)
    assert state is not None
    assert (state["python"]["cwd"], state["python"]["sys.path"]) == ("", [])


def test_p3_a_pickled_value_needs_trust_and_data_does_not(made, other) -> None:
    here = bundle.open_into(other, made[2])
    assert other.load(here, ["X", "params"])["params"]["depth"] == 3
    with pytest.raises(NeedsTrust, match=r"'model'.*sklearn\.tree\.DecisionTreeClassifier"):
        other.load(here, ["model"])
    assert mv.open(other.where, trusted=True).load(here, ["model"])["model"].get_depth() == 3


def test_notebook_code_comes_back(tmp_path: Path, other) -> None:
    source = (
        "class Scale:\n    def __init__(self, by): self.by = by\n    def __call__(self, x): return x * self.by * K\n"
    )
    space: dict[str, object] = {"__name__": "__main__"}
    exec(source + "K = 2\nscale = Scale(5)", space)
    repo = mv.open(tmp_path / "one", create=True)
    version = repo.commit({"scale": space["scale"]}, namespace=space)
    bundle.open_into(other, bundle.write(repo, version, tmp_path / "code.nbmv.zip"))
    back: dict[str, object] = {"__name__": "__main__", "K": 3}
    values = mv.open(other.where, trusted=True).load("v1", ["scale"], namespace=back)
    assert values["scale"](1) == 15


def test_the_same_bundle_twice_is_one_version(made, other) -> None:
    first = bundle.bring_in(other, made[2])
    again = bundle.bring_in(other, made[2])
    assert (first.again, again.again) == (False, True)
    assert first.version == again.version
    assert len(other.log()) == 1


def test_a_bundle_of_this_very_store_is_there_already(made) -> None:
    repo, version, path = made
    found = bundle.bring_in(repo, path)
    assert found.again
    assert found.version == version
    assert repo.trusts(found.version)


def test_the_same_version_gives_the_same_bytes_in_another_process(made, tmp_path: Path) -> None:
    repo, _, path = made
    code = (
        "import sys, pathlib, nbmodelver as mv; from nbmodelver import bundle;"
        "repo = mv.open(sys.argv[1]); bundle.write(repo, repo['v1'], pathlib.Path(sys.argv[2]))"
    )
    twin = tmp_path / "twin.nbmv.zip"
    environment = {**os.environ, "PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, repo.where, twin], check=True, cwd=tmp_path, env=environment)
    assert twin.read_bytes() == path.read_bytes()


def test_no_path_of_this_machine_is_inside(made, unzipped: Path) -> None:
    repo, version, _ = made
    leaving = portable.taken_out(repo, version)
    inside = [bytes(portable.raw(repo, leaving, part)) for part in leaving.parts]
    inside += [file.read_bytes() for file in unzipped.rglob("*") if file.is_file()]
    for place in (Path.cwd(), Path(repo.where).parent, Path(sys.prefix), Path.home() / "x"):
        assert not any(str(place).encode() in data for data in inside), place


def test_sha256sum_alone_verifies_it(unzipped: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "-c", "manifest-sha256.txt"], cwd=unzipped, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.count(": OK") == sum(f.is_file() for f in unzipped.rglob("*")) - 1


def test_plain_python_puts_the_variables_in_place(unzipped: Path) -> None:
    notebook = nbformat.read(unzipped / "notebook.ipynb", as_version=4)
    nbformat.validate(notebook)
    first = notebook.cells[0]
    assert first.metadata.tags == ["nbmodelver-bundle"]
    check = (
        "assert X.shape == (60, 3) and X.c.dtype == 'category' and y.name == 'class' and A.sum() == 179700\n"
        "assert params == {'depth': 3, 'seeds': [1, 2.5, None]} and x == 3 and π == 3.14\n"
        "assert zeros.shape == (2000000,)\n"
        "import sys; assert not any(m.startswith('nbmodelver') for m in sys.modules)"
    )
    run = [sys.executable, "-I", "-W", "error", "-c", f"{first.source}\n{check}"]
    subprocess.run(run, cwd=unzipped, check=True)


def test_the_first_cell_does_nothing_without_the_files(unzipped: Path, tmp_path: Path) -> None:
    source = nbformat.read(unzipped / "notebook.ipynb", as_version=4).cells[0].source
    subprocess.run([sys.executable, "-I", "-c", f"{source}\nassert 'X' not in dir()"], cwd=tmp_path, check=True)


def test_cells_as_they_ran_are_there_when_the_notebook_has_another_order(tmp_path: Path) -> None:
    document = {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": "# Study"},
            {"cell_type": "code", "metadata": {"host": "me"}, "source": "b = 2", "outputs": [], "execution_count": 2},
            {
                "cell_type": "code",
                "metadata": {},
                "source": "a = 1",
                "outputs": [],
                "execution_count": 1,
                "id": "first",
            },
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "P"}, "widgets": {"state": 1}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    repo = mv.open(tmp_path, create=True)
    around = CommitContext(cells=(Cell("a = 1", 1), Cell("b = 2", 2)), notebook=json.dumps(document).encode())
    version = repo.commit({"a": 1, "b": 2}, around=around)
    found = samples.members_of(bundle.write(repo, version, tmp_path / "b.nbmv.zip"))
    notebook, replay = (nbformat.reads(found[n].decode(), as_version=4) for n in ("notebook.ipynb", "replay.ipynb"))
    nbformat.validate(notebook)
    assert [c.source for c in notebook.cells[1:]] == ["# Study", "b = 2", "a = 1"]
    assert [c.source for c in replay.cells] == ["a = 1", "b = 2"]
    assert notebook.cells[3].id == "first"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert b'"host"' not in found["notebook.ipynb"]


def test_cells_as_they_ran_need_no_nbmodelver(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    ran = ("%load_ext nbmodelver\n%mv_init", "%%mv_commit -m x\na = 1\na /= 0", "b = 2\n%mv_commit b", "%time c = 3")
    around = CommitContext(cells=[Cell(source, ok="/=" not in source) for source in ran])
    found = samples.members_of(bundle.write(repo, repo.commit({"a": 1}, around=around), tmp_path / "b.nbmv.zip"))
    cells = nbformat.reads(found["notebook.ipynb"].decode(), as_version=4).cells[1:]
    assert [c.source for c in cells] == ["a = 1\na /= 0", "b = 2", "%time c = 3"]
    assert [c.metadata.get("tags") for c in cells] == [["raises-exception"], None, None]


def test_what_a_bundle_says_is_escaped(unzipped: Path) -> None:
    report = (unzipped / "REPORT.html").read_text("utf-8")
    assert "<b>" not in report
    assert "deeper\\u000a&lt;b&gt;" in report
    assert "<b>" not in (unzipped / "README.md").read_text("utf-8")
    assert "deeper" not in (unzipped / "notebook.ipynb").read_text("utf-8")


def test_pins_are_what_was_installed(made, unzipped: Path) -> None:
    packages = made[0].environment(made[1])["packages"]
    lines = (unzipped / "requirements.txt").read_text().splitlines()
    for name in ("pandas", "scikit-learn", "numpy", "pyarrow", "ipykernel"):
        assert f"{name}=={packages[name]}" in lines
    assert "-c constraints.txt" in lines
    assert not any("+" in line for line in (unzipped / "constraints.txt").read_text().splitlines())


def test_the_crate_lists_every_file(unzipped: Path) -> None:
    crate = json.loads((unzipped / "ro-crate-metadata.json").read_text())
    listed = {e["@id"] for e in crate["@graph"] if e["@type"] == "File"}
    there = {f.relative_to(unzipped).as_posix() for f in unzipped.rglob("*") if f.is_file()}
    assert there - listed == {"ro-crate-metadata.json", "manifest-sha256.txt"}


def test_what_is_inside_can_be_seen_without_a_store(made) -> None:
    found = bundle.inspect(made[2])
    assert found.version.message == made[1].message
    by_name = {v["name"]: v for v in found.variables}
    assert by_name["model"]["needs_trust"] is True
    assert by_name["X"]["file"] == "variables/X.parquet"
    assert {"notebook.ipynb", "bundle.json", "store/record.json"} <= found.members.keys()


def test_names_that_differ_in_case_or_are_not_ascii_get_files_of_their_own(made) -> None:
    files = [v["file"].lower() for v in bundle.inspect(made[2]).variables if "file" in v]
    assert len(set(files)) == len(files) == 8


def test_another_file_is_never_overwritten(made, tmp_path: Path) -> None:
    repo, version, path = made
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(UsageError, match="another file"):
        bundle.write(repo, version, tmp_path / "precious")
    assert (tmp_path / "precious").read_text() == "mine"
    assert bundle.write(repo, version, path) == path
    with pytest.raises(UsageError, match="no folder"):
        bundle.write(repo, version, tmp_path / "none" / "x.nbmv.zip")
    with pytest.raises(UsageError, match="is a folder"):
        bundle.write(repo, version, tmp_path)
    assert os.listdir(tmp_path) == ["precious"]


def test_p14_a_secret_does_not_leave_unless_it_is_allowed_by_name(tmp_path: Path, monkeypatch) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    version = repo.commit({"config": {"user": "ada", "note": "correct-horse-battery"}, "x": 1})
    monkeypatch.setenv("DB_PASSWORD", "correct-horse-battery")
    with pytest.raises(UsageError, match=r"'config' may hold a secret.*DB_PASSWORD"):
        bundle.write(repo, version, tmp_path / "a.nbmv.zip")
    assert os.listdir(tmp_path) == ["store"]
    assert bundle.write(repo, version, tmp_path / "a.nbmv.zip", allow_secrets=["config"]).exists()


def test_an_interrupted_export_leaves_nothing(made, tmp_path: Path) -> None:
    def stop(done: int, _total: int, _what: str) -> None:
        if done > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundle.write(made[0], made[1], tmp_path / "x.nbmv.zip", stop)
    assert os.listdir(tmp_path) == []


def test_an_interrupted_import_leaves_nothing(made, other) -> None:
    def stop(_done: int, _total: int, what: str) -> None:
        if what != "checking the bundle":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundle.open_into(other, made[2], stop)
    assert other.log() == []
    assert bundle.open_into(other, made[2]).number == 1


class ReadOnly:
    """A store on a read-only disk: reads pass, everything else is refused."""

    def __init__(self, backend: Backend) -> None:
        self.where, self.read, self.size = backend.where, backend.read, backend.size
        self.list, self.age_s = backend.list, backend.age_s

    def refuse(self, *_: object, **__: object) -> NoReturn:
        raise StoreReadOnly("the disk is read-only")

    create = swap = delete = lock = sweep = refuse


def test_d5_a_read_only_store_can_be_exported_from_but_not_imported_into(made, other, tmp_path: Path) -> None:
    repo, version, path = made
    twin = bundle.write(Repo(ReadOnly(repo.backend)), version, tmp_path / "twin.nbmv.zip")
    assert twin.read_bytes() == path.read_bytes()
    with pytest.raises(StoreReadOnly):
        bundle.open_into(Repo(ReadOnly(other.backend)), path)


def test_the_command_line_exports_and_imports(made, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("NBMODELVER_STORE", made[0].where)
    monkeypatch.chdir(tmp_path)
    assert main(["export", "v1"]) == 0
    assert "study-v1.nbmv.zip" in capsys.readouterr().out
    monkeypatch.setenv("NBMODELVER_STORE", str(tmp_path / "second"))
    assert main(["init", str(tmp_path / "second")]) == 0
    assert main(["import", "study-v1.nbmv.zip"]) == 0
    assert main(["import", "study-v1.nbmv.zip"]) == 0
    said = " ".join(capsys.readouterr().out.split())  # Where a line is broken depends on the folder's name.
    assert "study-v1.nbmv.zip is here as v1 · model: only with %mv_rollback v1 --trust" in said
    assert "is there already as v1" in said
    assert main(["import", "study-v2.nbmv.zip"]) == 1
    assert "there is: study-v1.nbmv.zip" in capsys.readouterr().err


def test_a_file_that_is_no_bundle_is_named(tmp_path: Path, other) -> None:
    for data in (b"", b"hello", b"PK" * 40, samples.zipped({"README.md": b"hi"})):
        (tmp_path / "odd.zip").write_bytes(data)
        with pytest.raises(BadBundle, match=r"'odd\.zip'"):
            bundle.open_into(other, tmp_path / "odd.zip")
    with pytest.raises(BadBundle, match="there is no file"):
        bundle.open_into(other, tmp_path / "missing.zip")
    with pytest.raises(BadBundle):
        bundle.open_into(other, tmp_path)
