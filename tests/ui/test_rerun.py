"""A re-run in JupyterLab: the plan and a warning first, then the progress beside running cells, then the verdicts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row
from tests.ui.test_bundles import THEMES
from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
FIRST = """\
import random, time, numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(200, 3))
drawn = random.random()
stamp = time.time()
print("rows:", len(X))"""
SECOND = "mean = float(X.mean())\nkinds = {'a': 1}"
COMMIT = """%mv_commit -m "first run" --metric "mean=float(X.mean())" """
SLOW = """\
import pathlib
pause = 600 if "nbmodelver-rerun-" in str(pathlib.Path.cwd()) else 0
time.sleep(pause)"""


@pytest.fixture
def study(opened_study):
    """A notebook with two versions; the last cell of the second one takes ten minutes when it runs again."""
    return lambda *, run=4, last="v1": opened_study(
        LOAD, FIRST, SECOND, COMMIT, SLOW, "%mv_commit -m slow", "meanwhile = 7", run=run, last=last
    )


def opened(book, name):
    """The page of a re-run, with its plan shown."""
    place = book.page.locator(".nbmv-Lab-comparison:visible")
    expect(place.get_by_role("heading", name=re.compile(f"Run {name} again"))).to_be_visible()
    return place


def test_a_version_runs_again_here_and_each_result_has_a_verdict(study, no_errors):
    book, panel = study()
    row(panel, "v1").click(button="right")
    panel.get_by_role("menuitem", name="Re-run…").click()
    place = opened(book, "v1")
    expect(place.get_by_text("a new environment with Python")).to_be_visible()
    place.get_by_label("Environment").select_option("here")
    expect(place.locator(".nbmv-rerun-plan").get_by_text("this environment")).to_be_visible()
    expect(place.get_by_text("This runs code")).to_be_visible()
    book.shot("lab-rerun-plan")
    place.get_by_role("button", name="Run the code").click()
    expect(place.get_by_role("progressbar")).to_be_visible()
    result = place.get_by_role("group", name="Result of the re-run")
    expect(result.locator(".nbmv-rerun-verdict")).to_have_text(
        re.compile("It cannot be told whether v1 was reproduced")
    )
    table = result.get_by_role("table", name="Variables")
    expect(table.get_by_role("row", name=re.compile("^drawn"))).to_contain_text("unseeded randomness tested")
    expect(table.get_by_role("row", name=re.compile("^stamp"))).to_contain_text("the time")
    expect(result.get_by_text("1 of 1 bit-identical").first).to_be_visible()
    result.locator(".nbmv-rerun-verdict").scroll_into_view_if_needed()
    book.shot("lab-rerun-result")
    assert book.kernel("kinds") == {"a": 1}
    no_errors(book)


def test_cells_run_beside_a_rerun_and_cancel_ends_a_long_cell(study):
    book, _ = study(run=6, last="v2")
    book.command("nbmodelver:compare", ids=["v1", "v2"])
    comparison = book.page.locator(".nbmv-Lab-comparison:visible")
    comparison.get_by_role("button", name="Re-run v2…").click()
    place = opened(book, "v2")
    place.get_by_label("Environment").select_option("here")
    place.get_by_role("button", name="Run the code").click()
    expect(place.get_by_text("run 1, cell: 2 of 3")).to_be_visible()
    book.run(6)
    book.shot("lab-rerun-progress")
    assert book.kernel("meanwhile") == 7
    place.get_by_role("button", name="Cancel").click()
    expect(place.get_by_text("Cancelled. Nothing was changed.")).to_be_visible()
    book.shot("lab-rerun-cancelled")


@pytest.mark.parametrize("theme", THEMES)
def test_a_rerun_is_accessible_and_fits(study, theme):
    book, _ = study()
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    name = theme.replace("JupyterLab ", "").replace(" ", "-").lower()
    book.command("nbmodelver:rerun", ids=["v1"])
    place = opened(book, "v1")
    found = violations(book.page, ".nbmv-Lab-comparison")
    book.shot(f"{name}-rerun-plan")
    place.get_by_label("Environment").select_option("here")
    place.get_by_label("Run once only").check()
    place.get_by_role("button", name="Run the code").click()
    result = place.get_by_role("group", name="Result of the re-run")
    expect(result.locator(".nbmv-rerun-verdict")).to_be_visible()
    found += violations(book.page, ".nbmv-Lab-comparison")
    book.shot(f"{name}-rerun-result")
    wide = overflowing(book.page)
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == []
    assert wide == []
