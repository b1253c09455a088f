"""The panel in a cell's output: as anywidget and as plain ipywidgets, while a cell runs, and in a notebook reopened."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

expect.set_options(timeout=30_000)  # A loaded machine of two cores takes its time to draw the first widget.

LOAD = "%load_ext nbmodelver"
FIRST = "params = {'rate': 0.1}\nrows = [1, 2, 3]\n%mv_commit params rows -m 'the first' --metric acc=0.5"
SECOND = "params = {'rate': 0.2}\n%mv_commit params rows -m 'the second' --metric acc=0.7"
PANEL = "panel = %mv_panel\npanel"
WAIT = "import time\nwhile not globals().get('go'): time.sleep(0.05)"


def row(panel, name):
    return panel.get_by_role("option", name=re.compile(rf"^{name}\b"))


def opened(open_notebook, *cells, **how):
    book = open_notebook(LOAD, FIRST, SECOND, *cells, **how)
    book.run(0, 1, 2, 3)
    return book


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_panel_in_an_output_rolls_back_and_undoes(open_notebook, no_errors, app):
    book = opened(open_notebook, PANEL, "seen = panel.value.selected", app=app)
    panel = book.cell(3).locator(".nbmv-panel")
    expect(row(panel, "v1")).to_be_visible()
    expect(book.cell(3).locator(".nbmv-static")).to_be_hidden()
    row(panel, "v1").click()
    book.run(4)
    assert book.kernel("len(seen)") == 1
    book.shot(f"{app}-widget-history")
    panel.get_by_role("button", name=re.compile("^Roll back")).first.click()
    book.shot(f"{app}-widget-plan")
    panel.get_by_role("button", name=re.compile("^Roll back")).last.click()
    expect(panel.get_by_role("button", name="Undo", exact=True).first).to_be_visible()
    assert book.kernel("params") == {"rate": 0.1}
    assert book.kernel("panel.value.head") == "v1"
    panel.get_by_role("button", name="Undo", exact=True).first.click()
    expect(row(panel, "v2")).to_have_attribute("aria-current", "true")
    assert book.kernel("params") == {"rate": 0.2}
    no_errors(book)


def test_a_panel_in_an_output_answers_while_a_cell_runs(open_notebook):
    book = opened(open_notebook, PANEL, WAIT, "done = 1")
    panel = book.cell(3).locator(".nbmv-panel")
    expect(row(panel, "v1")).to_be_visible()
    book.start(4)
    expect(panel.get_by_text("a cell is running", exact=False).first).to_be_visible()
    row(panel, "v1").click()
    expect(panel.get_by_text("rate").first).to_be_visible()
    book.shot("lab-widget-busy")
    book.page.evaluate("() => document.activeElement.blur()")
    book.command("notebook:interrupt-kernel")
    book.run(5)


def test_a_notebook_that_is_opened_again_shows_the_last_state_and_asks_nothing(open_notebook):
    book = opened(open_notebook, PANEL)
    expect(row(book.cell(3).locator(".nbmv-panel"), "v2")).to_be_visible()
    book.command("docmanager:save")
    book.page.wait_for_function("() => !document.querySelector('.jp-mod-dirty')")
    saved = json.loads((book.folder / "study.ipynb").read_text())
    kinds = [set(o["data"]) for o in saved["cells"][3]["outputs"]]
    assert kinds == [{"text/plain", "text/html"}, {"text/plain", "application/vnd.jupyter.widget-view+json"}]
    assert "rate" not in json.dumps(saved["metadata"])
    book.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    book.page.reload(wait_until="commit")
    static = book.cell(3).locator(".nbmv-static")
    expect(static).to_contain_text("the second", timeout=60_000)
    expect(static).to_be_visible()
    book.page.wait_for_timeout(4000)  # The page gives a widget this long before it says that it is lost.
    expect(book.cell(3).get_by_text("Error displaying widget")).to_be_hidden()
    book.shot("lab-widget-reopened")


def test_the_plain_form_does_the_same(open_notebook):
    book = opened(open_notebook, "%mv_config widgets plain", PANEL)
    book.run(4)
    output = book.cell(4).locator(".jp-OutputArea")
    listed = output.locator("select[multiple] option")
    expect(listed).to_have_count(2)
    output.locator("select[multiple]").first.select_option(index=1)
    output.get_by_role("button", name="Roll back", exact=True).click()
    expect(output.get_by_text("Rollback to v1")).to_be_visible()
    book.shot("lab-plain-plan")
    output.get_by_role("button", name="Roll back now").click()
    expect(output.get_by_text("back at v1")).to_be_visible()
    assert book.kernel("params") == {"rate": 0.1}
    output.get_by_role("button", name="Undo").click()
    expect(output.get_by_text("back at v2")).to_be_visible()
    assert book.kernel("params") == {"rate": 0.2}
    book.shot("lab-plain-history")


def test_a_rollback_magic_is_done_by_a_click(open_notebook):
    book = opened(open_notebook, "%mv_rollback v1")
    panel = book.cell(3).locator(".nbmv-panel")
    button = panel.get_by_role("button", name=re.compile("^Roll back")).last
    expect(button).to_be_visible()
    assert book.kernel("params") == {"rate": 0.2}
    book.shot("lab-widget-rollback")
    button.click()
    expect(panel.get_by_role("button", name="Undo", exact=True).first).to_be_visible()
    assert book.kernel("params") == {"rate": 0.1}
