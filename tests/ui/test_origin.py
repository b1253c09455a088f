"""The origin and history of a variable: from the details of a version, and from its name in a cell."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row
from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
DATA = "rows = list(range(40))\nscale = 2"
MAKE = 'scaled = [scale * row for row in rows]\nlabel = "scaled"'
LATER = "scale = 3\nscaled.append(0)"


@pytest.fixture
def study(committed_study):
    """A notebook with three versions; `scaled` is made in the second one and changed in the third."""
    return lambda app="lab": committed_study(LOAD, DATA, MAKE, LATER, steps=3, app=app)


def test_a_click_on_a_variable_shows_its_origin_and_its_inputs(study, no_errors):
    book, panel = study()
    row(panel, "v2").click()
    details = panel.get_by_role("region", name="Selected version")
    details.get_by_role("button", name="scaled", exact=True).click()
    origin = panel.get_by_role("group", name="Origin of scaled")
    expect(origin).to_contain_text("In v2: since v2 · made by cell [3]")
    expect(origin).to_contain_text("reads rows (v1), scale (v1)")
    book.shot("lab-origin")
    origin.get_by_role("button", name="rows (v1)").click()
    expect(panel.get_by_role("group", name="Origin of rows")).to_contain_text("since v1 · made by cell [2]")
    no_errors(book)


def test_a_name_in_a_cell_leads_to_its_history_and_to_the_comparison(study, no_errors):
    book, panel = study()
    row(panel, "v3").click()
    details = panel.get_by_role("region", name="Selected version")
    details.get_by_text("Code and environment").click()
    name = details.get_by_role("button", name="scaled", exact=True).last
    name.scroll_into_view_if_needed()
    book.shot("lab-linked-code")
    name.focus()
    book.page.keyboard.press("Enter")
    origin = panel.get_by_role("group", name="Origin of scaled")
    expect(origin).to_contain_text("In v3: since v3 · made by cell [4]")
    history = panel.get_by_role("region", name="scaled", exact=True)
    expect(history.get_by_role("listitem")).to_have_count(2)
    history.get_by_role("button", name="What changed").click()
    expect(panel.get_by_text("Before, scaled only")).to_be_visible()
    no_errors(book)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_an_origin_is_accessible_and_fits(study, theme):
    book, panel = study()
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    row(panel, "v3").click()
    details = panel.get_by_role("region", name="Selected version")
    details.get_by_text("Code and environment").click()
    expect(details.locator(".nbmv-code-name").first).to_be_visible()
    found = violations(book.page, "#nbmodelver-sidebar")
    details.get_by_role("button", name="scaled", exact=True).first.click()
    expect(panel.get_by_role("group", name="Origin of scaled")).to_be_visible()
    found += violations(book.page, "#nbmodelver-sidebar")
    book.shot(f"{theme.replace('JupyterLab ', '').replace(' ', '-').lower()}-origin")
    wide = overflowing(book.page)
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == []
    assert wide == []
