"""The connection of a panel: progress, cancellation, and a panel that is gone."""

from __future__ import annotations

import pytest

from tests.panels.panels import FRAME, Failed


def test_progress_is_sent_and_a_commit_can_be_stopped(shell, panel, notebook, monkeypatch):
    monkeypatch.setattr("nbmodelver.panels.connections.PROGRESS_AFTER_S", 0.0)
    monkeypatch.setattr("nbmodelver.panels.connections.PROGRESS_EVERY_S", 0.0)
    shell.run("import numpy as np\nbig = np.random.default_rng(0).random(3_000_000)")
    number = panel.send("commit", names=["big"], message="told")
    assert panel.result(number)["entry"]["name"] == "v1"
    progress = [m["progress"] for m in panel.heard if m.get("id") == number and "progress" in m]
    assert progress
    assert all(p["done"] <= p["total"] for p in progress)

    shell.run("big = big + 1")
    tell = panel.connection.try_send
    monkeypatch.setattr(panel.connection, "send", lambda m: (panel.heard.append(m), stop(m)))

    def stop(message):
        if "progress" in message:
            cancel = {"id": 5000, "method": "cancel", "params": {"request": message["id"]}}
            panel.server.handle(cancel, panel.connection)

    with pytest.raises(Failed, match="Cancelled"):
        panel.ask("commit", names=["big"], message="stopped")
    del tell
    assert len(notebook.repo().log()) == 1
    assert notebook.repo().verify(full=True) == []


def test_a_panel_that_is_gone_breaks_nothing(shell, notebook):
    def gone(_message):
        raise OSError("no socket")

    notebook.outputs.server.open(gone)
    shell.run(FRAME)
    shell.run("%mv_commit")
    assert len(notebook.repo().log()) == 1
