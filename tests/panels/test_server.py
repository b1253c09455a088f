"""Requests of panels in a real shell: each reply fits its schema, and each error has a hint."""

from __future__ import annotations

import itertools

import pytest

import nbmodelver
from nbmodelver.panels.server import SLOW
from tests.panels.panels import FRAME, METHODS, Failed, Panel, three_versions


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
    origin = panel.ask("blame", id="v3", name="params")
    assert (origin["since"]["name"], origin["cells"][0]["source"][:6]) == ("v2", "params")
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
    assert {v["name"] for v in panel.ask("estimate", id="v2")["variables"]} == {"df", "params", "model"}
    found = panel.ask("export", id="v2", path="out.nbmv.zip")
    assert panel.ask("bundle", path="out.nbmv.zip")["version"]["name"] == "v2"
    assert panel.ask("import", path="out.nbmv.zip")["again"]
    assert panel.ask("rerun_plan", id="v1", here=True)["cells"] == 1
    with pytest.raises(Failed, match="UnknownVersion"):
        panel.ask("rerun", id="v99")  # tests/panels/test_rerun.py runs one.
    assert (tmp_path / "out.nbmv.zip").stat().st_size == found["size_bytes"]
    assert panel.ask("destination", id="v2") == {
        "name": "v2",
        "path": "notebook-v2.nbmv.zip",
        "file": str(tmp_path / "notebook-v2.nbmv.zip"),
        "problem": None,
    }
    assert panel.ask("document", id="v2")["notebook"] is None
    wanted = {"before": "v1", "after": "v2", "name": "df", "what": "changed", "start": 0, "count": 5}
    assert panel.ask("rows", **wanted)["total"] >= 0
    data = panel.ask("datasets", before="v1", after="v3")["datasets"]
    assert [(one["name"], one["roles"]) for one in data] == [("df", ["train"])]
    shell.run("features = df[['age']]\n%mv_commit features model -m again")
    asked = {"before": "v1", "after": "HEAD", "model": "model", "data": "features"}
    assert panel.ask("predict", **asked)["section"]["id"] == "predictions.model"
    shell.run("lr = params['lr']\n%mv_commit -m measured --metric lr=lr")
    shell.run("lr = 0.9\n%mv_commit -m faster --metric lr=lr")
    assert panel.ask("why", metric="lr", before="HEAD~1", after="HEAD")["verdict"].startswith("lr explains it")
    found = panel.ask("bisect", good="HEAD~1", bad="HEAD", condition="lr < 0.5")
    assert found["first_bad"]["value"] == 0.9
    shell.run("%mv_register trees v1\n%mv_register trees v3")
    assert panel.ask("models")["models"][0]["name"] == "trees"
    first, second = panel.ask("model", name="trees")["versions"][::-1]
    for version in (first, second):
        to_stage = {"address": version["address"], "stage": "production"}
        assert panel.ask("gates", **to_stage)["gates"] == []
        assert panel.ask("decide", **to_stage, outcome="request", why="")["said"].startswith("approval asked for")
        assert version["address"] in panel.ask("promote", **to_stage, why="it is good")["said"]
    assert panel.ask("way_back", model="trees", stage="production")["after"] == first["address"]
    assert first["address"] in panel.ask("back", model="trees", stage="production", why="complaints")["said"]
    assert panel.ask("lineage", address=first["address"])["root"] == f"registered:{first['address']}"
    assert "purpose" in panel.ask("state_card", address=first["address"], texts={"purpose": "offers"})["said"]
    assert panel.ask("card", address=first["address"])["address"] == first["address"]
    assert panel.ask("card_destination", address=first["address"])["problem"] is None
    assert panel.ask("write_card", address=first["address"])["size_bytes"] > 0
    for method in ("deprecate", "archive", "restore"):
        assert second["address"] in panel.ask(method, address=second["address"], why="old")["said"]
    assert panel.ask("live", path="a/b.ipynb", notebook={"cells": []}) == {}
    assert panel.ask("set", key="ignore", value="df")["state"]["settings"]["ignore"] == "df"
    assert panel.ask("auto", on=True)["state"]["auto"] is True
    assert panel.ask("set", key="auto", value=False)["state"]["auto"] is False
    assert panel.ask("wish", auto=False, settings={"default_metric": "acc"}) == {}
    for method in ("add_remote", "check_remote"):
        place = {"address": str(tmp_path / "team")} if method == "add_remote" else {}
        assert "origin" in panel.ask(method, name="origin", **place)["said"]
    assert panel.ask("push_to", remote="origin")["count"] > 0
    assert panel.ask("fetch_from")["is_empty"]
    assert panel.ask("pull_from")["outcome"] == "up to date"
    assert panel.ask("merge_plan")["names"] == []
    assert [one["name"] for one in panel.ask("remotes")["remotes"]] == ["origin"]
    assert "removed" in panel.ask("remove_remote", name="origin")["said"]
    panel.ask("add_remote", name="safe", address=str(tmp_path / "safe"), encrypt=True)
    members = panel.ask("remote_members", name="safe")
    assert members["keys"] == [members["own"]]
    assert panel.ask("share_remote", name="safe", key=members["own"])["said"].endswith("as before")
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


def test_requests_of_one_panel_have_numbers_of_their_own(shell, panel, notebook):
    other = Panel(notebook.outputs.server)
    shell.run(FRAME)
    assert [p.ask("commit", names=None, message=str(n))["entry"]["name"] for n, p in zip(
        itertools.count(), (panel, other), strict=False)] == ["v1", "v2"]  # fmt: skip


def test_what_a_cell_changes_under_the_reader_is_read_again(shell, panel, monkeypatch):
    three_versions(shell, panel)
    tries, asked = [], []

    def torn(_server, _params, _request):
        tries.append(1)
        raise RuntimeError("dictionary changed size during iteration")

    monkeypatch.setitem(SLOW, "plan", torn)
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
