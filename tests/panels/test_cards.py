"""Model cards in a panel: what they say, what people state, and the file beside the notebook."""

from __future__ import annotations

import json

import pytest

from tests.panels.panels import Failed, Panel, three_versions


@pytest.fixture
def trees(shell, panel):
    """A registered version."""
    three_versions(shell, panel)
    shell.run("%mv_register trees v1 --model model")
    return shell


def rows(card, title="Use"):
    section = next(s for s in card["sections"] if s["title"] == title)
    return {r["label"]: (r["text"], r["is_stated"]) for r in section["rows"]}


def test_rows_that_nobody_stated_are_marked_and_counted(trees, panel):
    card = panel.ask("card", address="trees")
    assert card["address"] == "trees/1.0.0"
    assert rows(card)["Purpose"] == ("not stated", False)
    assert rows(card, "Metrics")["acc"][0].startswith("0.")
    assert card["not_stated"] == sum(not r["is_stated"] for s in card["sections"] for r in s["rows"])
    assert [s["title"] for s in card["sections"] if s["by_hand"]] == ["Use", "About the data"]
    assert {"key": "licence", "label": "Licence", "text": ""} in card["texts"]


def test_what_is_stated_is_an_event_and_every_panel_hears_of_it(trees, panel, notebook):
    other = Panel(notebook.outputs.server)
    other.ask("hello")
    heard = len(other.states)
    before = panel.ask("card", address="trees/1.0.0")["not_stated"]
    done = panel.ask("state_card", address="trees/1.0.0", texts={"purpose": " offers ", "licence": "mit"})
    assert done["said"] == "card of trees: purpose, licence stated"
    assert len(other.states) > heard
    card = panel.ask("card", address="trees/1.0.0")
    assert (rows(card)["Purpose"], card["not_stated"]) == (("offers", True), before - 2)
    assert panel.ask("model", name="trees")["events"][0]["kind"] == "describe"
    panel.ask("state_card", address="trees/1.0.0", texts={"purpose": ""})
    assert panel.ask("card", address="trees/1.0.0")["not_stated"] == before - 1


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"purposes": "x"}, "UsageError: a model card has no 'purposes'"),
        ({"purpose": "x" * 6000}, "UsageError: the text of purpose is longer than"),
        ({}, "UsageError: state_card: 'texts' must contain a text"),
    ],
)
def test_invalid_texts_are_refused_and_nothing_is_kept(trees, panel, texts, said):
    with pytest.raises(Failed, match=said):
        panel.ask("state_card", address="trees/1.0.0", texts=texts)
    assert panel.ask("model", name="trees")["events"][0]["kind"] == "register"


def test_a_text_that_is_no_text_is_refused(trees, panel):
    number = 900
    request = {"id": number, "method": "state_card", "params": {"address": "trees", "texts": {"purpose": 1}}}
    panel.sent[number] = "state_card", request["params"]
    panel.server.handle(request, panel.connection)
    with pytest.raises(Failed, match="must contain a text for each key"):
        panel.result(number)


def test_the_file_is_proposed_beside_the_notebook_and_its_end_says_the_format(trees, panel, tmp_path):
    found = panel.ask("card_destination", address="trees")
    assert (found["name"], found["path"]) == ("trees/1.0.0", "trees-1.0.0-card.md")
    assert (found["file"], found["problem"]) == (str(tmp_path / "trees-1.0.0-card.md"), None)
    for path, start in (("", "---\n"), ("card.html", "<!doctype html>"), ("card.JSON", "{")):
        done = panel.ask("write_card", address="trees", path=path)
        text = (tmp_path / done["path"]).read_text()
        assert (text.startswith(start), len(text.encode())) == (True, done["size_bytes"]), path
    assert json.loads((tmp_path / "card.JSON").read_text())["title"] == "trees/1.0.0"


def test_a_file_is_replaced_only_when_that_is_said(trees, panel, tmp_path):
    (tmp_path / "card.md").write_text("mine")
    problem = panel.ask("card_destination", address="trees", path="card.md")["problem"]
    assert problem["code"] == "FileExists"
    with pytest.raises(Failed, match="FileExists"):
        panel.ask("write_card", address="trees", path="card.md")
    assert (tmp_path / "card.md").read_text() == "mine"
    panel.ask("write_card", address="trees", path="card.md", overwrite=True)
    assert (tmp_path / "card.md").read_text().startswith("---")
    assert panel.ask("card_destination", address="trees", path="no/card.md")["problem"]["code"] == "UsageError"
