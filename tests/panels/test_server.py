"""What panels ask of a notebook, in a real shell: each reply fits its schema, and each error has a way out."""

from __future__ import annotations

import itertools
import json
import os
import time
import zipfile

import pytest

import nbmodelver
from nbmodelver import extension
from nbmodelver.panels import reading
from tests.panels.panels import METHODS, Failed, Panel
from tests.waiting import wait_for

FRAME = """\
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
df = pd.DataFrame({"age": [18.0 + i % 40 for i in range(60)], "city": ["Kyiv", "Lima", "Oslo"] * 20})
params = {"lr": 0.1, "depth": 2}
model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(df[["age"]], df.city)
"""


@pytest.fixture
def notebook(shell):
    return extension.latest()


@pytest.fixture
def panel(notebook):
    return Panel(notebook.outputs.server)


def three_versions(shell, panel):
    shell.run(FRAME)
    panel.ask("commit", names=None, message="first tree", metrics={"acc": 0.5}, tags=["base"])
    shell.run("params['lr'] = 0.2\ndf.loc[0, 'age'] = 99.0")
    panel.ask("commit", names=None, message="second", metrics={"acc": 0.7, "loss": float(2)})
    shell.run("model.set_params(max_depth=5).fit(df[['age']], df.city)")
    return panel.ask("commit", names=["model"], message="third", note="only the model")


def test_every_method_answers_by_its_schema(shell, panel, tmp_path, monkeypatch):
    monkeypatch.setattr("nbmodelver.repo.inspect.change_summaries.FOR_S", 1000.0)
    assert panel.ask("hello")["store"] is None
    assert panel.ask("hello")["release"] == nbmodelver.__version__
    assert panel.ask("history", filter={}, offset=0, limit=5) == {"total": 0, "entries": []}
    assert panel.ask("form") == {"names": [], "metrics": {}}
    done = three_versions(shell, panel)
    assert done["entry"]["name"] == "v3"
    assert done["skipped"] == []
    page = panel.ask("history", filter={}, offset=0, limit=2)
    assert (page["total"], [e["name"] for e in page["entries"]]) == (3, ["v3", "v2"])
    assert [p["value"] for p in panel.ask("series", metric="acc")["points"]] == [0.5, 0.7]
    assert [p["value"] for p in panel.ask("series", metric="params.lr")["points"]] == [0.1, 0.2]
    version = panel.ask("version", id="v2")
    assert [c["source"] for c in version["cells"]] == ["params['lr'] = 0.2\ndf.loc[0, 'age'] = 99.0"]
    assert panel.ask("profile", id="v2", name="df")["section"]["charts"][0]["kind"] == "histogram"
    assert set(panel.ask("inspect")["names"]) == {"df", "params", "model"}
    steps = {name: panel.ask("inspect", name=name)["found"][0]["steps"] for name in ("df", "params", "model")}
    assert [s["status"] for s in steps["df"]] == ["changed", "added"]
    said = {name: found[0]["said"] for name, found in steps.items()}
    assert said == {"df": "age", "params": "lr 0.1 → 0.2", "model": "max_depth 2 → 5"}
    made = panel.ask("inspect", cell={"id": "", "source": "params = 1\nnew = 2"})
    assert ([f["name"] for f in made["found"]], made["names"]) == (["params"], ["params"])
    charts = {c["title"] for s in panel.ask("diff", before="v1", after="v2")["sections"] for c in s["charts"]}
    assert charts == {"acc", "age"}
    compared = panel.ask("compare", ids=["v1", "v2", "v3"])
    assert [m["values"] for m in compared["metrics"]] == [[0.5, 0.7, None], [None, 2.0, None]]
    assert panel.ask("plan", id="v1")["load_bytes"] > 0
    assert panel.ask("plan", id="v1", names=["params"])["changes"][0]["name"] == "params"
    assert panel.ask("rollback", id="v1")["said"].startswith("restored v1 · 3 variables")
    assert panel.ask("undo")["state"]["redo"] == "v1"
    assert panel.ask("redo")["state"]["undo"] == "v4"
    assert panel.ask("switch", branch="side", create=True)["state"]["branch"] == "side"
    assert panel.ask("tag", id="v2", name="good")["state"]["tags"].keys() == {"base", "good"}
    assert panel.ask("tag", id="v1", name="good", move=True)["said"] == "tag good set on v1"
    assert panel.ask("untag", name="good")["state"]["tags"].keys() == {"base"}
    assert panel.ask("note", id="v2", note="new words")["said"] == "note of v2 saved"
    found = panel.ask("export", id="v2", path="out.nbmv.zip")
    assert (tmp_path / "out.nbmv.zip").stat().st_size == found["size_bytes"]
    assert panel.ask("destination", id="v2") == {
        "name": "v2",
        "path": "notebook-v2.nbmv.zip",
        "file": str(tmp_path / "notebook-v2.nbmv.zip"),
        "problem": None,
    }
    assert panel.ask("document", id="v2")["notebook"] is None
    assert panel.ask("live", path="a/b.ipynb", notebook={"cells": []}) == {}
    assert panel.ask("set", key="ignore", value="df")["state"]["settings"]["ignore"] == "df"
    assert panel.ask("auto", on=True)["state"]["auto"] is True
    assert panel.ask("set", key="auto", value=False)["state"]["auto"] is False
    assert panel.ask("wish", auto=False, settings={"default_metric": "acc"}) == {}
    assert panel.ask("cancel", request=999) == {}
    assert {method for method, _ in panel.sent.values()} == METHODS
    assert panel.states


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("nonsense", {}, "UsageError"),
        ("version", {"id": "v99"}, "UnknownVersion"),
        ("version", {}, "UsageError"),
        ("profile", {"id": "v1", "name": "nothing"}, "UnknownName"),
        ("commit", {"names": ["nothing"], "message": ""}, "UnknownName"),
        ("commit", {"names": None, "message": "", "tags": ["a b"]}, "BadName"),
        ("commit", {"names": None, "message": "", "metrics": {"acc": "high"}}, "UsageError"),
        ("rollback", {"id": 7}, "UsageError"),
        ("tag", {"id": "v1", "name": "v3"}, "BadName"),
        ("untag", {"name": "none"}, "UnknownVersion"),
        ("switch", {"branch": "none"}, "UnknownVersion"),
        ("set", {"key": "colour", "value": "red"}, "UsageError"),
        ("set", {"key": "widgets", "value": "many"}, "UsageError"),
        ("set", {"key": "author", "value": [1]}, "UsageError"),
        ("history", {"filter": {"kind": "pet"}, "offset": 0, "limit": 1}, "UsageError"),
        ("history", {"filter": {}, "offset": -1, "limit": 1}, "UsageError"),
        ("export", {"id": "v1", "path": "no/such/folder/x.zip"}, "UsageError"),
        ("diff", {"before": "v1", "after": "v1", "names": ["nothing"]}, "UnknownName"),
    ],
)
def test_what_cannot_be_done_fails_by_class_and_changes_nothing(method, params, code, shell, panel, notebook):
    shell.run(FRAME)
    panel.ask("commit", names=None, message="first")
    number = 1000
    notebook.outputs.server.handle({"id": number, "method": method, "params": params}, panel.connection)
    panel.sent[number] = method, params
    with pytest.raises(Failed) as caught:
        panel.result(number)
    assert caught.value.code == code
    assert caught.value.message
    assert len(notebook.repo().log()) == 1


