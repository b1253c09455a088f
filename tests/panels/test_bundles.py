"""A bundle file in a panel: its content, and the import of all of it or of some variables."""

from __future__ import annotations

import pytest

import nbmodelver as mv
from nbmodelver import bundle
from tests.panels.panels import FRAME, Failed


@pytest.fixture
def file(shell, panel, tmp_path):
    """A bundle of another store, in a folder beside that of the notebook."""
    shell.run(FRAME)
    values = {name: shell.shell.user_ns[name] for name in ("df", "params", "model")}
    repo = mv.open(tmp_path / "theirs", create=True)
    version = repo.commit(values, "a tree", metrics={"acc": float("nan")}, note="of Ada")
    return bundle.write(repo, version, tmp_path / "tree.nbmv.zip")


def test_the_content_of_a_bundle_needs_no_store(panel, file):
    found = panel.ask("bundle", path=file.name)
    assert (found["version"]["message"], found["version"]["metrics"]) == ("a tree", {"acc": "nan"})
    listed = {v["name"]: (v["kind"], v["format"], v["needs_trust"]) for v in found["variables"]}
    assert listed["df"] == ("dataset", "parquet", False)
    assert listed["model"] == ("model", "", True)
    assert found["digest"] == bundle.inspect(file).digest
    assert "notebook.ipynb" in {f["name"] for f in found["files"]}
    assert found["parts"]["count"] > 3
    assert found["python"]


def test_an_import_adds_the_version_and_names_what_needs_trust(shell, panel, file):
    shell.run("%mv_init")
    done = panel.ask("import", path=str(file), digest=bundle.inspect(file).digest)
    assert (done["entry"]["message"], done["again"], done["untrusted"]) == ("a tree", False, ["model"])
    assert done["said"] == "tree.nbmv.zip was imported as v1 · 3 variables"
    assert panel.states[-1]["versions"] == 1
    assert panel.ask("import", path=file.name)["again"]
    assert shell.shell.user_ns["df"].loc[0, "age"] == 18.0


def test_some_variables_are_imported_and_a_store_is_created(panel, file):
    done = panel.ask("import", path=file.name, names=["params"])
    assert [n["name"] for n in done["entry"]["names"]] == ["params"]
    assert done["entry"]["note"] == "of Ada\nimported without df, model"
    assert done["untrusted"] == []
    with pytest.raises(Failed, match="UnknownName"):
        panel.ask("import", path=file.name, names=["parms"])


def test_a_changed_or_missing_file_is_refused(shell, panel, file):
    with pytest.raises(Failed, match="another file than the one that was shown"):
        panel.ask("import", path=file.name, digest="0" * 64)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    for method in ("bundle", "import"):
        with pytest.raises(Failed, match="BadBundle"):
            panel.ask(method, path=file.name)
        with pytest.raises(Failed, match="BadBundle"):
            panel.ask(method, path="gone.nbmv.zip")


def test_while_a_cell_runs_an_import_is_refused_or_waits(shell, panel, file):
    found = {}

    def during():
        with pytest.raises(Failed, match="Busy"):
            panel.ask("import", path=file.name)
        found["number"] = panel.send("import", path=file.name, queue=True)
        found["what"] = panel.states[-1]["queued"][0]["what"]

    shell.shell.user_ns["_during"] = during
    shell.run("%mv_init\n_during()")
    assert found["what"] == "import of tree.nbmv.zip"
    assert panel.result(found["number"])["entry"]["name"] == "v1"
