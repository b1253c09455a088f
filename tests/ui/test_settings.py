"""What a user sets in JupyterLab reaches the kernel of each notebook."""

from __future__ import annotations

import re

from playwright.sync_api import expect

import nbmodelver as mv

LOAD = "%load_ext nbmodelver"
PLUGIN = "nbmodelver:plugin"


def row(panel, name):
    return panel.get_by_role("option", name=re.compile(rf"^{name}\b"))


def set_raw(book, raw):
    """Save the user's settings, as the settings editor does."""
    book.page.evaluate(
        "async ([id, raw]) => { await window.jupyterapp.serviceManager.settings.save(id, raw); }", [PLUGIN, raw]
    )


def test_settings_of_the_user_reach_the_kernel(open_notebook):
    book = open_notebook(LOAD, "keep = {'a': 1}; scratch = {'b': 2}", "keep = {'a': 2}")
    set_raw(book, '{"ignoredNames": ["scratch"], "autoCommit": true, "defaultMetric": "f1"}')
    try:
        book.page.reload(wait_until="commit")
        book.ready()
        book.run(0, 1)
        book.command("nbmodelver:commit")
        expect(book.status).to_have_text(re.compile("^v1"))
        book.until("get_ipython().run_line_magic('mv_config', 'ignore').value['ignore']", "scratch")
        book.run(2)
        expect(book.status).to_have_text(re.compile("^v2"))
        repo = mv.open(book.folder / ".nbmodelver")
        assert (repo.settings["ignore"], repo.settings["default_metric"]) == ("scratch", "f1")
        assert "keep" in repo["v2"].names
        assert "scratch" not in repo["v2"].names
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
