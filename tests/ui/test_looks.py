"""How it looks and reads: themes, contrast, width, direction, keyboard, and what axe-core finds on every view."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
LOAD = "%load_ext nbmodelver"
MAKE = """\
import numpy as np, pandas as pd
from sklearn.ensemble import RandomForestClassifier
rng = np.random.default_rng(0)
train = pd.DataFrame({"age": rng.integers(18, 90, 500), "income": rng.lognormal(10, 1, 500)})
train["city"] = rng.choice(list("ABC"), 500)
params = {"n_estimators": 5, "max_depth": 2}
def fit(depth):
    params["max_depth"] = depth
    X = train[["age", "income"]]
    return RandomForestClassifier(n_estimators=5, max_depth=depth, random_state=0).fit(X, train.city == "A")
for depth in (2, 4, 8):
    model = fit(depth)
    accuracy = 0.5 + depth / 20
    get_ipython().run_line_magic("mv_commit", f"-m 'depth {depth}' --metric acc=accuracy")
get_ipython().run_line_magic("mv_tag", "best v3")
train.loc[0, "age"] = 17
del accuracy"""


@pytest.fixture
def study(opened_study):
    """A notebook with three versions and an uncommitted change, its panel open."""
    return lambda app="lab", *cells: opened_study(LOAD, MAKE, *cells, run=2, last="v3", app=app)


def violations(page, selector):
    """What axe-core finds inside an element."""
    if not page.evaluate("() => typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    answer = page.evaluate("async what => await axe.run(what, {resultTypes: ['violations']})", selector)
    found = answer["violations"]
    assert len(answer["passes"]) > 5, "it looked at something"
    return [
        f"{v['id']} ({v['help']}): {n['html'][:160]} {n['failureSummary'][:300]}" for v in found for n in v["nodes"]
    ]


def views(book, panel):
    """Every view of the panel, one after the other, by name."""
    page = book.page
    row(panel, "v1").click()
    panel.get_by_text("Code and environment").click()
    yield "history"
    panel.get_by_role("button", name="Roll back…").click()
    expect(panel.get_by_role("checkbox", name=re.compile("model"))).to_be_visible()
    yield "plan"
    panel.get_by_role("button", name="Back", exact=True).click()
    panel.get_by_role("button", name="Commit", exact=True).click()
    expect(panel.get_by_role("textbox", name="Message")).to_be_visible()
    expect(panel.get_by_role("checkbox", name=re.compile("train"))).to_be_visible()
    yield "commit"
    panel.get_by_role("button", name="Back", exact=True).click()
    panel.get_by_role("tab", name="Variables").click()
    book.command("nbmodelver:inspect", name="params")
    expect(panel.get_by_role("region", name="params")).to_be_visible()
    yield "variables"
    panel.get_by_role("tab", name="History").click()
    book.command("nbmodelver:compare", ids=["v1", "v3"])
    place = page.locator(".nbmv-Lab-comparison")
    expect(place.get_by_text("max_depth").first).to_be_visible()
    yield "comparison"
    book.command("nbmodelver:compare", ids=["v1", "v2", "v3"])
    expect(place.get_by_role("columnheader", name=re.compile("v2"))).to_be_visible()
    expect(place.locator(".nbmv-svg").first).to_be_visible()
    yield "several"


def find_all(book, panel, name):
    found = {}
    for view in views(book, panel):
        book.shot(f"{name}-{view}")
        where = ".nbmv-Lab-comparison" if view in {"comparison", "several"} else "#nbmodelver-sidebar"
        found[view] = violations(book.page, where)
    return {view: some for view, some in found.items() if some}


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_every_view_is_accessible(study, theme):
    book, panel = study()
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    found = find_all(book, panel, theme.replace("JupyterLab ", "").replace(" ", "-").lower())
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == {}


def test_the_panel_in_an_output_is_accessible(study):
    book, _ = study("lab", "%mv_panel")
    book.run(2)
    panel = book.cell(2).locator(".nbmv-panel")
    expect(row(panel, "v3")).to_be_visible()
    row(panel, "v2").click()
    book.shot("lab-widget")
    assert violations(book.page, ".jp-OutputArea .nbmv-panel") == []


def test_a_selection_is_visible_in_forced_colours(study):
    book, panel = study()
    book.page.emulate_media(forced_colors="active")
    row(panel, "v1").click()
    row(panel, "v3").click(modifiers=["Control"])
    book.shot("lab-forced-colours")
    style = (
        "e => ['outlineStyle', 'borderStyle', 'backgroundColor', 'boxShadow'].map(n => getComputedStyle(e)[n]).join()"
    )
    chosen, other = (row(panel, name).evaluate(style) for name in ("v1", "v2"))
    assert chosen != other, "a selection is seen without colours of ours"


def overflowing(page):
    """Elements of panels that are wider than their place, but for those that scroll."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.nbmv-panel, .nbmv-panel *')].filter(e => {
             const style = getComputedStyle(e);
             return e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1 && style.overflowX === 'visible'
               && style.display !== 'inline' && !(e instanceof SVGElement)
               && e.getBoundingClientRect().right > e.closest('.nbmv-panel').getBoundingClientRect().right + 1;
           }).map(e => e.outerHTML.slice(0, 120))"""
    )


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_narrow_and_from_right_to_left_nothing_is_cut_off(study, direction):
    book, panel = study()
    book.page.evaluate("d => { document.documentElement.dir = d; }", direction)
    for view in views(book, panel):
        assert overflowing(book.page) == [], view
        book.shot(f"lab-{direction}-{view}")


def test_filters_chart_and_details_share_a_low_page(study):
    """What has no room scrolls: nothing lies over another."""
    book, panel = study()
    book.page.set_viewport_size({"width": 1280, "height": 640})
    row(panel, "v1").click()
    panel.get_by_role("button", name="More filters").click()
    panel.get_by_role("button", name=re.compile("^Chart of")).click()
    expect(panel.locator(".nbmv-trend-full svg.nbmv-svg")).to_be_visible()
    book.shot("lab-low")
    tops = panel.evaluate(
        """panel => ['.nbmv-filter', '.nbmv-trend', '.nbmv-list', '.nbmv-details'].map(what => {
             const box = panel.querySelector(what).getBoundingClientRect();
             return [Math.round(box.top), Math.round(box.bottom)];
           })"""
    )
    assert all(above[1] <= below[0] for above, below in itertools.pairwise(tops)), tops
    assert all(bottom - top > 80 for top, bottom in tops), tops


def test_a_tag_typed_in_place_is_there_at_once(study):
    """And the field closes: Enter does not press the button that has the focus after it."""
    book, panel = study()
    row(panel, "v1").click()
    details = panel.get_by_role("region", name="Selected version")
    short = details.get_by_role("button", name="params", exact=True)
    assert short.evaluate("e => e.scrollWidth <= e.clientWidth"), "a short name is not cut off"
    details.get_by_role("button", name="Add a tag").click()
    book.page.keyboard.insert_text("golden")
    book.page.keyboard.press("Enter")
    expect(details.get_by_role("button", name="Remove the tag golden")).to_be_visible()
    expect(details.get_by_role("textbox", name="New tag")).to_have_count(0)
    details.get_by_role("button", name="Add a note").click()
    details.get_by_role("textbox", name="Note").fill("a note")
    details.get_by_role("button", name="Save the note").click()
    expect(details.get_by_text("a note")).to_be_visible()
    book.shot("lab-tag-and-note")


def test_a_long_reason_is_wrapped(study):
    book, panel = study("lab", "shell = {'a_rather_long_key_in_a_dict_of_the_notebook': get_ipython()}")
    book.run(2)
    panel.get_by_role("button", name="Commit", exact=True).click()
    expect(panel.get_by_text("a_rather_long_key")).to_be_visible()
    book.shot("lab-reason")
    wide = "items => items.filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)"
    assert panel.locator(".nbmv-commit li").evaluate_all(wide) == []


def test_everything_is_done_with_the_keyboard(study):
    """From the notebook to a rollback and back, without a mouse."""
    book, panel = study()
    page, press = book.page, book.page.keyboard.press
    expect(panel.get_by_role("option", name=re.compile("Uncommitted changes"))).to_be_visible()
    book.cell(0).locator(".jp-InputPrompt").click()
    press("Alt+Shift+V")
    expect(panel.locator(":focus")).to_be_visible()
    for _ in range(12):  # to the list, whatever stands before it
        if page.evaluate("() => document.activeElement.getAttribute('role') === 'option'"):
            break
        press("Tab")
    press("Home")
    press("ArrowDown")
    expect(row(panel, "v3")).to_be_focused()
    press("ArrowDown")
    expect(row(panel, "v2")).to_be_focused()
    press("ArrowDown")
    expect(row(panel, "v1")).to_be_focused()
    press("Enter")
    expect(panel.get_by_role("heading", name=re.compile("Roll back to v1"))).to_be_visible()
    expect(panel.get_by_role("button", name="Roll back", exact=True)).to_be_focused()
    press("Enter")
    book.until("params['max_depth']", 2)
    expect(row(panel, "v1")).to_have_attribute("aria-current", "true")
    book.cell(0).locator(".jp-InputPrompt").click()
    press("Alt+Shift+Z")
    book.until("params['max_depth']", 8)


def test_commands_are_in_the_palette_the_menu_and_the_context_menu(study):
    book, _ = study()
    page = book.page
    book.command("apputils:activate-command-palette")
    expect(page.locator(".lm-CommandPalette-input")).to_be_focused()
    page.keyboard.insert_text("versions")
    expect(page.locator(".lm-CommandPalette-item", has_text="Compare Versions")).to_be_visible()
    book.shot("lab-palette")
    page.keyboard.press("Escape")
    page.get_by_role("menuitem", name="Versions").click()
    expect(page.locator(".lm-Menu-item", has_text="Commit After Every Cell")).to_be_visible()
    book.shot("lab-menu")
    page.keyboard.press("Escape")
    book.cell(1).locator(".jp-InputPrompt").click(button="right")
    expect(page.locator(".lm-Menu-item", has_text="Versions of the Variables of This Cell")).to_be_visible()
    book.shot("lab-context-menu")
    page.keyboard.press("Escape")
