"""Kernels come and go: loaded from the panel, restarted, a page loaded again, two notebooks, another kernel."""

from __future__ import annotations

import json
import re
import time

from playwright.sync_api import expect

import nbmodelver as mv
from tests.ui.conftest import TOKEN, row

LOAD = "%load_ext nbmodelver"
OFFER = "Load nbmodelver in this kernel"


def commit(book):
    book.command("nbmodelver:commit")


def test_the_extension_is_loaded_from_the_panel(open_notebook, no_errors):
    """The offer runs no cell: the notebook's numbers go on as before."""
    book = open_notebook("x = [1, 2]", "%mv_status")
    book.run(0)
    book.command("nbmodelver:open")
    book.shot("lab-not-loaded")
    expect(book.status).to_be_hidden()
    book.sidebar.get_by_role("button", name=OFFER).click()
    panel = book.open_panel()
    expect(panel.get_by_text("No versions yet.")).to_be_visible()
    book.run(1)
    expect(book.cell(1).locator(".jp-InputPrompt")).to_have_text("[2]:")
    no_errors(book)


def test_a_commit_without_the_extension_offers_to_load_it(open_notebook):
    book = open_notebook("x = [1, 2]")
    book.run(0)
    commit(book)
    book.page.locator(".Toastify").get_by_role("button", name=OFFER).dispatch_event("click")
    expect(book.status).to_have_text(re.compile("no version yet"))
    commit(book)
    expect(book.status).to_have_text("v1")


def test_a_restarted_kernel_is_found_again(open_notebook, no_errors):
    book = open_notebook(LOAD, "params = {'depth': 3}")
    book.run(0, 1)
    commit(book)
    panel = book.open_panel()
    expect(row(panel, "v1")).to_be_visible()

    book.page.evaluate(
        "path => [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path)"
        ".sessionContext.session.kernel.restart()",
        book.path,
    )
    expect(book.sidebar.get_by_role("button", name=OFFER)).to_be_visible()
    book.ready()
    book.run(0)
    panel = book.open_panel()
    row(panel, "v1").click()
    panel.get_by_role("button", name="Roll back…").click()
    panel.get_by_role("button", name="Roll back", exact=True).click()
    expect(book.page.get_by_role("button", name="Undo", exact=True).first).to_be_visible()
    assert book.kernel("params") == {"depth": 3}
    no_errors(book)


def layout_is_written(book, server):
    """JupyterLab writes its layout a while after the last change, and tells only its server."""
    end = time.monotonic() + 300
    while True:
        answer = book.page.request.get(f"{server.url}/lab/api/workspaces?token={TOKEN}").json()
        layouts = [one["data"].get("layout-restorer:data") or {} for one in answer["workspaces"]["values"]]
        written = [one for one in layouts if f"nbmodelver-comparison:{book.path}" in json.dumps(one.get("main"))]
        if any(one["left"]["current"] == "nbmodelver-sidebar" for one in written):
            return
        assert time.monotonic() < end, layouts
        book.page.wait_for_timeout(100)


def test_a_page_loaded_again_shows_the_panel_and_the_comparison_again(open_notebook, server):
    book = open_notebook(LOAD, "params = {'depth': 3}", "params = {'depth': 4}")
    book.run(0, 1)
    commit(book)
    expect(book.status).to_have_text("v1")
    book.run(2)
    commit(book)
    expect(book.status).to_have_text("v2")
    book.open_panel()
    book.command("nbmodelver:compare", ids=["v1", "v2"])
    comparison = book.page.locator(".nbmv-Lab-comparison")
    expect(comparison.get_by_text("depth").first).to_be_visible()
    layout_is_written(book, server)

    book.page.goto(book.page.url.split("?")[0], wait_until="commit")
    book.ready()
    expect(comparison.get_by_text("depth").first).to_be_visible()
    expect(book.sidebar).to_be_visible()
    expect(book.status).to_have_text("v2")
    book.shot("lab-reloaded")
    commit(book)
    expect(book.status).to_have_text("v3")


