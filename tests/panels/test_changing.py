"""Requests that change variables, notes and the live document."""

from __future__ import annotations

import os
import time

import pytest

from tests.panels.panels import FRAME, Failed, three_versions


def test_commit_and_rollback_without_a_store_or_a_version(shell, panel):
    for method, params in (("rollback", {"id": "v1"}), ("undo", {}), ("plan", {"id": "v1"})):
        with pytest.raises(Failed) as caught:
            panel.ask(method, **params)
        assert caught.value.code == "NoStore"
    with pytest.raises(Failed, match="nothing to commit"):
        panel.ask("commit", names=None, message="")


def test_no_selected_variable_is_nothing_to_commit(shell, panel, notebook):
    shell.run(FRAME)
    with pytest.raises(Failed, match="NothingToCommit"):
        panel.ask("commit", names=[], message="")


def test_a_name_that_the_present_version_left_out_is_saved_before_a_rollback_replaces_it(shell, panel):
    three_versions(shell, panel)
    shell.run("params['lr'] = 77")
    assert panel.ask("plan", id="v1")["saves_first"] is True
    panel.ask("rollback", id="v1")
    assert shell["params"]["lr"] == 0.1
    panel.ask("undo")
    assert shell["params"]["lr"] == 77
    shell.run("params['lr'] = 78")
    panel.ask("redo")
    assert shell["params"]["lr"] == 0.1
    panel.ask("undo")
    assert shell["params"]["lr"] == 78


def test_a_note_is_changed_in_place_everywhere_and_the_version_stays(shell, panel, notebook):
    three_versions(shell, panel)
    before = notebook.repo()["v3"]
    panel.ask("note", id="v3", note="better <b>words</b>")
    assert panel.ask("version", id="v3")["note"] == "better <b>words</b>"
    assert panel.ask("history", filter={"text": "better"}, offset=0, limit=5)["total"] == 1
    assert panel.ask("history", filter={"text": "only the model"}, offset=0, limit=5)["total"] == 0
    assert notebook.repo()["v3"] == before
    assert "better <b>words</b>" in str(shell.run("%mv_show v3"))
    assert [v.name for v in shell.run("%mv_log --text better")] == ["v3"]
    panel.ask("note", id="v3", note="")
    assert panel.ask("version", id="v3")["note"] == ""
    assert notebook.repo().verify(full=True) == []


def test_a_note_follows_its_version_through_a_purge(shell, panel):
    three_versions(shell, panel)
    panel.ask("note", id="v3", note="kept through it")
    shell.run("%mv_purge df --yes")
    assert panel.ask("version", id="v3")["note"] == "kept through it"


def aged(file, by_s):
    """As if it had been written so many seconds from now, whatever a file's clock can tell apart."""
    os.utime(file, (time.time() + by_s,) * 2)


def test_the_live_document_is_kept_in_place_of_the_saved_one(shell, panel, notebook, tmp_path):
    saved = tmp_path / "study.ipynb"
    saved.write_text('{"cells": ["saved"]}')
    aged(saved, -60)
    shell.shell.user_ns["__session__"] = str(saved)
    shell.run(FRAME)
    panel.ask("commit", names=None, message="saved")
    assert panel.ask("document", id="v1")["notebook"] == {"cells": ["saved"]}
    panel.ask("live", path="work/study.ipynb", notebook={"cells": ["live"]})
    panel.ask("commit", names=None, message="live")
    assert panel.ask("document", id="v2") == {"notebook": {"cells": ["live"]}, "name": "study-v2"}
    saved.write_text('{"cells": ["saved later"]}')
    aged(saved, 60)
    panel.ask("commit", names=None, message="later")
    assert panel.ask("document", id="v3")["notebook"] == {"cells": ["saved later"]}
