"""Exports of a panel: problems before the file is written, replacement, and cancellation."""

from __future__ import annotations

import zipfile

import pytest

from tests.panels.panels import Failed, three_versions


def test_an_export_says_what_is_in_its_way_before_it_writes(shell, panel, tmp_path):
    shell.run("params = {'lr': 1}")
    panel.ask("commit", names=None, message="first")
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken.zip").write_text("mine")
    for path, code in (
        ("no/folder/x.zip", "UsageError"), ("folder", "UsageError"), ("a\0b", "UsageError"), ("x" * 300, "UsageError"),
        ("~nobody-of-this-name/x.zip", "UsageError"), ("taken.zip", "FileExists"), (str(tmp_path), "UsageError"),
    ):  # fmt: skip
        problem = panel.ask("destination", id="v1", path=path)["problem"]
        assert (problem["code"], bool(problem["hint"])) == (code, True), path
        with pytest.raises(Failed) as caught:
            panel.ask("export", id="v1", path=path)
        assert (caught.value.code, caught.value.message) == (code, problem["message"])
    assert sorted(p.name for p in tmp_path.iterdir() if "nbmodelver" not in p.name) == ["folder", "taken.zip"]
    assert panel.ask("destination", id="v1", path=" folder/fine.zip ")["file"] == str(tmp_path / "folder" / "fine.zip")


def test_a_file_is_replaced_only_when_that_is_said(shell, panel, tmp_path):
    shell.run("params = {'lr': 1}")
    panel.ask("commit", names=None, message="first")
    taken = tmp_path / "taken.zip"
    taken.write_text("mine")
    with pytest.raises(Failed, match="FileExists"):
        panel.ask("export", id="v1", path="taken.zip", overwrite=False)
    assert taken.read_text() == "mine"
    done = panel.ask("export", id="v1", path="taken.zip", overwrite=True)
    assert (done["path"], done["size_bytes"]) == (str(taken), taken.stat().st_size)
    assert zipfile.is_zipfile(taken)
    assert [p.name for p in tmp_path.iterdir() if "taken" in p.name] == ["taken.zip"]


def test_an_export_that_is_stopped_leaves_the_file_that_it_was_to_replace(shell, panel, tmp_path, monkeypatch):
    shell.run("params = {'lr': 1}")
    panel.ask("commit", names=None, message="first")
    (tmp_path / "taken.zip").write_text("mine")
    monkeypatch.setattr("nbmodelver.bundle.write", lambda *_a, **_k: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(Failed, match="Cancelled"):
        panel.ask("export", id="v1", path="taken.zip", overwrite=True)
    assert (tmp_path / "taken.zip").read_text() == "mine"


def test_an_export_can_be_stopped_and_leaves_nothing(shell, panel, tmp_path, monkeypatch):
    monkeypatch.setattr("nbmodelver.panels.connections.PROGRESS_AFTER_S", 0.0)
    three_versions(shell, panel)

    def stop(message):
        panel.heard.append(message)
        if "progress" in message:
            cancel = {"id": 5000, "method": "cancel", "params": {"request": message["id"]}}
            panel.server.handle(cancel, panel.connection)

    monkeypatch.setattr(panel.connection, "send", stop)
    with pytest.raises(Failed, match="Cancelled"):
        panel.ask("export", id="v2", path="out.nbmv.zip")
    assert [p.name for p in tmp_path.iterdir()] == [".nbmodelver"]


def test_an_estimate_says_what_the_file_would_contain(shell, panel):
    three_versions(shell, panel)
    found = panel.ask("estimate", id="v2")
    by_name = {v["name"]: v for v in found["variables"]}
    assert by_name["df"]["format"] == "parquet"
    assert by_name["df"]["file_bytes"] > 0
    assert (by_name["model"]["needs_trust"], by_name["model"]["format"]) == (True, "")
    assert (found["cells"], found["modules"]) == (2, [])
    assert found["group_bytes"] > by_name["df"]["size_bytes"]


def test_a_secret_is_shown_and_exported_only_if_it_is_allowed(shell, panel, tmp_path):
    shell.run("setup = {'key': 'AKIA' + 'Q' * 16}")
    shell.run("%mv_commit setup --allow-secret setup")
    (variable,) = panel.ask("estimate", id="v1")["variables"]
    assert "AWS access key" in variable["secret"]
    with pytest.raises(Failed, match="may hold a secret"):
        panel.ask("export", id="v1", path="x.nbmv.zip")
    done = panel.ask("export", id="v1", path="x.nbmv.zip", allow_secrets=["setup"])
    assert done["path"] == str(tmp_path / "x.nbmv.zip")


def test_the_options_choose_what_goes_in(shell, panel, tmp_path):
    (tmp_path / "draft.csv").write_text("1,2")
    (tmp_path / "draft.csv").rename(tmp_path / "rates.csv")  # A file that this process wrote is no input.
    shell.run("with open('rates.csv') as file:\n    rates = file.read()\ndel file")
    shell.run("import pandas as pd\ndf = pd.DataFrame({'a': [1.0, 2.0]})\nparams = {'lr': 0.1}")
    panel.ask("commit", names=None, message="first")
    (entry,) = panel.ask("estimate", id="v1")["inputs"]
    assert (entry["path"], entry["size_bytes"], entry["is_kept"]) == ("rates.csv", 3, True)
    panel.ask("export", id="v1", path="some.nbmv.zip", names=["params"], without_files=True, slice=True)
    found = panel.ask("bundle", path="some.nbmv.zip")
    assert [v["name"] for v in found["variables"]] == ["params"]
    assert not [f for f in found["files"] if f["name"].startswith("files/")]
    assert (found["signature"], found["signer"]) == ("none", "")
    panel.ask("export", id="v1", path="all.nbmv.ipynb", without_data=True)
    assert "df" not in {v["name"] for v in panel.ask("bundle", path="all.nbmv.ipynb")["variables"]}
    with pytest.raises(Failed, match="you have no signing key"):
        panel.ask("export", id="v1", path="signed.nbmv.zip", sign=True)
    shell.run("%mv_policy key")
    panel.ask("export", id="v1", path="signed.nbmv.zip", sign=True)
    signed = panel.ask("bundle", path="signed.nbmv.zip")
    assert signed["signature"] in ("valid", "pinned")
    assert signed["signer"]