def test_two_notebooks_have_their_own_versions(open_notebook, server):
    """The panel follows the notebook that is looked at; a deed reaches only its kernel."""
    first = open_notebook(LOAD, "params = {'first': 1}", name="one/first")
    first.run(0, 1)
    first.command("nbmodelver:commit", message="of the first")
    panel = first.open_panel()
    expect(row(panel, "v1")).to_contain_text("of the first")

    second = open_notebook(LOAD, "params = {'second': 2}", name="two/second", page=first.page, keep=True)
    second.run(0, 1)
    expect(panel.get_by_text("No versions yet.")).to_be_visible()
    second.command("nbmodelver:commit", message="of the second")
    expect(row(panel, "v1")).to_contain_text("of the second")
    assert [v.message for v in mv.open(second.folder / ".nbmodelver").log()] == ["of the second"]

    first.page.get_by_role("tab", name="first.ipynb").click()
    expect(row(panel, "v1")).to_contain_text("of the first")
    assert first.kernel("params") == {"first": 1}
    assert second.kernel("params") == {"second": 2}


def test_the_notebook_of_a_version_opens_beside_to_be_read(open_notebook):
    """What a version holds is the document on the page, saved to disk or not, without outputs."""
    book = open_notebook(LOAD, "x = [1]  # as it was", "print('said')")
    book.run(0, 1, 2)
    commit(book)
    expect(book.status).to_have_text("v1")
    book.retype(1, "x = [2]  # as it is")
    book.command("nbmodelver:open-document", id="v1")
    old = book.page.locator(".nbmv-Lab-document")
    expect(old.get_by_text("# as it was")).to_be_visible()
    expect(old.locator(".jp-OutputArea-output")).to_have_count(0)
    book.shot("lab-document")
    expect(book.cell(1)).to_contain_text("# as it is")


def test_in_notebook_7_comparisons_and_documents_open_in_a_dialog(open_notebook, no_errors):
    """There are no tabs: comparison and read-only notebook are dialogs, which give back the focus they took."""
    book = open_notebook(LOAD, "x = [1]  # as it was", app="notebook")
    book.run(0, 1)
    commit(book)
    panel = book.open_panel()
    expect(row(panel, "v1")).to_be_visible()
    book.retype(1, "x = [2]  # as it is")
    book.run(1)
    commit(book)
    expect(row(panel, "v2")).to_be_visible()
    row(panel, "v1").click()
    page, dialog = book.page, book.page.get_by_role("dialog")

    compare = panel.get_by_role("button", name="Compare", exact=True)
    compare.click()
    expect(dialog.locator(".nbmv-Lab-comparison").get_by_text("as it is").first).to_be_visible()
    assert dialog.bounding_box()["width"] > 1000
    expect(dialog.locator(":focus")).to_have_count(1)
    book.shot("notebook-comparison")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(compare).to_be_focused()

    panel.get_by_role("button", name="More actions").click()
    panel.get_by_role("menuitem", name="Show its notebook").click()
    expect(dialog.locator(".nbmv-Lab-document").get_by_text("# as it was")).to_be_visible()
    expect(dialog.get_by_role("heading", name=re.compile("v1 .read only"))).to_be_visible()
    book.shot("notebook-document")
    page.mouse.click(5, 450)
    expect(dialog).to_have_count(0)

    book.command("nbmodelver:open-document", id="v2")
    expect(dialog.get_by_text("# as it is")).to_be_visible()
    book.close_sheet()
    no_errors(book)


def test_the_cell_under_the_cursor_is_inspected(open_notebook):
    book = open_notebook(LOAD, "alpha = {'depth': 3}", "beta = {'rate': 1}")
    book.run(0, 1, 2)
    commit(book)
    expect(book.status).to_have_text("v1")
    book.cell(1).locator(".jp-InputPrompt").click()
    book.command("nbmodelver:inspect-cell")
    panel = book.open_panel()
    expect(panel.get_by_text("alpha").first).to_be_visible()
    expect(panel.get_by_text("beta")).to_have_count(0)
    book.shot("lab-inspect-cell")
