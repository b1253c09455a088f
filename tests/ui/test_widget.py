"""The panel in a cell's output: by anywidget, in plain ipywidgets, and what is left of it in a saved notebook."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

import nbmodelver as mv
from tests.ui.conftest import row

LOAD = "%load_ext nbmodelver"
MAKE = "params = {'depth': 3}"
EDIT = "params = {'depth': 4}"


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_panel_in_an_output_rolls_back_and_undoes(open_notebook, no_errors, app):
    cells = [LOAD, MAKE, "%mv_commit -m first", EDIT, "%mv_commit -m second", "%mv_panel"]
    book = open_notebook(*cells, app=app)
    book.run(*range(6))
    panel = book.cell(5).locator(".nbmv-panel")
    expect(row(panel, "v2")).to_be_visible()
    row(panel, "v1").click()
    panel.get_by_role("button", name="Roll back…").click()
    book.shot(f"{app}-widget-plan")
    panel.get_by_role("button", name="Roll back", exact=True).click()
    undo = panel.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_be_visible()
    assert book.kernel("params") == {"depth": 3}
    book.shot(f"{app}-widget-rolled-back")
    undo.click()
    expect(row(panel, "v2")).to_have_attribute("aria-current", "true")
    assert book.kernel("params") == {"depth": 4}
    no_errors(book)


def test_selections_on_the_page_are_traits_in_the_kernel(open_notebook):
    cells = [LOAD, MAKE, "%mv_commit -m first", "%mv_panel", "p = _; seen = []; p.observe(seen.append, 'selected')"]
    book = open_notebook(*cells)
    book.run(*range(5))
    panel = book.cell(3).locator(".nbmv-panel")
    row(panel, "v1").click()
    book.until("len(seen)", 1)
    assert book.kernel("p.head") == "v1"
    assert mv.open(book.folder / ".nbmodelver")[book.kernel("p.selected[0]")].name == "v1"


def test_a_panel_has_room_in_an_output_and_in_a_row_of_widgets(open_notebook, no_errors):
    row_of = "import ipywidgets\nipywidgets.HBox([p.value, ipywidgets.Label('beside')])"
    book = open_notebook(LOAD, MAKE, "%mv_commit -m first", "p = %mv_panel\np", row_of)
    book.run(*range(5))
    for number, width in ((3, 600), (4, 400)):
        panel = book.cell(number).locator(".nbmv-panel")
        expect(row(panel, "v1")).to_be_visible()
        book.shot(f"lab-widget-room-{number}")
        assert panel.bounding_box()["width"] > width
        assert panel.get_by_role("listbox", name="Versions").bounding_box()["height"] > 300
    expect(book.cell(4).get_by_text("beside", exact=True)).to_be_visible()
    no_errors(book)


def test_the_panel_of_plain_widgets_rolls_back_and_undoes(open_notebook, no_errors):
    cells = [LOAD, MAKE, "%mv_commit -m first", EDIT, "%mv_commit -m second", "%mv_config widgets plain", "%mv_panel"]
    book = open_notebook(*cells)
    book.run(*range(7))
    output = book.cell(6).locator(".jp-OutputArea")
    expect(output.get_by_role("button", name="Roll back", exact=True)).to_be_visible()
    output.get_by_role("listbox").select_option(index=1)
    output.get_by_role("button", name="Roll back", exact=True).click()
    book.shot("lab-plain-plan")
    assert book.kernel("params") == {"depth": 4}
    output.get_by_role("button", name="Roll back now").click()
    book.until("params", {"depth": 3})
    book.shot("lab-plain-rolled-back")
    output.get_by_role("button", name="Undo", exact=True).click()
    book.until("params", {"depth": 4})
    no_errors(book)


def test_the_panel_in_an_output_and_the_one_beside_tell_each_other(open_notebook):
    book = open_notebook(LOAD, MAKE, "%mv_panel")
    book.run(0, 1, 2)
    widget = book.cell(2).locator(".nbmv-panel")
    beside = book.open_panel()
    book.command("nbmodelver:commit")
    expect(row(beside, "v1")).to_be_visible()
    expect(row(widget, "v1")).to_be_visible()


def test_a_saved_notebook_shows_the_static_output_and_sends_no_request(open_notebook, server):
    book = open_notebook(LOAD, MAKE, "%mv_commit -m first", "%mv_panel")
    book.run(0, 1, 2, 3)
    expect(row(book.cell(3).locator(".nbmv-panel"), "v1")).to_be_visible()
    book.command("docmanager:save")
    saved = json.loads((book.folder / "study.ipynb").read_text())
    book.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")

    other = book.folder / "again.ipynb"
    other.write_text(json.dumps(saved))
    page = book.page.context.new_page()
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(str(data))))
    page.goto(f"{server.url}/lab/tree/{book.path.replace('study', 'again')}", wait_until="commit")
    picture = page.locator(".jp-Notebook .jp-Cell >> nth=3").locator(".jp-OutputArea-output:visible")
    expect(picture.get_by_text("first").first).to_be_visible()
    again = type(book)(page, book.path.replace("study", "again"), book.folder)
    again.ready()
    again.command("nbmodelver:open")
    expect(again.sidebar.get_by_role("button", name="Load nbmodelver in this kernel")).to_be_visible()
    page.screenshot(path=str(book.shots / "lab-saved.png"))
    assert not [s for s in sent if '"target_name":"nbmodelver"' in s or "hello" in s]  # others are ipywidgets' own
    expect(page.locator(".nbmv-Lab-status")).to_be_hidden()
