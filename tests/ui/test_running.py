"""While a cell runs: everything that reads answers; what changes variables is refused, waits, or is withdrawn."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row

LOAD = "%load_ext nbmodelver"
WAIT = "import time, pathlib\nwhile not pathlib.Path('go').exists(): time.sleep(0.02)\npathlib.Path('go').unlink()"
LATER = "Run after the cell"


@pytest.fixture
def running(committed_study):
    """A notebook with v1 and v2, in which a cell runs that ends when it is let go."""

    def make(app):
        cells = (LOAD, "params = {'depth': 3}", "params = {'depth': 4}", WAIT)
        book, panel = committed_study(*cells, steps=2, app=app)
        book.start(3)
        expect(book.cell(3).locator(".jp-InputPrompt")).to_have_text("[*]:")
        expect(panel.get_by_text("A cell is running").first).to_be_attached()
        return book, panel

    return make


def let_go(book):
    (book.folder / "go").touch()
    book.done(3)


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_reading_answers_and_a_commit_is_refused_then_waits(running, app):
    book, panel = running(app)
    row(panel, "v1").click()
    row(panel, "v2").click(modifiers=["Control"])
    panel.get_by_role("button", name="Compare", exact=True).click()
    place = book.page.locator(".nbmv-Lab-comparison")
    expect(place.get_by_text("params.depth").first).to_be_visible()
    if app == "notebook":
        book.close_sheet()
    panel.get_by_role("button", name="Clear").click()

    book.command("nbmodelver:commit")
    toast = book.page.locator(".Toastify__toast", has_text="a cell is running")
    expect(toast).to_be_visible()
    book.shot(f"{app}-busy-refused")
    toast.get_by_role("button", name=LATER).dispatch_event("click")  # it still slides in
    expect(panel.get_by_role("button", name="Withdraw")).to_be_visible()
    book.shot(f"{app}-busy-waiting")
    let_go(book)
    expect(row(panel, "v3")).to_be_visible()
    assert book.kernel("params") == {"depth": 4}


def test_a_waiting_rollback_is_withdrawn(running):
    book, panel = running("lab")
    row(panel, "v1").click()
    panel.get_by_role("button", name="Roll back…").click()
    expect(panel.get_by_role("checkbox", name=re.compile("params"))).to_be_visible()
    panel.get_by_role("button", name="Roll back after the cell").click()
    panel.get_by_role("button", name="Withdraw").click()
    expect(panel.get_by_role("button", name="Withdraw")).to_have_count(0)
    let_go(book)
    expect(row(panel, "v2")).to_have_attribute("aria-current", "true")
    assert book.kernel("params") == {"depth": 4}


def test_a_waiting_rollback_is_done_when_the_cell_has_ended(running):
    book, panel = running("lab")
    row(panel, "v1").click()
    panel.get_by_role("button", name="Roll back…").click()
    panel.get_by_role("button", name="Roll back after the cell").click()
    expect(panel.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(book.status).to_have_text(re.compile("a cell is running · queued: 1"))
    let_go(book)
    expect(book.page.get_by_role("button", name="Undo", exact=True).first).to_be_visible()
    assert book.kernel("params") == {"depth": 3}
    expect(row(panel, "v1")).to_have_attribute("aria-current", "true")


def test_a_cell_that_asks_for_input_leaves_the_panel_alive(open_notebook):
    """The kernel waits for the keyboard; comparison and preview still answer."""
    book = open_notebook(LOAD, "params = {'depth': 3}", "name = input('who? ')")
    book.run(0, 1)
    panel = book.open_panel()
    book.command("nbmodelver:commit")
    expect(row(panel, "v1")).to_be_visible()
    book.start(2)
    box = book.page.locator(".jp-Stdin-input")
    expect(box).to_be_visible()
    row(panel, "v1").click()
    expect(panel.get_by_role("heading", name=re.compile("^v1"))).to_be_visible()
    panel.get_by_text("Code and environment").click()
    expect(panel.get_by_text("params = {'depth': 3}").first).to_be_visible()
    box.fill("me")
    box.press("Enter")
    book.done(2)
    assert book.kernel("name") == "me"
