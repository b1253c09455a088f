"""The predictions of two versions of a model on the same data, in the comparison."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
DATA = """\
import numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
rng = np.random.default_rng(0)
def frame(n):
    X = pd.DataFrame({"age": rng.integers(18, 90, n), "income": rng.lognormal(10, 1, n)})
    return X, (X.age > 50).astype(int)
X_train, y_train = frame(300)
X_test, y_test = frame(200)
model = LogisticRegression(max_iter=1000).fit(X_train, y_train)"""
WORSE = "model = LogisticRegression(max_iter=1000).fit(X_train, (X_train.age > 65).astype(int))"

HANGING = """\
import time
class Hanging:
    def fit(self, X, y):
        return self
    def predict(self, X):
        while True:
            time.sleep(0.01)
model = Hanging()"""


@pytest.fixture
def study(open_notebook):
    """A notebook with two versions of a model, compared; the second one is worse."""
    book = open_notebook(LOAD, DATA, WORSE, HANGING)
    book.run(0, 1)
    panel = book.open_panel()
    for number, cell in enumerate((None, 2), 1):
        if cell:
            book.run(cell)
        book.command("nbmodelver:commit")
        expect(panel.get_by_role("option", name=re.compile(rf"^v{number}\b"))).to_be_visible()
    book.command("nbmodelver:compare", ids=["v1", "v2"])
    return book, book.page.locator(".nbmv-Lab-comparison")


def predicted(place):
    place.get_by_text("Compare predictions of model").click()
    expect(place.get_by_label("Data", exact=True)).to_have_value("X_test")
    expect(place.get_by_role("combobox", name="Target")).to_have_value("y_test")
    place.get_by_role("button", name="Compare predictions", exact=True).click()
    result = place.get_by_role("group", name="Predictions of model")
    expect(result.get_by_role("row", name=re.compile("accuracy"))).to_be_visible()
    return result


def test_the_predictions_on_the_test_data_are_compared(study, no_errors):
    book, place = study
    result = predicted(place)
    accuracy = book.kernel("float(model.score(X_test, y_test))")
    expect(result.get_by_role("row", name=re.compile("accuracy"))).to_contain_text(f"{accuracy:.4g}")
    result.scroll_into_view_if_needed()
    book.shot("lab-predictions")
    place.get_by_label("Data", exact=True).select_option("X_train")
    expect(place.get_by_role("combobox", name="Target")).to_have_value("y_train")
    no_errors(book)


def test_a_model_that_hangs_is_cancelled_and_the_kernel_answers(study, no_errors):
    book, _ = study
    book.run(3)
    book.command("nbmodelver:commit")
    expect(book.page.get_by_role("option", name=re.compile(r"^v3\b"))).to_be_visible()
    book.command("nbmodelver:compare", ids=["v2", "v3"])
    place = book.page.locator(".nbmv-Lab-comparison:visible")
    place.get_by_text("Compare predictions of model").click()
    place.get_by_role("button", name="Compare predictions", exact=True).click()
    cancel = place.get_by_role("button", name="Cancel")
    expect(cancel).to_be_visible()
    book.shot("lab-predictions-running")
    cancel.click()
    expect(place.get_by_text("Cancelled. Nothing was changed.")).to_be_visible()
    expect(place.get_by_role("button", name="Run again", exact=True)).to_be_visible()
    assert book.kernel("1 + 1") == 2
    book.shot("lab-predictions-cancelled")
    no_errors(book)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_predictions_are_accessible_and_fit(study, theme):
    book, place = study
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    predicted(place).scroll_into_view_if_needed()
    found = violations(book.page, ".nbmv-Lab-comparison")
    book.shot(f"{theme.replace('JupyterLab ', '').replace(' ', '-').lower()}-predictions")
    wide = overflowing(book.page)
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == []
    assert wide == []