@pytest.mark.parametrize("message", [None, 7, [], {}, {"id": True}, {"id": "x", "method": 3}, {"method": "hello"}])
def test_a_message_that_is_none_is_answered_with_an_error(message, notebook):
    panel = Panel(notebook.outputs.server)
    notebook.outputs.server.handle(message, panel.connection)
    assert len(panel.heard) == 1
    if not (isinstance(message, dict) and message.get("method") == "hello"):
        assert panel.heard[0]["error"]["code"] == "UsageError"


def test_commit_and_rollback_without_a_store_or_a_version(shell, panel):
    for method, params in (("rollback", {"id": "v1"}), ("undo", {}), ("plan", {"id": "v1"})):
        with pytest.raises(Failed) as caught:
            panel.ask(method, **params)
        assert caught.value.code == "NoStore"
    with pytest.raises(Failed, match="nothing to commit"):
        panel.ask("commit", names=None, message="")


def test_a_change_by_anyone_is_told_to_all_panels(shell, panel, notebook):
    other = Panel(notebook.outputs.server)
    shell.run(FRAME)
    shell.run("%mv_commit -m magic")
    assert [p.states[-1]["head"]["message"] for p in (panel, other)] == ["magic", "magic"]
    panel.ask("tag", id="v1", name="seen")
    assert "seen" in other.states[-1]["tags"]
    shell.run("%mv_branch side")
    assert "side" in panel.states[-1]["branches"]
    other.close()
    count = len(other.heard)
    shell.run("params['lr'] = 3\n%mv_commit")
    assert panel.states[-1]["versions"] == 2
    assert len(other.heard) == count


