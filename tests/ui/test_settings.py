"""What a user sets in JupyterLab reaches the kernel of each notebook."""

from __future__ import annotations

import re

from playwright.sync_api import expect

import nbmodelver as mv
from tests.ui.conftest import row

LOAD = "%load_ext nbmodelver"
PLUGIN = "nbmodelver:plugin"
AUTO = "__import__('nbmodelver.extension').extension.latest().commits.auto"


def set_raw(book, raw):
    """Save the user's settings through the page's registry, as the settings editor does: every plugin hears of it."""
    book.page.evaluate(
        """async ([id, raw]) => {
             const app = window.jupyterapp;
             const tokens = [...app.pluginRegistry._services.keys()];
             const registry = await app.resolveRequiredService(tokens.find(t => t.name.endsWith(':ISettingRegistry')));
             await registry.upload(id, raw);
           }""",
        [PLUGIN, raw],
    )


def test_settings_of_the_user_reach_the_kernel(open_notebook):
    book = open_notebook(LOAD, "keep = {'a': 1}; scratch = {'b': 2}", "keep = {'a': 2}")
    set_raw(book, '{"ignoredNames": ["scratch"], "autoCommit": true, "defaultMetric": "f1"}')
    try:
        book.page.reload(wait_until="commit")
        book.ready()
        book.run(0)
        book.until(AUTO, True)
        book.run(1)
        expect(book.status).to_have_text(re.compile("^v1"))
        book.run(2)
        expect(book.status).to_have_text(re.compile("^v2"))
        repo = mv.open(book.folder / ".nbmodelver")
        assert (repo.settings["ignore"], repo.settings["default_metric"]) == ("scratch", "f1")
        assert "keep" in repo["v2"].names
        assert "scratch" not in repo["v2"].names
    finally:
        set_raw(book, "{}")


def test_settings_apply_before_the_first_commit(open_notebook):
    """The store is made by the commit itself; names to ignore and the metric are there from its first version."""
    commit = "%mv_commit -m first --metric f1=0.5 --metric acc=1"
    book = open_notebook(LOAD, "keep = {'a': 1}; scratch = {'b': 2}", commit)
    set_raw(book, '{"ignoredNames": ["scratch"], "defaultMetric": "f1"}')
    try:
        book.run(0)
        panel = book.open_panel()
        expect(panel.get_by_text("No versions yet.")).to_be_visible()
        assert not (book.folder / ".nbmodelver").exists(), "settings make no store"
        book.run(1, 2)
        expect(panel.get_by_role("combobox", name="Metric to show")).to_have_value("f1")
        repo = mv.open(book.folder / ".nbmodelver")
        assert (repo["v1"].names, repo.settings["default_metric"]) == (("keep",), "f1")
    finally:
        set_raw(book, "{}")


def test_settings_that_are_changed_apply_at_once(open_notebook):
    book = open_notebook(LOAD, "keep = {'a': 1}; scratch = {'b': 2}", "keep = {'a': 2}")
    try:
        book.run(0)
        panel = book.open_panel()
        expect(panel.get_by_text("No versions yet.")).to_be_visible()
        set_raw(book, '{"ignoredNames": ["scratch"], "autoCommit": true}')
        book.until(AUTO, True)
        book.run(1)
        expect(row(panel, "v1")).to_be_visible()
        repo = mv.open(book.folder / ".nbmodelver")
        assert repo["v1"].names == ("keep",)
        set_raw(book, "{}")
        book.until(AUTO, False)
        book.run(2)
        expect(panel.get_by_role("option", name=re.compile("Uncommitted changes"))).to_be_visible()
        book.command("nbmodelver:commit")
        expect(row(panel, "v2")).to_be_visible()
        assert set(repo["v2"].names) == {"keep", "scratch"}, "what was left out is kept again"
    finally:
        set_raw(book, "{}")


def test_dont_ask_again_is_a_setting(open_notebook):
    """Ticked in the preview, a rollback needs one click; the panel's menu brings the preview back."""
    book = open_notebook(LOAD, "params = {'depth': 3}", "params = {'depth': 4}")
    try:
        book.run(0, 1)
        panel = book.open_panel()
        book.command("nbmodelver:commit")
        expect(row(panel, "v1")).to_be_visible()
        book.run(2)
        row(panel, "v1").click()
        panel.get_by_role("button", name="Roll back…").click()
        panel.get_by_role("checkbox", name="Don't ask again").check()
        panel.get_by_role("button", name="Roll back", exact=True).click()
        book.until("params", {"depth": 3})
        book.run(2)
        row(panel, "v1").click()
        panel.get_by_role("button", name=re.compile("^Roll back")).first.click()
        book.until("params", {"depth": 3})
    finally:
        set_raw(book, "{}")
