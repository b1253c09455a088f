"""A bundle in JupyterLab: a double click shows what is inside, a button imports it. The form of an export."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row
from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
MAKE = """\
import numpy as np, pandas as pd
from sklearn.tree import DecisionTreeClassifier
train = pd.DataFrame({"age": [18.0 + i % 40 for i in range(200)], "city": list("ABCD") * 50})
params = {"depth": 3, "seeds": [1, 2.5, None]}
weights = np.arange(600.0).reshape(60, 10)
top = weights[:5]
model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(train[["age"]], train.city)
%mv_commit -m "a tree of Ada" --metric acc=0.91 --metric loss=0.4
%mv_note v1 "for the paper, see figure 2"
%mv_export v1 -o tree.nbmv.zip"""
EMPTY = "%load_ext nbmodelver\n%mv_init own"
SECRET = """\
setup = {"key": "AKIA" + "Q" * 16}
%mv_commit train params model weights top setup --allow-secret setup -m "with a key" """
THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")


@pytest.fixture
def shared(open_notebook):
    """A notebook that has exported a bundle beside itself."""
    book = open_notebook(LOAD, MAKE)
    book.run(0, 1)
    return book


def double_click(book, name):
    """Open a file as a person does, in the file browser; return its page."""
    page = book.page
    book.command("filebrowser:activate")
    book.command("filebrowser:open-path", path=f"{book.path.rpartition('/')[0]}")
    item = page.locator(".jp-DirListing-item", has_text=name)
    item.dblclick()
    shown = page.locator(".nbmv-Lab-bundle:visible")
    expect(shown).to_be_visible()
    return shown


def test_a_double_click_shows_a_bundle_and_a_button_imports_some_of_it(shared, no_errors):
    book = shared
    store = book.folder / "own"
    shown = double_click(book, "tree.nbmv.zip")
    expect(shown.get_by_role("heading", name=re.compile("v1 a tree of Ada"))).to_be_visible()
    check = shown.locator(".nbmv-bundle-check")
    expect(check).to_have_text(re.compile(r"Intact: the hashes of all \d+ files are right"))
    expect(shown.get_by_text(re.compile("Not signed"))).to_be_visible()
    table = shown.get_by_role("table", name="Variables")
    expect(table.get_by_role("row", name=re.compile("model model"))).to_contain_text("needs trust")
    expect(table.get_by_role("row", name=re.compile("train dataset"))).to_contain_text("parquet")
    expect(shown.get_by_text("Python 3")).to_be_visible()
    book.shot("lab-bundle")
    shown.get_by_role("checkbox", name="All variables").uncheck()
    expect(shown.get_by_role("button", name="Import into the store of this notebook")).to_be_disabled()
    shown.get_by_role("checkbox", name="top").check()
    expect(shown.get_by_role("checkbox", name="weights")).to_be_checked()
    expect(shown.get_by_text("2 of 5 variables")).to_be_visible()
    shown.get_by_role("button", name="Import into the store of this notebook").click()
    expect(shown.locator(".nbmv-bundle-outcome")).to_contain_text("Imported into the store of study.ipynb as v2")
    book.shot("lab-bundle-imported")
    assert not store.exists()
    assert book.kernel("sorted(__import__('nbmodelver').open('.')['v2'].kept)") == ["top", "weights"]
    shown.get_by_role("button", name="Show v2 in the history").click()
    panel = book.sidebar.locator(".nbmv-panel:visible")
    expect(panel.get_by_text(re.compile("imported without .*model"))).to_be_visible()
    no_errors(book)


def test_a_bundle_says_what_is_missing_for_an_import_and_refuses_a_changed_file(shared, open_notebook):
    book = shared
    data = bytearray((book.folder / "tree.nbmv.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (book.folder / "changed.nbmv.zip").write_bytes(data)
    shown = double_click(book, "changed.nbmv.zip")
    expect(shown.get_by_text("changed.nbmv.zip cannot be imported")).to_be_visible()
    expect(shown.locator(".nbmv-empty")).to_contain_text("was changed: its hash is not the one in the manifest")
    expect(shown.get_by_role("button", name=re.compile("Import"))).to_have_count(0)
    book.shot("lab-bundle-refused")
    other = open_notebook(EMPTY, name="other", page=book.page, keep=True)
    shown = double_click(other, "tree.nbmv.zip")
    expect(shown.get_by_label("Notebook")).to_have_value(re.compile("study.ipynb"))
    shown.get_by_label("Notebook").select_option(label="other.ipynb")
    expect(shown.get_by_text("nbmodelver is not loaded in the kernel of this notebook.")).to_be_visible()
    book.shot("lab-bundle-not-loaded")
    shown.get_by_role("button", name="Load nbmodelver in this kernel").click()
    expect(shown.get_by_role("button", name="Import into the store of this notebook")).to_be_visible()
    book.page.evaluate("() => [...window.jupyterapp.shell.widgets('main')].forEach(widget => widget.dispose())")
    shown = double_click(book, "tree.nbmv.zip")
    expect(shown.get_by_text("No notebook is open here.")).to_be_visible()
    expect(shown.get_by_text("%mv_import tree.nbmv.zip")).to_be_visible()
    book.shot("lab-bundle-no-notebook")


def test_the_export_form_shows_what_goes_in_and_allows_a_secret(shared):
    book = shared
    panel = book.open_panel()
    expect(row(panel, "v1")).to_be_visible()
    book.command("nbmodelver:export", id="v1")
    form = panel.get_by_role("form", name="Export")
    expect(form.get_by_text(re.compile(r"At most \d.*5 variables, the notebook with \d+ cells?"))).to_be_visible()
    expect(form.get_by_role("row", name=re.compile("train"))).to_contain_text("parquet")
    expect(form.get_by_role("row", name=re.compile("model"))).to_contain_text("needs trust")
    form.get_by_text("Options").click()
    form.get_by_label("Leave out datasets and input files").check()
    expect(form.get_by_text("2 of 5 variables")).to_be_visible()
    form.get_by_label("A notebook that carries the bundle").check()
    expect(form.get_by_label("File", exact=True)).to_have_value("study-v1.nbmv.ipynb")
    book.shot("lab-export-options")
    form.get_by_label("A notebook that carries the bundle").uncheck()
    form.get_by_label("Leave out datasets and input files").uncheck()
    form.get_by_role("checkbox", name="All variables").uncheck()
    form.get_by_role("checkbox", name="params").check()
    expect(form.get_by_text("1 of 5 variables")).to_be_visible()
    form.get_by_label("File", exact=True).fill("some.nbmv.zip")
    form.get_by_role("button", name="Export").click()
    book.noticed("Exported to .*some.nbmv.zip")
    shown = double_click(book, "some.nbmv.zip")
    expect(shown.get_by_text("To import: 1 variable.")).to_be_visible()
    book.shot("lab-export")


@pytest.mark.parametrize("theme", THEMES)
def test_a_bundle_and_the_export_form_are_accessible_and_fit(shared, theme):
    book = shared
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    name = theme.replace("JupyterLab ", "").replace(" ", "-").lower()
    shown = double_click(book, "tree.nbmv.zip")
    expect(shown.locator(".nbmv-bundle-check")).to_contain_text("Intact")
    found = violations(book.page, ".nbmv-Lab-bundle")
    book.shot(f"{name}-bundle")
    book.command("nbmodelver:export", id="v1")
    form = book.sidebar.get_by_role("form", name="Export")
    expect(form.get_by_text(re.compile("At most"))).to_be_visible()
    found += violations(book.page, "#nbmodelver-sidebar")
    book.shot(f"{name}-export")
    wide = overflowing(book.page)
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == []
    assert wide == []