def test_each_cell_tells_busy_and_what_is_not_committed(shell, panel, monkeypatch):
    monkeypatch.setattr("nbmodelver.panels.state.CHEAP_S", 60.0)  # However loaded the machine is.
    shell.run(FRAME)
    panel.ask("commit", names=None, message="first")
    panel.ask("hello")
    panel.heard.clear()
    shell.run("params['lr'] = 0.5")
    assert [s["busy"] for s in panel.states] == [True, False]
    assert panel.states[0]["uncommitted"] is None
    assert [(c["name"], c["effect"]) for c in panel.states[1]["uncommitted"]] == [("params", "changes")]
    shell.run("del df\nextra = {'a': 1}")
    found = {(c["name"], c["effect"]) for c in panel.states[-1]["uncommitted"]}
    assert found == {("params", "changes"), ("df", "vanishes"), ("extra", "appears")}


def test_while_a_cell_runs_changes_are_refused_or_wait(shell, panel, notebook):
    three_versions(shell, panel)
    other = Panel(notebook.outputs.server)
    seen = {}

    def during():
        seen["busy"] = panel.ask("hello")["busy"]
        seen["history"] = panel.ask("history", filter={}, offset=0, limit=9)["total"]
        seen["plan"] = panel.ask("plan", id="v1")["version"]["name"]
        with pytest.raises(Failed) as caught:
            panel.ask("commit", names=None, message="no")
        seen["code"], seen["hint"] = caught.value.code, caught.value.hint
        seen["kept"] = panel.send("commit", names=["params"], message="later", queue=True)
        seen["dropped"] = panel.send("rollback", id="v1", queue=True)
        seen["theirs"] = other.ask("hello")["queued"]
        seen["withdrawn"] = other.ask("cancel", request=seen["theirs"][1]["request"])

    shell.shell.user_ns["_during"] = during
    shell.run("_during()\nparams['lr'] = 7")
    assert (seen["busy"], seen["history"], seen["plan"], seen["code"]) == (True, 3, "v1", "Busy")
    assert "wait" in seen["hint"]
    assert [(q["method"], q["what"]) for q in seen["theirs"]] == [
        ("commit", "commit later"),
        ("rollback", "rollback v1"),
    ]
    assert all(q["request"] < 0 for q in seen["theirs"])
    assert panel.result(seen["kept"])["entry"]["message"] == "later"
    assert notebook.repo().load("HEAD")["params"]["lr"] == 7
    with pytest.raises(Failed, match="Cancelled"):
        panel.result(seen["dropped"])
    assert panel.states[-1]["queued"] == []


def test_a_panel_that_closes_withdraws_what_it_wanted(shell, panel, notebook):
    three_versions(shell, panel)
    shell.shell.user_ns["_during"] = lambda: (panel.send("rollback", id="v1", queue=True), panel.close())
    shell.run("_during()")
    assert notebook.repo().history.head.name == "v3"
    assert notebook.outputs.server.queue.queued == []


def test_progress_is_told_and_a_commit_can_be_stopped(shell, panel, notebook, monkeypatch):
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


def test_history_is_filtered(shell, panel):
    three_versions(shell, panel)

    def names(**wanted):
        return [e["name"] for e in panel.ask("history", filter=wanted, offset=0, limit=10)["entries"]]

    assert names(text="TREE") == ["v1"]
    assert names(text="only the model") == ["v3"]
    assert names(text="base") == ["v1"]
    assert names(kind="dataset") == ["v2", "v1"]
    assert names(tag="base") == ["v1"]
    assert names(branch="main") == ["v3", "v2", "v1"]
    assert names(branch="other") == []
    assert names(name="df") == ["v2", "v1"]
    assert names(name="params") == ["v2", "v1"]
    assert names(metric={"name": "acc"}) == ["v2", "v1"]
    assert names(metric={"name": "acc", "at_least": 0.6}) == ["v2"]
    assert names(metric={"name": "acc", "at_most": 0.6}) == ["v1"]
    shell.run("params['lr'] = 1")
    panel.ask("rollback", id="v1")
    assert names(auto=False) == ["v3", "v2", "v1"]
    assert len(names()) == 4


