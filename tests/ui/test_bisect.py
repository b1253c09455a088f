"""The first bad version between two, in the comparison."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
RUNS = """\
for number, acc in enumerate((0.91, 0.92, 0.9, 0.71, 0.72), 1):
    rows = list(range(10 * number))
    get_ipython().run_line_magic("mv_commit", f"rows -m 'run {number}' --metric acc=acc")"""


@pytest.fixture
def place(open_notebook):
    book = open_notebook(LOAD, RUNS)
    book.run(0, 1)
    panel = book.open_panel()
    expect(panel.get_by_role("option", name=re.compile(r"^v5\b"))).to_be_visible()
    book.command("nbmodelver:compare", ids=["v1", "v5"])
    return book, book.page.locator(".nbmv-Lab-comparison")


def test_the_version_in_which_a_metric_fell_is_found(place, no_errors):
    book, comparison = place
    comparison.get_by_text("Find the first bad version").click()
    fold = comparison.locator(".nbmv-bisect")
    condition = fold.get_by_role("textbox", name="Condition")
    expect(condition).to_have_value("acc > 0.815")
    fold.get_by_role("button", name="Find the version").click()
    expect(fold).to_contain_text("v4 is the first bad version (0.71) · run 4")
    expect(fold).to_contain_text("Last good version: v3 (0.9)")
    assert not overflowing(fold)
    assert not violations(book.page, ".nbmv-bisect")
    condition.fill("len(rows) < 15")
    fold.get_by_role("button", name="Find the version").click()
    expect(fold).to_contain_text("v2 is the first bad version (20)")
    book.shot("lab-bisect")
    fold.get_by_role("button", name="What changed in v2").click()
    expect(comparison).to_contain_text(re.compile(r"v1 ?run 1.*v2 ?run 2"))
    no_errors(book)


def test_a_condition_that_does_not_fit_says_why(place, no_errors):
    book, comparison = place
    comparison.get_by_text("Find the first bad version").click()
    fold = comparison.locator(".nbmv-bisect")
    fold.get_by_role("textbox", name="Condition").fill("acc > 0.5")
    fold.get_by_role("button", name="Find the version").click()
    expect(fold).to_contain_text("v5 is good (0.72): acc > 0.5")
    no_errors(book)
