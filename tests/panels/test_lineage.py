"""The lineage for a panel: nodes lead to the versions that a click opens."""

from __future__ import annotations

import pytest

from tests.panels.panels import Failed, three_versions


def test_nodes_have_the_versions_that_a_click_opens(shell, panel):
    three_versions(shell, panel)
    shell.run("%mv_register trees v3 --base hf:org/base@3f9c2a1")
    shell.run("%mv_deploy trees/1.0.0 --to eu -m go")
    found = panel.ask("lineage", address="trees/1.0.0")
    newest = panel.ask("version", id="v3")["id"]
    nodes = {n["kind"]: n for n in reversed(found["nodes"])}
    assert found["root"] == nodes["registered"]["id"] == "registered:trees/1.0.0"
    assert (nodes["registered"]["version"], nodes["registered"]["version_id"]) == ("v3", newest)
    assert (nodes["model"]["label"], nodes["model"]["version_id"]) == ("model", newest)
    assert [(nodes[k]["version"], nodes[k]["version_id"]) for k in ("base", "deployment")] == [("", ""), ("", "")]
    assert {e["how"] for e in found["edges"] if e["target"] == found["root"]} == {"declared"}


def test_a_value_of_an_earlier_version_is_inherited(shell, panel):
    three_versions(shell, panel)
    shell.run("extra = 1")
    panel.ask("commit", names=["model", "extra"], message="more")
    shell.run("%mv_register trees v4 --model model")
    found = panel.ask("lineage", address="trees/1.0.0")
    assert {e["how"] for e in found["edges"] if e["target"] == found["root"]} == {"inherited"}


def test_any_variable_of_a_version_has_a_lineage(shell, panel):
    three_versions(shell, panel)
    found = panel.ask("lineage", address="v2", variable="df")
    assert next(n for n in found["nodes"] if n["id"] == found["root"])["label"] == "df"
    with pytest.raises(Failed, match="UnknownName: v2 has no 'nothing'"):
        panel.ask("lineage", address="v2", variable="nothing")
    with pytest.raises(Failed, match="UnknownModel"):
        panel.ask("lineage", address="trees/1.0.0")
