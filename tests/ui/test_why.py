"""Why a metric changed: the tests run in the kernel, are cancelled, wait for a cell, and name the cause."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row
from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
DATA = """\
import time, numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
rng = np.random.default_rng(0)
def frame(n):
    X = pd.DataFrame({"age": rng.integers(18, 90, n), "income": rng.lognormal(10, 1, n)})
    return X, (X.age > 50).astype(int)
def fitted(C, seconds, X, y):
    time.sleep(seconds)
    return LogisticRegression(C=C, max_iter=1000).fit(X, y)
X_train, y_train = frame(300)
X_test, y_test = frame(200)
C = 1.0
seconds = 0.0"""
FIT = "model = fitted(C, seconds, X_train, y_train)"
COMMIT = """%mv_commit -m fitted --metric "acc=model.score(X_test, y_test)" """
NOISY = """\
y_train = y_train.copy()
y_train[X_train.age > 60] = 0
C = 2.0"""
SLOW = "seconds = 1.5\nC = 1.5\ny_train = (X_train.age > 50).astype(int)"
WAIT = "import pathlib\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.05)"


@pytest.fixture
def study(opened_study):
    """A notebook with two versions: labels of the training data are wrong in the second one."""
    cells = (LOAD, DATA, FIT, COMMIT, NOISY, FIT, COMMIT, SLOW, WAIT)
    return lambda app="lab": opened_study(*cells, run=7, last="v2", app=app)


def compared(book, *names):
    book.command("nbmodelver:compare", ids=list(names))
    place = book.page.locator(".nbmv-Lab-comparison")
    expect(place.get_by_role("button", name="Why did acc change?")).to_be_visible()
    return place


def test_a_click_on_why_names_the_cause(study, no_errors):
    book, _ = study()
    place = compared(book, "v1", "v2")
    place.get_by_role("button", name="Why did acc change?").click()
    why = place.get_by_role("region", name="Why acc changed")
    expect(why.locator(".nbmv-why-verdict")).to_contain_text("y_train explains it")
    table = why.get_by_role("table")
    expect(table.get_by_role("row", name=re.compile("^y_train"))).to_contain_text("100")
    expect(table.get_by_role("row", name=re.compile(r"^C ·"))).to_contain_text("none")
    table.get_by_role("button", name=re.compile("^y_train")).click()
    expect(table.get_by_text("y_train[X_train.age > 60] = 0")).to_be_visible()
    expect(why).to_contain_text("model.score(X_test, y_test)")
    book.shot("lab-why")
    assert book.kernel("C") == 2.0
    no_errors(book)


def test_cancel_ends_the_tests_and_shows_what_is_known(study):
    book, panel = study()
    book.run(7, 5, 6)
    expect(row(panel, "v3")).to_be_visible()
    place = compared(book, "v2", "v3")
    place.get_by_role("button", name="Why did acc change?").click()
    why = place.get_by_role("region", name="Why acc changed")
    expect(why.get_by_role("progressbar")).to_be_visible()
    expect(why).to_contain_text(re.compile(r"computing model: \d+ of \d+"))
    book.shot("lab-why-progress")
    row(panel, "v2").click()
    expect(panel.get_by_role("region", name="Selected version")).to_be_visible()
    why.get_by_role("button", name="Cancel").click()
    expect(why).to_contain_text("interrupted: not all changes were tested")
    expect(why).to_contain_text("Not tested")
    book.shot("lab-why-cancelled")


def test_while_a_cell_runs_it_is_refused_and_can_wait_for_the_cell(study):
    book, _ = study()
    place = compared(book, "v1", "v2")
    book.start(8)
    expect(book.cell(8).locator(".jp-InputPrompt")).to_have_text("[*]:")
    place.get_by_role("button", name="Why did acc change?").click()
    why = place.get_by_role("region", name="Why acc changed")
    expect(why).to_contain_text("a cell is running")
    book.shot("lab-why-busy")
    why.get_by_role("button", name="Run after the cell").click()
    expect(why.get_by_role("button", name="Withdraw")).to_be_visible()
    (book.folder / "go").touch()
    expect(why.locator(".nbmv-why-verdict")).to_contain_text("y_train explains it")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_an_explanation_is_accessible_and_fits(study, theme):
    book, _ = study()
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    place = compared(book, "v1", "v2")
    place.get_by_role("button", name="Why did acc change?").click()
    why = place.get_by_role("region", name="Why acc changed")
    why.get_by_role("button", name=re.compile("^y_train")).click()
    why.get_by_text("Test again with other settings").click()
    expect(why.get_by_label("Limit in seconds")).to_be_visible()
    found = violations(book.page, ".nbmv-Lab-comparison")
    book.shot(f"{theme.replace('JupyterLab ', '').replace(' ', '-').lower()}-why")
    wide = overflowing(book.page)
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == []
    assert wide == []


def test_an_explanation_in_notebook_7(study, no_errors):
    book, _ = study("notebook")
    book.command("nbmodelver:compare", ids=["v1", "v2"])
    place = book.page.get_by_role("dialog")
    place.get_by_role("button", name="Why did acc change?").click()
    expect(place.locator(".nbmv-why-verdict")).to_contain_text("y_train explains it")
    book.shot("notebook-why")
    no_errors(book)
