"""Remotes in a panel: push, fetch, pull, conflicts, and versions whose values are elsewhere. Two stores share a folder.

What happened is read from the stores and from the variables of the shell.
"""

from __future__ import annotations

import pyrage
import pytest

from nbmodelver.actions import remote_transfers as transfers
from nbmodelver.actions import remotes as acts
from nbmodelver.actions.remote_transfers import PullRequest, PushRequest
from nbmodelver.actions.remotes import AddRequest
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.own_keys import OwnKeys
from nbmodelver.remote.remotes import Remotes
from nbmodelver.repo import open_repo
from tests.panels.panels import Failed, Panel

pytestmark = pytest.mark.kernel


class Colleague:
    """Another store with the same remote, used by somebody else."""

    def __init__(self, folder, address, monkeypatch):
        self.repo = open_repo(folder / "ben" / ".nbmodelver", create=True)
        self._monkeypatch = monkeypatch
        acts.add_remote(self.repo, AddRequest("origin", address))

    def commit(self, values, message):
        with self._monkeypatch.context() as patch:
            patch.setattr("nbmodelver.repo.commit.commit.author", lambda: "ben")
            return self.repo.commit(values, message)

    def push(self):
        return transfers.push_to(self.repo, PushRequest())

    def pull(self):
        return transfers.pull_from(self.repo, PullRequest())


@pytest.fixture
def address(tmp_path):
    (tmp_path / "team").mkdir()
    return str(tmp_path / "team" / "study")


@pytest.fixture
def study(shell):
    shell.run("%mv_init")
    shell.run("alpha = 1\nrate = 0.5")
    shell.run("%mv_commit -m first")
    return shell


@pytest.fixture
def shared(study, panel, address):
    """A study whose first version is at the remote."""
    panel.ask("add_remote", name="origin", address=address)
    panel.ask("push_to", remote="origin")
    return study


@pytest.fixture
def ben(shared, tmp_path, address, monkeypatch):
    made = Colleague(tmp_path, address, monkeypatch)
    made.pull()
    return made


def branch(panel, name="main"):
    (remote,) = panel.ask("remotes")["remotes"]
    return next(one for one in remote["branches"] if one["branch"] == name)


def test_without_a_store_there_is_no_remote(panel):
    assert panel.ask("remotes") == {"remotes": []}


def test_a_remote_is_added_checked_and_removed(study, panel, notebook, address):
    panel.ask("add_remote", name="origin", address=address, lazy=True)
    (found,) = panel.ask("remotes")["remotes"]
    assert (found["name"], found["address"], found["rights"], found["lazy"]) == (
        "origin", address, "read and write", True
    )  # fmt: skip
    assert (found["unsent"], found["seen_at_utc"]) == (1, "")
    panel.ask("check_remote", name="origin")
    panel.ask("remove_remote", name="origin")
    assert Remotes(notebook.repo()).all() == {}
    assert "remote" not in panel.states[-1]


@pytest.mark.parametrize(
    ("name", "place", "code"), [("a b", "x", "BadName"), ("o", "", "UsageError"), ("o", "x3://b", "UsageError")]
)
def test_a_remote_that_cannot_be_added_is_refused(study, panel, notebook, name, place, code):
    with pytest.raises(Failed) as raised:
        panel.ask("add_remote", name=name, address=place)
    assert raised.value.code == code
    assert Remotes(notebook.repo()).all() == {}


COLLEAGUE = str(pyrage.x25519.Identity.generate().to_public())


def test_an_encrypted_remote_names_the_key_file_and_can_be_shared(study, panel, address):
    said = panel.ask("add_remote", name="origin", address=address, encrypt=True)["said"]
    assert said == (f"encrypted remote origin added; keep a copy of {OwnKeys().path}: without a key nobody can read it")
    assert panel.ask("remotes")["remotes"][0]["encrypted"]
    own = OwnKeys().public()
    assert panel.ask("remote_members", name="origin") == {"keys": [own], "own": own}
    assert panel.ask("share_remote", name="origin", key=f" {COLLEAGUE} ")["said"] == "origin can be read with 2 keys"
    assert panel.ask("remote_members", name="origin")["keys"] == [own, COLLEAGUE]
    again = panel.ask("share_remote", name="origin", key=COLLEAGUE)["said"]
    assert again == "origin can be read with 2 keys, as before"
    assert panel.ask("push_to", remote="origin")["count"] == 1


def test_without_a_key_file_of_its_own_none_is_named(study, panel, address, monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _app: str(tmp_path / "config"))
    monkeypatch.setenv("NBMODELVER_AGE_KEY", str(pyrage.x25519.Identity.generate()))
    said = panel.ask("add_remote", name="origin", address=address, encrypt=True)["said"]
    assert said == "encrypted remote origin added"


@pytest.mark.parametrize("key", ["", "age1", "nothing-of-this-name"])
def test_what_is_no_public_key_is_refused(study, panel, address, key):
    panel.ask("add_remote", name="origin", address=address, encrypt=True)
    with pytest.raises(Failed) as raised:
        panel.ask("share_remote", name="origin", key=key)
    assert raised.value.code == "UsageError"
    assert len(panel.ask("remote_members", name="origin")["keys"]) == 1


