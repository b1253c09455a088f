"""What an export would write, compared with what it writes."""

from __future__ import annotations

import zipfile

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.errors import NotLoadable
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext


def test_formats_and_sizes_are_those_of_the_bundle(made) -> None:
    repo, version, path = made
    found = bundle.estimated(repo, version)
    listed = {v["name"]: v for v in bundle.inspect(path).variables}
    with zipfile.ZipFile(path) as file:
        for one in found.variables:
            written = listed[one.kept.name]
            assert (one.format, one.needs_trust) == (written.get("format", ""), written["needs_trust"])
            assert one.file_bytes == (file.getinfo(written["file"]).file_size if one.format else 0)
            assert one.is_exact
            assert (one.secret, one.problem) == ("", "")
        names = {one.kept.name: one.together for one in found.variables}
        assert names["top"] == names["A"] == ("A", "top")
        parts = sum(i.file_size for i in file.infolist() if i.filename.startswith("store/parts/"))
    assert found.group_bytes + 100_000 > parts
    assert (found.cells, found.modules) == (2, ())
    assert found.packages == len(repo.environment(version)["packages"])
    assert found.notebook_bytes > 0


def test_a_large_value_is_not_loaded_and_its_size_is_about_that_in_memory(made, monkeypatch) -> None:
    repo, version, _ = made
    monkeypatch.setattr("nbmodelver.bundle.estimate.MOST_LOADED_BYTES", 1000)
    steps: list[tuple[int, int, str]] = []
    found = {v.kept.name: v for v in bundle.estimated(repo, version, lambda *step: steps.append(step)).variables}
    assert (found["zeros"].format, found["zeros"].file_bytes) == ("npy", version.kept["zeros"].size_bytes)
    assert (found["X"].format, found["y"].format) == ("parquet", "parquet-series")
    assert [found[name].is_exact for name in ("zeros", "X", "x")] == [False, False, True]
    assert steps[-1] == (len(version.kept), len(version.kept), "reading the variables")


def test_a_secret_is_named_with_its_position(tmp_path) -> None:
    repo = mv.open(tmp_path / "store", create=True)
    cells = CommitContext(cells=[Cell("setup = 1", 1)])
    version = repo.commit({"setup": {"key": "AKIA" + "Q" * 16}, "n": 1}, around=cells, allow_secrets=["setup"])
    found = {v.kept.name: v.secret for v in bundle.estimated(repo, version).variables}
    assert "AWS access key" in found["setup"]
    assert found["n"] == ""


def test_a_value_that_cannot_be_loaded_has_a_problem(made, monkeypatch) -> None:
    def refused(_repo, _version, name):
        raise NotLoadable(f"'{name}' needs a package")

    monkeypatch.setattr("nbmodelver.repo.transfer.portable.plain_value", refused)
    found = {v.kept.name: v.problem for v in bundle.estimated(*made[:2]).variables}
    assert (found["x"], found["model"]) == ("'x' needs a package", "")