def test_a_metric_that_is_no_number_is_a_word(shell, panel):
    """JSON has no NaN: it comes and goes as "nan", "inf" or "-inf", and it is in no range."""
    shell.run("params = {'lr': 1}\nloss = float('nan')")
    assert panel.ask("form")["metrics"] == {"loss": "nan"}
    for value in (0.5, "nan", "inf", "-inf"):
        panel.ask("commit", names=["params"], message=f"of {value}", metrics={"loss": value, "same": "nan"})
        shell.run("params['lr'] += 1")
    shown = [e["metrics"]["loss"] for e in panel.ask("history", filter={}, offset=0, limit=9)["entries"]]
    assert shown == ["-inf", "inf", "nan", 0.5]
    assert [p["value"] for p in panel.ask("series", metric="loss")["points"]] == shown[::-1]
    compared = panel.ask("compare", ids=["v1", "v2", "v3"])
    assert [(m["name"], m["values"], m["differs"]) for m in compared["metrics"]] == [
        ("loss", [0.5, "nan", "inf"], True),
        ("same", ["nan", "nan", "nan"], False),
    ]
    assert compared["charts"][0]["series"][0]["y"] == [0.5, "nan", "inf"]
    sections = {s["id"]: s for s in panel.ask("diff", before="v1", after="v2")["sections"]}
    assert [(r["cells"], r["status"]) for r in sections["metrics"]["rows"]] == [
        (["loss", 0.5, "nan", None], "changed"),
        (["same", "nan", "nan", None], "same"),
    ]
    for bound in ({"at_least": 0}, {"at_most": 1}):
        found = panel.ask("history", filter={"metric": {"name": "loss", **bound}}, offset=0, limit=9)
        assert [e["name"] for e in found["entries"]] == ["v1"]
    with pytest.raises(Failed, match="UsageError"):
        panel.ask("commit", names=["params"], message="", metrics={"loss": "none"})


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


def test_the_form_says_what_would_be_kept_and_what_cannot(shell, panel):
    shell.run(FRAME + "lock = (i for i in '')\napi_key = 'sk-' + 'a' * 30\nacc = 0.5\nother = object()")
    shell.run("def helper(): return 1\nfrom math import sqrt")
    form = {n["name"]: n for n in panel.ask("form")["names"]}
    assert {n for n, f in form.items() if f["chosen"]} == {"df", "params", "model", "acc", "other", "helper"}
    assert form["lock"]["problem"]
    assert form["lock"]["size_bytes"] is None
    assert "key" in form["api_key"]["problem"]
    assert "sqrt" not in form
    assert panel.ask("form")["metrics"] == {"acc": 0.5}
    panel.ask("commit", names=None, message="first")
    shell.run("params['lr'] = 9")
    status = {n["name"]: n["status"] for n in panel.ask("form")["names"]}
    assert (status["df"], status["params"], status["acc"]) == ("same", "changed", "same")


def test_hostile_names_and_messages_stay_text(shell, panel):
    shell.run("cfg = {'<img src=x onerror=alert(1)>': float('nan'), 'half': '\\ud800'}")
    message = "<script>alert(1)</script> \u202e"
    done = panel.ask("commit", names=["cfg"], message=message, metrics={"loss": 1.0}, note="<b>")
    assert done["entry"]["message"] == message
    for reply in panel.heard:
        json.dumps(reply, allow_nan=False).encode()
    panel.ask("profile", id="v1", name="cfg")
    panel.ask("version", id="v1")


def test_a_panel_that_is_gone_breaks_nothing(shell, notebook):
    def gone(_message):
        raise OSError("no socket")

    notebook.outputs.server.open(gone)
    shell.run(FRAME)
    shell.run("%mv_commit")
    assert len(notebook.repo().log()) == 1


def test_big_values_are_not_looked_at_after_each_cell(shell, panel, notebook):
    shell.run("import numpy as np\nbig = np.zeros(40_000_000)\nsmall = {'a': 1}")
    panel.ask("commit", names=["big", "small"], message="big")
    notebook.outputs.server.cached._compare_s = 5.0
    panel.heard.clear()
    asked = []
    with pytest.MonkeyPatch.context() as held:
        held.setattr(notebook.outputs.server._watcher, "ask", lambda after_s=0.0: asked.append(after_s))
        shell.run("small['a'] = 2")
        assert panel.states[-1]["busy"] is False
        assert panel.states[-1]["uncommitted"] is None
        assert asked == []
        assert panel.ask("hello")["uncommitted"] is None
        assert asked == [0.0], "only for who asks, in the background"
    notebook.outputs.server._watcher.ask()
    wait_for(lambda: panel.states[-1]["uncommitted"] is not None)
    assert [c["name"] for c in panel.states[-1]["uncommitted"]] == ["small"]


