"""Registered models in the panel: from a failing gate to production and back, proven by the store."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
RUNS = """\
import numpy as np
from pathlib import Path
from sklearn.tree import DecisionTreeClassifier
X = np.arange(40.0).reshape(20, 2); y = X[:, 0] > 18
for depth, f1 in ((1, 0.84), (2, 0.71), (3, 0.9)):
    clf = DecisionTreeClassifier(max_depth=depth).fit(X, y)
    get_ipython().run_line_magic("mv_commit", f"clf X -m 'depth {depth}' --metric f1=f1")
"""
REGISTER = """\
for version in ("v1", "v2", "v3"):
    get_ipython().run_line_magic("mv_register", f"churn {version}")
%mv_models churn --describe "Who leaves within a month"
Path(".nbmodelver/policy.toml").write_text('''
[[gates]]
to = "production"
require = "metrics.f1 >= 0.8"
''')
%mv_policy adopt -m "good enough"
"""
DATA = """\
import numpy as np
from sklearn.tree import DecisionTreeClassifier
X = np.arange(40.0).reshape(20, 2); y = X[:, 0] > 18"""
FIT = "clf = DecisionTreeClassifier(max_depth=3).fit(X, y)"
DEPLOYED = """\
%mv_commit X y clf -m "depth 3" --metric f1=0.9
%mv_register churn v1 --model clf --base hf:org/base@3f9c2a1
%mv_deploy churn/1.0.0 --to scoring-eu -m "first users"
"""
# Read past the panel, from the files of the store.
STORE = "__import__('nbmodelver.registry.reading', fromlist=['reading'])"
REPO = "__import__('nbmodelver.extension', fromlist=['x']).latest().repo()"
HELD = f"{STORE}.model({REPO}, 'churn').stages.get('production')"
KINDS = f"[h.kind for h in {STORE}.history({REPO}, 'churn', 'production')]"
STATE = f"(lambda s: s and [s.state, s.why, s.use])({STORE}.model({REPO}, 'churn').states.get('1.1.0'))"


@pytest.fixture
def place(open_notebook):
    book = open_notebook(LOAD, RUNS, REGISTER)
    book.run(0, 1)
    panel = book.open_panel()
    return book, panel


def submit(panel, reason, label):
    panel.get_by_role("textbox", name="Reason").fill(reason)
    panel.locator("form").get_by_role("button", name=label, exact=True).click()


def test_a_model_goes_to_production_and_back(place, no_errors):
    book, panel = place
    page = book.page
    panel.get_by_role("tab", name="Models").click()
    view = panel.get_by_role("region", name="Models")
    expect(view).to_contain_text("%mv_register churn v1")
    book.run(2)
    model = view.get_by_role("region", name="churn")
    board = model.get_by_role("group", name="Versions of churn by stage")
    expect(board.get_by_role("listitem")).to_have_count(3)
    expect(model).to_contain_text("minor: parameters changed (max_depth)")

    model.get_by_role("button", name="Promote churn/1.1.0").click()
    form = panel.get_by_role("form", name="Promote churn/1.1.0")
    form.get_by_role("combobox", name="Stage").select_option("production")
    expect(form.get_by_role("list", name="Gates")).to_contain_text("metrics.f1 >= 0.8")
    expect(form).to_contain_text("0.71 >= 0.8 is false")
    book.shot("lab-models-gates")
    assert not overflowing(form)
    assert not violations(page, ".nbmv-panel")
    submit(panel, "better", "Promote")
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("churn/1.1.0 cannot go to production")
    expect(alert).to_contain_text("or with a reason")
    assert book.kernel(HELD) is None
    book.shot("lab-models-refused")
    page.keyboard.press("Escape")

    for number, reason in (("1.0.0", "first release"), ("1.2.0", "better recall")):
        model.get_by_role("button", name=f"Promote churn/{number}").click()
        panel.get_by_role("combobox", name="Stage").select_option("production")
        expect(panel.locator("form")).to_contain_text("No gate stops it")
        submit(panel, reason, "Promote")
        expect(panel.locator("form")).to_have_count(0)
        assert book.kernel(HELD) == number

    model.get_by_role("button", name="Move production back to the former holder").click()
    expect(panel.locator("form")).to_contain_text("production: churn/1.2.0 → churn/1.0.0")
    submit(panel, "complaints since noon", "Move back")
    expect(panel.locator("form")).to_have_count(0)
    assert book.kernel(HELD) == "1.0.0"
    assert book.kernel(KINDS) == ["back", "promote", "promote"]
    expect(model).to_contain_text("back: complaints since noon")

    model.get_by_role("button", name="More actions for churn/1.1.0").click()
    panel.get_by_role("menuitem", name="Deprecate…").click()
    panel.get_by_role("combobox", name="Replacement").select_option("churn/1.0.0")
    book.shot("lab-models-deprecate")
    submit(panel, "trained on leaked rows", "Deprecate")
    expect(model).to_contain_text("trained on leaked rows")
    assert book.kernel(STATE) == ["deprecated", "trained on leaked rows", "churn/1.0.0"]
    model.get_by_text("Audit log").click()
    expect(model).to_contain_text("churn@production: 1.2.0 -> 1.0.0")
    book.shot("lab-models")
    assert not overflowing(view)
    assert not violations(page, ".nbmv-panel")
    no_errors(book)


def test_an_approval_is_asked_for_and_refused_with_the_keyboard(place, no_errors):
    book, panel = place
    page = book.page
    book.run(2)
    panel.get_by_role("tab", name="History").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(panel.get_by_role("tab", name="Models")).to_be_focused()
    page.keyboard.press("Enter")
    model = panel.get_by_role("region", name="churn")
    more = model.get_by_role("button", name="More actions for churn/1.2.0")
    more.focus()
    page.keyboard.press("Enter")
    for _ in range(3):  # past the promotions to each stage
        page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("menuitem", name="Ask for an approval…")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("combobox", name="Stage")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("please read")
    page.keyboard.press("Enter")
    waiting = model.get_by_role("list", name="Waiting")
    expect(waiting).to_contain_text("churn/1.2.0 waits for an approval for production")
    waiting.get_by_role("button", name=re.compile("Refuse")).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("too few rows")
    page.keyboard.press("Enter")
    expect(waiting).to_have_count(0)
    said = (
        f"[(a.outcome, a.why) for a in __import__('nbmodelver.registry.approvals', fromlist=['x'])"
        f".all_of({REPO}, {STORE}.resolve({REPO}, 'churn/1.2.0'))]"
    )
    assert book.kernel(said) == [("request", "please read"), ("refuse", "too few rows")]
    no_errors(book)


def test_the_panel_in_an_output_opens_with_the_models(open_notebook, no_errors):
    book = open_notebook(LOAD, RUNS, REGISTER, "%mv_panel models")
    book.run(*range(4))
    panel = book.cell(3).locator(".nbmv-panel")
    panel.get_by_role("button", name="Promote churn/1.2.0").click()
    panel.get_by_role("combobox", name="Stage").select_option("production")
    expect(panel.locator("form")).to_contain_text("No gate stops it")
    submit(panel, "better recall", "Promote")
    expect(panel.get_by_role("region", name="Notices")).to_contain_text("production: none -> churn/1.2.0")
    assert book.kernel(HELD) == "1.2.0"
    book.shot("lab-widget-models")
    no_errors(book)


def open_menu(panel, number, item):
    """Open the menu of a version with the keyboard and choose an item."""
    page = panel.page
    panel.get_by_role("button", name=f"More actions for churn/{number}").focus()
    page.keyboard.press("Enter")
    panel.get_by_role("menuitem", name=item).focus()
    page.keyboard.press("Enter")


def test_the_board_is_walked_with_the_arrow_keys_and_a_move_shows_its_gates_first(place, no_errors):
    book, panel = place
    page = book.page
    panel.get_by_role("tab", name="Models").click()
    book.run(2)
    board = panel.get_by_role("group", name="Versions of churn by stage")
    heads = [board.get_by_role("region", name=name) for name in ("development", "staging", "production", "No stage")]
    for head in heads:
        expect(head).to_be_visible()
    expect(heads[3].get_by_role("group")).to_have_count(3)
    expect(board.get_by_role("group", name="churn/1.2.0")).to_contain_text("f10.9")
    board.get_by_role("button", name="churn/1.2.0: show v3 in the history").focus()
    page.keyboard.press("ArrowDown")
    expect(board.get_by_role("button", name="churn/1.1.0: show v2 in the history")).to_be_focused()
    open_menu(panel, "1.1.0", "Promote to production…")
    form = panel.get_by_role("form", name="Promote churn/1.1.0")
    expect(form.get_by_role("list", name="Gates")).to_contain_text("0.71 >= 0.8 is false")
    assert book.kernel(HELD) is None
    page.keyboard.press("Escape")
    expect(panel.get_by_role("button", name="More actions for churn/1.1.0")).to_be_focused()
    open_menu(panel, "1.2.0", "Promote to production…")
    expect(form.page.locator(".nbmv-panel:visible form")).to_contain_text("No gate stops it")
    page.keyboard.press("Tab")
    page.keyboard.type("best recall")
    page.keyboard.press("Enter")
    expect(heads[2].get_by_role("group", name="churn/1.2.0")).to_be_visible()
    assert book.kernel(HELD) == "1.2.0"
    table = panel.get_by_role("table", name="Registered models and the holders of their stages")
    expect(table.get_by_role("columnheader")).to_have_text(["Model", "development", "staging", "production"])
    expect(table.get_by_role("cell")).to_have_text(["–", "–", "1.2.0"])
    book.shot("lab-models-board")
    assert not overflowing(page)
    assert not violations(page, ".nbmv-panel")
    page.keyboard.press("Home")
    heads[2].get_by_role("button", name="churn/1.2.0: show v3 in the history").press("Enter")
    expect(panel.get_by_role("region", name="Selected version")).to_contain_text("depth 3")
    no_errors(book)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_the_lineage_is_drawn_and_leads_to_the_history(open_notebook, theme, no_errors):
    book = open_notebook(LOAD, DATA, FIT, DEPLOYED)
    book.run(*range(4))
    page, panel = book.page, book.open_panel()
    book.command("apputils:change-theme", theme=theme)
    panel.get_by_role("tab", name="Models").click()
    open_menu(panel, "1.0.0", "Show the lineage")
    graph = panel.get_by_role("group", name="Lineage of churn/1.0.0")
    for name in (
        "data X",
        "cell",
        "outside base hf:org/base",
        "model clf",
        "registered version churn/1.0.0",
        "deployment scoring-eu",
    ):
        expect(graph.get_by_label(re.compile(f"^{name}")).first).to_be_visible()
    panel.get_by_text("The same as a table").click()
    row = panel.get_by_role("row").filter(has_text="deployment scoring-eu")
    expect(row).to_contain_text("registered version churn/1.0.0")
    book.shot("lab-models-lineage-" + "-".join(theme.lower().split()[1:]))
    assert not overflowing(page)
    assert not violations(page, ".nbmv-panel")
    graph.locator("[tabindex='0']").focus()
    page.keyboard.press("Home")
    expect(graph.locator("[data-node]").first).to_be_focused()
    graph.get_by_label(re.compile("^model clf")).focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("region", name="Selected version")).to_contain_text("depth 3")
    no_errors(book)


def test_a_card_is_stated_and_saved_with_the_keyboard(place, no_errors):
    book, panel = place
    page = book.page
    panel.get_by_role("tab", name="Models").click()
    book.run(2)
    open_menu(panel, "1.2.0", "Show the model card")
    card = panel.get_by_role("region", name="Card of churn/1.2.0")
    expect(card).to_contain_text(re.compile(r"\d+ of the rows below are not stated\."))
    before = int(card.locator(".nbmv-box").inner_text().split()[0])
    card.get_by_role("button", name="State what people know…").press("Enter")
    expect(panel.get_by_role("textbox", name="Purpose")).to_be_focused()
    page.keyboard.type("offers <b>for</b> customers")
    panel.get_by_role("textbox", name="Licence").focus()
    page.keyboard.type("mit")
    book.shot("lab-models-state-card")
    assert not violations(page, ".nbmv-panel")
    panel.locator("form").get_by_role("button", name="Save", exact=True).press("Enter")
    expect(card).to_contain_text(f"{before - 2} of the rows below are not stated.")
    expect(card).to_contain_text("offers <b>for</b> customers")
    assert card.locator("b").count() == 0
    book.shot("lab-models-card")
    assert not overflowing(page)
    assert not violations(page, ".nbmv-panel")
    card.get_by_role("button", name="Save as a file…").press("Enter")
    expect(panel.get_by_role("textbox", name="File")).to_have_value("churn-1.2.0-card.md")
    expect(panel.get_by_text(str(book.folder / "churn-1.2.0-card.md"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(panel.locator("form")).to_have_count(0)
    text = (book.folder / "churn-1.2.0-card.md").read_text()
    assert 'license: "mit"' in text
    assert "offers &lt;b>for&lt;/b> customers" in text
    no_errors(book)