def test_a_remote_in_clear_has_no_members(shared, panel):
    assert not panel.ask("remotes")["remotes"][0]["encrypted"]
    with pytest.raises(Failed, match="not encrypted"):
        panel.ask("remote_members", name="origin")


def test_without_the_libraries_an_encrypted_remote_is_refused_with_a_hint(study, panel, address, monkeypatch):
    monkeypatch.setattr("nbmodelver.remote.remotes.find_spec", lambda _name: None)
    with pytest.raises(Failed, match="MissingLibrary") as raised:
        panel.ask("add_remote", name="origin", address=address, encrypt=True)
    assert "nbmodelver[encrypted]" in raised.value.hint
    assert panel.ask("remotes")["remotes"] == []


def test_a_version_with_a_secret_is_named_and_sent_only_if_it_is_allowed(study, panel, address, monkeypatch):
    study.run("url = 'https://hunter2-hunter2-hunter2@host'\nalpha = 2")
    study.run("%mv_commit alpha -m 'with hunter2-hunter2-hunter2'")
    study.run("alpha = 3")
    study.run("%mv_commit alpha -m third")
    panel.ask("add_remote", name="origin", address=address)
    monkeypatch.setenv("SERVICE_TOKEN", "hunter2-hunter2-hunter2")
    with pytest.raises(Failed) as raised:
        panel.ask("push_to", remote="origin", allow_secrets=["v1", "v3"])
    assert raised.value.code == "SecretFound"
    found = raised.value.error["secret"]
    assert (found["version"], [one["where"] for one in found["found"]]) == ("v2", ["its message", "cell 1", "cell 2"])
    assert {one["why"] for one in found["found"]} == {"it contains the value of the environment variable SERVICE_TOKEN"}
    assert branch(panel)["there"] is None
    assert panel.ask("push_to", remote="origin", allow_secrets=["v2"])["versions"] == ["v1", "v2", "v3"]


def test_a_push_sends_the_current_branch_and_the_state_counts_what_is_left(study, panel, address):
    panel.ask("add_remote", name="origin", address=address)
    assert panel.states[-1]["remote"] == {"remote": "origin", "unsent": 1, "behind": 0}
    done = panel.ask("push_to", remote="origin")
    assert (done["versions"], done["branches"], done["is_empty"]) == (["v1"], ["main"], False)
    assert panel.states[-1]["remote"]["unsent"] == 0
    assert panel.ask("push_to")["is_empty"]
    found = branch(panel)
    assert (found["relation"], found["is_current"], found["here"]) == ("same", True, found["there"])
    (remote,) = panel.ask("remotes")["remotes"]
    assert remote["seen_at_utc"].endswith("Z")
    assert remote["pushed_at_utc"]


def test_a_fetch_tells_whose_versions_are_there_and_moves_nothing(shared, panel, ben, notebook):
    ben.commit({"alpha": 2, "rate": 0.5}, "by ben")
    ben.push()
    before = notebook.repo().history.head
    done = panel.ask("fetch_from", remote="origin")
    assert (done["count"], done["versions"]) == (1, ["v2"])
    assert notebook.repo().history.head == before
    assert shared["alpha"] == 1
    found = branch(panel)
    assert (found["relation"], found["author"], found["is_fetched"]) == ("behind", "ben", True)
    assert [(v["name"], v["author"], v["message"]) for v in found["behind"]["versions"]] == [("v2", "ben", "by ben")]
    assert panel.states[-1]["remote"]["behind"] == 1
    newest = panel.ask("history", filter={}, offset=0, limit=10)["entries"][0]
    assert (newest["author"], newest["tracked"]) == ("ben", ["origin/main"])
    assert "values_at" not in newest


def test_a_pull_brings_the_variables_and_undo_takes_it_back(shared, panel, ben):
    ben.commit({"alpha": 2, "rate": 0.5}, "by ben")
    ben.push()
    done = panel.ask("pull_from", remote="origin")
    assert (done["outcome"], done["version"], done["authors"]) == ("loaded", "v2", ["ben"])
    assert shared["alpha"] == 2
    panel.ask("undo")
    assert shared["alpha"] == 1
    assert panel.ask("pull_from")["outcome"] == "up to date"


def test_a_pull_while_a_cell_runs_is_refused_or_waits(shared, panel, ben):
    ben.commit({"alpha": 2, "rate": 0.5}, "by ben")
    ben.push()
    seen = {}

    def during():
        with pytest.raises(Failed) as raised:
            panel.ask("pull_from")
        seen["code"] = raised.value.code
        seen["fetched"] = panel.ask("fetch_from")["count"]
        seen["waiting"] = panel.send("pull_from", remote="origin", queue=True)
        seen["queued"] = panel.states[-1]["queued"][0]["what"]

    shared.shell.user_ns["_during"] = during
    shared.run("_during()\nalpha = 7")
    assert (seen["code"], seen["fetched"], seen["queued"]) == ("Busy", 1, "pull from origin")
    assert panel.result(seen["waiting"])["outcome"] == "loaded"
    assert shared["alpha"] == 2


