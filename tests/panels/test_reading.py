"""Requests that only read: filters of the history."""

from __future__ import annotations

from tests.panels.panels import three_versions


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
