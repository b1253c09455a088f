"""The plan of a merge with a remote: how the sides of a conflict differ, and which values need trust."""

from __future__ import annotations

import pytest

from nbmodelver.actions import remote_transfers as transfers
from nbmodelver.actions import remotes as acts
from nbmodelver.actions.remote_transfers import PullRequest, PushRequest
from nbmodelver.actions.remotes import AddRequest
from nbmodelver.panels.merging import _described
from nbmodelver.repo import open_repo
from tests.panels.panels import Failed

pytestmark = pytest.mark.kernel

MODELS = """\
from sklearn.tree import DecisionTreeClassifier
model = DecisionTreeClassifier(max_depth={depth}).fit([[1], [2], [3], [4]], [0, 1, 0, 1])
"""


@pytest.fixture
def diverged(shell, panel, tmp_path, monkeypatch):
    """Makes two sides from cells: of the common version, of Ben, and of the notebook."""

    def make(first, theirs, mine):
        address = str(tmp_path / "team")
        shell.run("%mv_init")
        shell.run(first)
        shell.run("%mv_commit -m first")
        panel.ask("add_remote", name="origin", address=address)
        panel.ask("push_to", remote="origin")
        ben = open_repo(tmp_path / "ben" / ".nbmodelver", create=True)
        acts.add_remote(ben, AddRequest("origin", address))
        transfers.pull_from(ben, PullRequest())
        names: dict[str, object] = {}
        exec(first + "\n" + theirs, names)  # the cells of this test
        values = {n: v for n, v in names.items() if not n.startswith("_") and not isinstance(v, type)}
        with monkeypatch.context() as patch:
            patch.setattr("nbmodelver.repo.commit.commit.author", lambda: "ben")
            ben.commit(values, "by ben")
        transfers.push_to(ben, PushRequest())
        shell.run(mine)
        shell.run("%mv_commit -m mine")
        panel.ask("fetch_from")
        return shell

    return make


def plan_of(panel, name, **params):
    plan = panel.ask("merge_plan", remote="origin", **params)
    return next(one for one in plan["names"] if one["name"] == name), plan["untrusted"]


def rows(one):
    return [(row["place"], row["base"], row["ours"], row["theirs"]) for row in one["facts"]]


def test_a_conflict_of_plain_values_shows_the_value_of_each_side(diverged, panel):
    diverged("q, word = 10, 'a'", "q, word = 30, 'c'", "q, word = 20, None")
    q, untrusted = plan_of(panel, "q")
    assert (q["effect"], rows(q), untrusted) == ("conflict", [("value", "10", "20", "30")], [])
    word, _ = plan_of(panel, "word")
    assert rows(word) == [("value", "'a'", "None", "'c'")]


def test_a_choice_keeps_the_description(diverged, panel):
    diverged("q = 10", "q = 30", "q = 20")
    for side in ("ours", "theirs"):
        q, _ = plan_of(panel, "q", take={"q": side})
        assert (q["effect"], rows(q)) == (side, [("value", "10", "20", "30")])


def test_a_side_without_the_name_is_absent(diverged, panel):
    diverged("q = 10\nother = 1", "q = 30", "del q\nother = 2")
    q, _ = plan_of(panel, "q")
    assert rows(q) == [("value", "10", "absent", "30")]


def test_a_name_that_merges_without_a_conflict_has_no_description(diverged, panel):
    diverged("q, r = 1, 1", "q, r = 2, 1", "r = 3")
    q, _ = plan_of(panel, "q")
    assert (q["effect"], q["facts"]) == ("theirs", [])


def test_models_of_a_stranger_are_described_without_loading_them(diverged, panel):
    diverged(MODELS.format(depth=1), MODELS.format(depth=3), MODELS.format(depth=2))
    model, untrusted = plan_of(panel, "model")
    assert model["effect"] == "conflict"
    assert "only be rebuilt by pickle" in model["sentence"]
    ((place, _base, ours, theirs),) = rows(model)
    assert place == "value"
    assert all(side.startswith("DecisionTreeClassifier · ") for side in (ours, theirs))
    assert untrusted == ["model"]


def test_a_merge_of_a_model_of_a_stranger_needs_trust(diverged, panel):
    shell = diverged(MODELS.format(depth=1), MODELS.format(depth=3), MODELS.format(depth=2))
    choice = {"take": {"model": "theirs"}}
    assert plan_of(panel, "model", **choice)[1] == ["model"]
    assert plan_of(panel, "model", **choice, trust=True)[1] == []
    assert plan_of(panel, "model", take={"model": "ours"})[1] == []
    with pytest.raises(Failed) as raised:
        panel.ask("pull_from", merge=True, **choice)
    assert raised.value.code == "NeedsTrust"
    assert shell["model"].max_depth == 2
    panel.ask("pull_from", merge=True, **choice, trust=True)
    assert shell["model"].max_depth == 3


def test_models_that_may_be_loaded_show_the_settings_that_differ(diverged, panel, monkeypatch):
    diverged(MODELS.format(depth=1), MODELS.format(depth=3), MODELS.format(depth=2))
    monkeypatch.setattr("nbmodelver.repo.Repo.trusts", lambda _repo, _version: True)
    model, untrusted = plan_of(panel, "model")
    assert ("max_depth", "1", "2", "3") in rows(model)
    assert untrusted == []


@pytest.mark.parametrize(
    ("profile", "text"),
    [
        ({"type": "int", "value": 20}, "20"),
        ({"type": "pandas.DataFrame", "shape": [3, 2], "size_bytes": 1200}, "DataFrame · 3 × 2 · 1.2 kB"),
        ({"type": "list", "length": 60, "size_bytes": 300}, "list · 60 members · 300 B"),
        ({"type": "str", "characters": 900, "size_bytes": 900}, "str · 900 characters · 900 B"),
        ({"type": "a.Net"}, "Net"),
    ],
)
def test_one_side_is_described_by_its_value_or_by_class_shape_and_size(profile, text):
    assert _described(profile) == text
