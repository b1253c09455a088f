"""Metrics that are no finite number: in every list by their words, last in every order, a gap in every drawing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row

LOAD = "%load_ext nbmodelver"
MAKE = """\
params = {"lr": 0.0}
for lr, loss in ((0.1, 0.5), (0.2, float("nan")), (0.3, float("inf")), (0.4, 0.25), (0.5, float("-inf"))):
    params["lr"] = lr
    get_ipython().run_line_magic("mv_commit", f"-m 'rate {lr}' --metric loss=loss")"""


@pytest.fixture
def study(opened_study):
    return opened_study(LOAD, MAKE, run=2, last="v5")


def test_metrics_that_are_not_finite_are_shown_and_match_no_range(study, no_errors):
    book, panel = study
    for name, loss in (("v1", "0.5"), ("v2", "nan"), ("v3", "inf"), ("v4", "0.25"), ("v5", "-inf")):
        expect(row(panel, name).locator(".nbmv-value")).to_have_text(loss)
    expect(panel.get_by_role("img", name=re.compile("3 versions have no finite value"))).to_be_visible()
    panel.get_by_role("button", name="Chart of loss over the versions").click()
    expect(panel.locator(".nbmv-no-number")).to_have_count(3)
    book.shot("lab-nan-history")
    panel.get_by_role("button", name="More filters").click()
    panel.get_by_role("spinbutton", name="At least").fill("0")
    panel.get_by_role("spinbutton", name="At least").press("Enter")
    expect(row(panel, "v2")).to_have_count(0)
    expect(panel.get_by_role("listbox", name="Versions").get_by_role("option")).to_have_count(2)
    no_errors(book)


def test_versions_without_a_finite_metric_are_sorted_last(study, no_errors):
    book, _ = study
    book.command("nbmodelver:compare", ids=["v1", "v2", "v3", "v4", "v5"])
    place = book.page.locator(".nbmv-Lab-comparison")
    names = place.locator("thead .nbmv-version")
    expect(names).to_have_text(["v1", "v2", "v3", "v4", "v5"])
    sort = place.get_by_role("button", name="loss", exact=True)
    sort.click()
    expect(names).to_have_text(["v4", "v1", "v2", "v3", "v5"])
    sort.click()
    expect(names).to_have_text(["v1", "v4", "v2", "v3", "v5"])
    book.shot("lab-nan-sorted")
    sort.click()
    expect(names).to_have_text(["v1", "v2", "v3", "v4", "v5"])
    no_errors(book)
