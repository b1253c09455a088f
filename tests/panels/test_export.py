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