@pytest.fixture
def diverged(shared, panel, ben):
    """Both sides changed alpha; only Ben changed rate."""
    ben.commit({"alpha": 2, "rate": 0.9}, "by ben")
    ben.push()
    shared.run("alpha = 3")
    shared.run("%mv_commit -m mine")
    panel.ask("fetch_from")
    return shared


def test_two_versions_of_one_number_are_told_apart(diverged, panel):
    assert branch(panel)["relation"] == "diverged"
    found = panel.ask("history", filter={}, offset=0, limit=10)["entries"]
    assert [(e["number"], e.get("is_twin", False)) for e in found] == [(2, True), (2, True), (1, False)]


def test_a_diverged_branch_is_not_pulled_and_the_plan_of_its_merge_names_the_conflict(diverged, panel, notebook):
    with pytest.raises(Failed, match="Diverged"):
        panel.ask("pull_from")
    with pytest.raises(Failed, match="Diverged"):
        panel.ask("push_to")
    head = notebook.repo().history.head
    plan = panel.ask("merge_plan", remote="origin")
    assert {n["name"]: (n["effect"], bool(n["unresolved"])) for n in plan["names"]} == {
        "alpha": ("conflict", True), "rate": ("theirs", False)
    }  # fmt: skip
    settled = panel.ask("merge_plan", remote="origin", take={"alpha": "ours"})
    assert not any(n["unresolved"] for n in settled["names"])
    assert notebook.repo().history.head == head
    with pytest.raises(Failed, match="MergeConflict"):
        panel.ask("pull_from", merge=True)
    with pytest.raises(Failed, match="UsageError"):
        panel.ask("merge_plan", take={"alpha": "our"})


@pytest.mark.parametrize(("side", "alpha"), [("ours", 3), ("theirs", 2)])
def test_a_merge_with_a_choice_binds_both_sides(diverged, panel, side, alpha):
    done = panel.ask("pull_from", merge=True, take={"alpha": side})
    assert (done["outcome"], done["version"]) == ("merged", "v3")
    assert (diverged["alpha"], diverged["rate"]) == (alpha, 0.9)
    assert branch(panel)["relation"] == "ahead"


def test_own_versions_are_kept_beside_as_another_branch(diverged, panel, ben):
    done = panel.ask("push_to", branch_as="main-ana")
    assert done["branches"] == ["main-ana"]
    transfers.fetch_from(ben.repo, transfers.FetchRequest())
    assert set(ben.repo.history.tracked()) == {"origin/main", "origin/main-ana"}
    assert branch(panel, "main-ana")["relation"] == "new"


def test_a_branch_that_is_only_there_is_brought_here(shared, panel, ben, notebook):
    ben.commit({"alpha": 5, "rate": 0.5}, "an idea")
    transfers.push_to(ben.repo, PushRequest("", PushOptions(branch_as="idea")))
    panel.ask("fetch_from")
    done = panel.ask("pull_from", branch="idea")
    assert (done["outcome"], done["branch"], "elsewhere" in done["note"]) == ("moved", "idea", True)
    assert "idea" in notebook.repo().history.branches()
    assert shared["alpha"] == 1


def test_a_transfer_can_be_cancelled_and_continued(study, panel, address, monkeypatch):
    monkeypatch.setattr("nbmodelver.panels.connections.PROGRESS_AFTER_S", 0.0)
    study.run("import numpy as np\nbig = np.random.default_rng(0).random(3_000_000)")
    study.run("%mv_commit -m big")
    panel.ask("add_remote", name="origin", address=address)
    connection, send, seen = panel.connection, panel.connection.send, []

    def stop(message):
        send(message)
        if "progress" in message and not seen:
            seen.append(message["progress"])
            cancel = {"id": 5000, "method": "cancel", "params": {"request": message["id"]}}
            panel.server.handle(cancel, connection)

    monkeypatch.setattr(connection, "send", stop)
    with pytest.raises(Failed, match="Cancelled"):
        panel.ask("push_to")
    assert (seen[0]["what"], seen[0]["total"] >= seen[0]["done"] > 0) == ("bytes sent", True)
    assert branch(panel)["there"] is None
    assert panel.ask("push_to")["count"] == 2
    assert branch(panel)["relation"] == "same"


def test_a_lazy_version_says_where_its_values_are_and_a_rollback_loads_them(shared, address, another, tmp_path):
    (tmp_path / "lazy").mkdir()
    with another(tmp_path / "lazy") as shell:
        from nbmodelver import extension

        transfers.clone_from(transfers.CloneRequest(address, tmp_path / "lazy", lazy=True))
        found = extension.latest()
        page = Panel(found.outputs.server)
        page.ask("hello")
        (entry,) = page.ask("history", filter={}, offset=0, limit=10)["entries"]
        assert (entry["values_at"], entry["tracked"]) == ("origin", ["origin/main"])
        assert "alpha" not in shell
        page.ask("rollback", id="v1")
        assert (shell["alpha"], shell["rate"]) == (1, 0.5)
        with pytest.raises(Failed, match="NotPushed"):
            page.ask("remove_remote", name="origin")
