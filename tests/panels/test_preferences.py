"""Preferences of the user: applied to each store, and reverted when they are removed."""

from __future__ import annotations

import pytest

from tests.panels.panels import Failed


def test_preferences_are_applied_to_a_store_before_its_first_commit(shell, panel, notebook, tmp_path):
    assert panel.ask("wish", auto=False, settings={"ignore": "scratch", "default_metric": "f1"}) == {}
    assert not list(tmp_path.iterdir()), "a preference creates no store"
    shell.run("keep, scratch = {'a': 1}, {'b': 2}")
    shell.run("%mv_commit")
    repo = notebook.repo()
    assert repo["v1"].names == ("keep",)
    assert panel.states[-1]["settings"]["default_metric"] == "f1"


def test_automatic_commits_by_preference_start_with_the_first_cell(shell, panel, notebook):
    panel.ask("wish", auto=True, settings={"ignore": "scratch"})
    assert panel.states[-1]["auto"] is True
    shell.run("keep, scratch = {'a': 1}, {'b': 2}")
    assert notebook.repo()["v1"].names == ("keep",)
    shell.run("%mv_auto off")
    panel.ask("wish", auto=True, settings={"ignore": "scratch"})
    assert not notebook.commits.auto, "the same preferences again change nothing"
    panel.ask("wish", auto=False, settings={})
    panel.ask("wish", auto=True, settings={})
    assert notebook.commits.auto
    panel.ask("wish", auto=False, settings={})
    assert not notebook.commits.auto


def test_a_preference_that_is_removed_gives_the_store_back_its_own_value(shell, panel, notebook):
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
def test_only_some_settings_can_be_preferences(settings, panel, notebook):
    message = {"id": 1000, "method": "wish", "params": {"auto": False, "settings": settings}}
    notebook.outputs.server.handle(message, panel.connection)
    panel.sent[1000] = "wish", {}
    with pytest.raises(Failed, match="UsageError"):
        panel.result(1000)


def test_another_store_gets_the_preferences_too(shell, panel, notebook, tmp_path):
    shell.run("keep = {'a': 1}")
    shell.run("%mv_commit")
    panel.ask("wish", auto=False, settings={"ignore": "scratch"})
    shell.run(f"%mv_init {tmp_path / 'elsewhere'}")
    assert notebook.repo().settings["ignore"] == "scratch"
    panel.ask("wish", auto=False, settings={})
    assert notebook.repo().settings["ignore"] == ""