def test_requests_of_one_panel_have_numbers_of_their_own(shell, panel, notebook):
    other = Panel(notebook.outputs.server)
    shell.run(FRAME)
    assert [p.ask("commit", names=None, message=str(n))["entry"]["name"] for n, p in zip(
        itertools.count(), (panel, other), strict=False)] == ["v1", "v2"]  # fmt: skip


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


def test_wishes_are_told_to_a_store_before_its_first_commit(shell, panel, notebook, tmp_path):
    assert panel.ask("wish", auto=False, settings={"ignore": "scratch", "default_metric": "f1"}) == {}
    assert not list(tmp_path.iterdir()), "a wish makes no store"
    shell.run("keep, scratch = {'a': 1}, {'b': 2}")
    shell.run("%mv_commit")
    repo = notebook.repo()
    assert repo["v1"].names == ("keep",)
    assert panel.states[-1]["settings"]["default_metric"] == "f1"


def test_a_wish_for_automatic_commits_takes_the_first_cell(shell, panel, notebook):
    panel.ask("wish", auto=True, settings={"ignore": "scratch"})
    assert panel.states[-1]["auto"] is True
    shell.run("keep, scratch = {'a': 1}, {'b': 2}")
    assert notebook.repo()["v1"].names == ("keep",)
    shell.run("%mv_auto off")
    panel.ask("wish", auto=True, settings={"ignore": "scratch"})
    assert not notebook.commits.auto, "the same wish again changes nothing"
    panel.ask("wish", auto=False, settings={})
    panel.ask("wish", auto=True, settings={})
    assert notebook.commits.auto
    panel.ask("wish", auto=False, settings={})
    assert not notebook.commits.auto


def test_a_wish_that_goes_gives_the_store_back_what_it_had(shell, panel, notebook):
    shell.run("keep = {'a': 1}")
    shell.run("%mv_commit")
    shell.run("%mv_config ignore old")
    panel.ask("wish", auto=False, settings={"ignore": "scratch", "default_metric": "f1"})
    assert (notebook.repo().settings["ignore"], notebook.repo().settings["default_metric"]) == ("scratch", "f1")
    panel.ask("wish", auto=False, settings={"ignore": "other"})
    assert (notebook.repo().settings["ignore"], notebook.repo().settings["default_metric"]) == ("other", "")
    panel.ask("wish", auto=False, settings={})
    assert notebook.repo().settings["ignore"] == "old"
    panel.ask("wish", auto=False, settings={"ignore": "scratch"})
    shell.run("%mv_config ignore mine")
    panel.ask("wish", auto=False, settings={})
    assert notebook.repo().settings["ignore"] == "mine", "what was set by hand since stays"


@pytest.mark.parametrize("settings", [{"author": "eve"}, {"ignore": 7}, {"ignore": None}])
def test_only_some_settings_can_be_wished_for(settings, panel, notebook):
    message = {"id": 1000, "method": "wish", "params": {"auto": False, "settings": settings}}
    notebook.outputs.server.handle(message, panel.connection)
    panel.sent[1000] = "wish", {}
    with pytest.raises(Failed, match="UsageError"):
        panel.result(1000)


def test_another_store_is_told_too(shell, panel, notebook, tmp_path):
    shell.run("keep = {'a': 1}")
    shell.run("%mv_commit")
    panel.ask("wish", auto=False, settings={"ignore": "scratch"})
    shell.run(f"%mv_init {tmp_path / 'elsewhere'}")
    assert notebook.repo().settings["ignore"] == "scratch"
    panel.ask("wish", auto=False, settings={})
    assert notebook.repo().settings["ignore"] == ""


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


def test_no_name_chosen_is_nothing_to_commit(shell, panel, notebook):
    shell.run(FRAME)
    with pytest.raises(Failed, match="NothingToCommit"):
        panel.ask("commit", names=[], message="")


def test_what_a_cell_changes_under_the_reader_is_read_again(shell, panel, monkeypatch):
    three_versions(shell, panel)
    tries, asked = [], []

    def torn(_server, _params, _request):
        tries.append(1)
        raise RuntimeError("dictionary changed size during iteration")

    monkeypatch.setitem(reading.SLOW, "plan", torn)
    with pytest.raises(Failed, match="Unexpected"):
        panel.ask("plan", id="v1")
    assert len(tries) == 1

    def during():
        asked.append(panel.send("plan", id="v1"))
        with pytest.raises(Failed, match="Busy"):
            panel.result(asked[0])

    shell.shell.user_ns["_during"] = during
    shell.run("_during()")
    assert len(tries) == 3
