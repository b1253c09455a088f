"""A person at work: commit, change, compare, look at a rollback, do it, undo it. Every step is proven in the kernel."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import expect

import nbmodelver as mv
from tests.ui.conftest import row

LOAD = "%load_ext nbmodelver"
MAKE = """\
import numpy as np, pandas as pd
from sklearn.tree import DecisionTreeClassifier
df = pd.DataFrame({"a": np.arange(1000), "b": np.linspace(0, 1, 1000)})
model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(df, df.a > 500)
params = {"depth": 3, "rate": 0.1}
"""
EDIT = "df.loc[0, 'a'] = 99; params = {'depth': 5, 'rate': 0.1}"


def versions(book):
    """What is in the store, newest first, read from outside the kernel."""
    return mv.open(book.folder / ".nbmodelver").log()


def toolbar_commit(book):
    book.page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="nbmodelver-commit"]').click()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_commit_change_compare_roll_back_undo(open_notebook, no_errors, app):
    book = open_notebook(LOAD, MAKE, EDIT, app=app)
    page = book.page
    book.run(0, 1)

    toolbar_commit(book)
    book.noticed(r"^v1 · .* variables")
    (first,) = versions(book)
    assert set(first.names) >= {"df", "model", "params"}
    panel = book.open_panel()
    expect(row(panel, "v1")).to_be_visible()
    book.shot(f"{app}-1-committed")

    book.run(2)
    expect(panel.get_by_role("option", name=re.compile("Uncommitted changes.*df"))).to_be_visible()
    if app == "lab":
        expect(book.status).to_have_text(re.compile(r"v1 · uncommitted: \d"))
    book.shot(f"{app}-2-uncommitted")

    panel.get_by_role("button", name="Commit", exact=True).click()
    panel.get_by_role("textbox", name="Message").fill("edited by hand")
    book.shot(f"{app}-3-commit-form")
    panel.get_by_role("button", name="Commit", exact=True).last.click()
    expect(row(panel, "v2")).to_be_visible()
    assert versions(book)[0].message == "edited by hand"

    row(panel, "v1").click()
    row(panel, "v2").click(modifiers=["Control"])
    panel.get_by_role("button", name="Compare", exact=True).click()
    place = page.locator(".nbmv-Lab-comparison")
    expect(place.get_by_text("depth").first).to_be_visible()
    book.shot(f"{app}-4-comparison")
    if app == "notebook":
        book.close_sheet()
    panel.get_by_role("button", name="Clear").click()
    row(panel, "v1").click()
    panel.get_by_role("button", name="Roll back…").click()
    expect(panel.get_by_role("heading", name=re.compile("Roll back to v1"))).to_be_visible()
    expect(panel.get_by_role("checkbox", name=re.compile("df"))).to_be_visible()
    book.shot(f"{app}-5-plan")
    assert book.kernel("int(df.loc[0, 'a'])") == 99, "a plan changes nothing"

    panel.get_by_role("button", name="Roll back", exact=True).click()
    undo = page.get_by_role("button", name="Undo", exact=True)
    expect(undo.first).to_be_visible()
    assert book.kernel("(int(df.loc[0, 'a']), params['depth'])") == (0, 3)
    book.shot(f"{app}-6-rolled-back")

    undo.first.dispatch_event("click")  # it may still slide in
    expect(row(panel, "v2")).to_have_attribute("aria-current", "true")
    assert book.kernel("(int(df.loc[0, 'a']), params['depth'])") == (99, 5)
    no_errors(book)
    assert book.hosts == {page.url.split("/")[2]}, "nothing leaves this machine"


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_version_is_exported_to_the_file_that_was_typed(open_notebook, no_errors, app):
    book = open_notebook(LOAD, "params = {'depth': 3}", app=app)
    book.run(0, 1)
    toolbar_commit(book)
    panel = book.open_panel()
    row(panel, "v1").click()
    panel.get_by_role("button", name="More actions").click()
    panel.get_by_role("menuitem", name="Export…").click()
    file = panel.get_by_role("textbox", name="File")
    expect(file).to_have_value("study-v1.nbmv.zip")
    export = panel.get_by_role("button", name="Export", exact=True)
    file.fill("no/folder/best.zip")
    expect(panel.get_by_text("there is no folder")).to_be_visible()
    expect(export).to_be_disabled()
    book.shot(f"{app}-export-problem")

    (book.folder / "best.zip").write_text("mine")
    file.fill("best.zip")
    expect(panel.get_by_text("a file 'best.zip' already exists")).to_be_visible()
    expect(export).to_be_disabled()
    panel.get_by_role("checkbox", name="Replace the existing file").check()
    book.shot(f"{app}-export-taken")
    export.click()
    if app == "lab":
        book.noticed("^Exported to")
    else:
        expect(panel.get_by_text("Exported to").first).to_be_visible()
    assert zipfile.is_zipfile(book.folder / "best.zip")
    expect(file).to_have_count(0)

    book.command("nbmodelver:export", id="v1")
    expect(file).to_have_value("study-v1.nbmv.zip")
    book.shot(f"{app}-export")
    file.press("Enter")
    expect(file).to_have_count(0)
    assert zipfile.is_zipfile(book.folder / "study-v1.nbmv.zip")
    no_errors(book)
