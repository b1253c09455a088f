"""A leak that is committed: the badge in the history, the alarm in the comparison, and the rows that changed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row
from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
HONEST = """\
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
people = pd.DataFrame({"customer": np.arange(400), "age": rng.integers(18, 90, 400)})
people["income"] = rng.lognormal(10, 1, 400)
train, test = people.iloc[:300].copy(), people.iloc[300:].copy()
get_ipython().run_line_magic("mv_commit", "-m honest --role train=train --role test=test")"""
LEAK = """\
train = pd.concat([train, test.iloc[:60]])
train.loc[:119, "age"] += 1
get_ipython().run_line_magic("mv_commit", "-m leak --role train=train --role test=test")"""


@pytest.fixture
def study(opened_study):
    """A notebook whose second version has rows of the test set in the training set, its panel open."""
    return opened_study(LOAD, HONEST, LEAK, run=3, last="v2")


def shown(book):
    """The comparison that a click on the badge opens."""
    return book.page.locator(".nbmv-Lab-comparison")


def test_a_leak_is_seen_in_the_history_and_followed_to_its_rows(study, no_errors):
    book, panel = study
    badge = row(panel, "v2").locator(".nbmv-alarm")
    expect(badge).to_have_attribute("title", re.compile(r"60 .*rows .*train"))
    expect(badge).to_contain_text("alarm")
    expect(row(panel, "v1").locator(".nbmv-alarm")).to_have_count(0)
    badge.click()
    place = shown(book)
    alarms = place.get_by_role("list", name="Alarms").get_by_role("listitem")
    expect(alarms.first).to_be_in_viewport()
    expect(alarms.first).to_contain_text(re.compile(r"alarm .*60.* since v2"))
    expect(place.locator("[data-section]").first).to_have_attribute("data-section", "alarms")
    rows = place.locator('[data-section="rows.train"]')
    rows.get_by_text("Show rows").click()
    tab = rows.get_by_role("tab", name=re.compile("^Changed"))
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(tab).to_contain_text("120")
    expect(rows.get_by_text("1 to 50 of 120", exact=True)).to_be_visible()
    expect(rows.locator(".nbmv-row-table tbody")).to_have_count(50)
    expect(rows.get_by_role("columnheader", name="Column")).to_be_visible()
    book.shot("lab-alarms-rows")
    rows.get_by_role("button", name="Next rows").click()
    expect(rows.get_by_text("51 to 100 of 120", exact=True)).to_be_visible()
    first = rows.locator(".nbmv-row-table tbody tr").first
    label = first.get_by_role("rowheader").inner_text()
    expect(first).to_contain_text("age")
    old, new = (int(text) for text in first.locator("td.nbmv-number").all_inner_texts())
    assert new == old + 1 == book.kernel(f"int(train.age.iloc[{label}])")
    rows.get_by_role("button", name="Next rows").click()
    expect(rows.get_by_text("101 to 120 of 120", exact=True)).to_be_visible()
    expect(rows.get_by_role("button", name="Previous rows")).to_be_focused()
    rows.get_by_role("tab", name=re.compile("^Added")).click()
    expect(rows.get_by_text("1 to 50 of 60", exact=True)).to_be_visible()
    expect(rows.get_by_role("columnheader", name="income")).to_be_visible()
    place.locator("[data-section]").last.scroll_into_view_if_needed()
    badge.click()
    expect(alarms.first).to_be_in_viewport()
    no_errors(book)


def test_the_keyboard_reaches_the_alarms_and_the_rows(study):
    book, panel = study
    press = book.page.keyboard.press
    row(panel, "v2").click()
    details = panel.get_by_role("region", name="Selected version")
    details.get_by_role("button", name="Show the alarms").focus()
    press("Enter")
    place = shown(book)
    expect(place.get_by_role("list", name="Alarms")).to_be_visible()
    rows = place.locator('[data-section="rows.train"]')
    rows.locator(".nbmv-row-browser > summary").focus()
    press("Enter")
    expect(rows.get_by_text("1 to 50 of 120", exact=True)).to_be_visible()
    press("Tab")
    expect(rows.get_by_role("tab", name=re.compile("^Changed"))).to_be_focused()
    press("ArrowRight")
    press("Enter")
    expect(rows.get_by_text("1 to 50 of 60", exact=True)).to_be_visible()
    press("Tab")
    expect(rows.get_by_role("button", name="Next rows")).to_be_focused()
    press("Enter")
    expect(rows.get_by_text("51 to 60 of 60", exact=True)).to_be_visible()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_alarms_and_rows_are_accessible_and_fit(study, theme):
    book, panel = study
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    row(panel, "v2").click()
    row(panel, "v2").locator(".nbmv-alarm").click()
    rows = shown(book).locator('[data-section="rows.train"]')
    rows.get_by_text("Show rows").click()
    expect(rows.get_by_text("1 to 50 of 120", exact=True)).to_be_visible()
    found = [violations(book.page, where) for where in ("#nbmodelver-sidebar", ".nbmv-Lab-comparison")]
    book.shot(f"{theme.replace('JupyterLab ', '').replace(' ', '-').lower()}-alarms")
    wide = overflowing(book.page)
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == [[], []]
    assert wide == []
