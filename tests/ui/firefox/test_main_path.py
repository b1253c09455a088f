"""The main path in Firefox: open, commit, compare, roll back, undo, and the panel in a cell's output.

What was clicked is proven by the kernel's values and by the store.
"""

from __future__ import annotations

import re

import nbmodelver as mv

LOAD = "%load_ext nbmodelver"
MAKE = "params = {'depth': 3, 'rate': 0.1}; x = [1, 2]"
EDIT = "params = {'depth': 5, 'rate': 0.1}"
SIDEBAR = "#nbmodelver-sidebar .nbmv-panel"
TEXT = "selector => [...document.querySelectorAll(selector)].map(element => element.innerText).join('\\n')"
# What JupyterLab itself says, and what a busy machine does to a connection.
THEIRS = r"favicon|ResizeObserver|404|WebSocket|filebrowser:open-path|reading 'schema'"


def row(name: str) -> str:
    return rf"^{name}\b"


def test_commit_compare_roll_back_undo(open_study, firefox):
    study = open_study(LOAD, MAKE, EDIT)
    page = study.page
    study.run(0, 1)
    page.click('[data-jp-item-name="nbmodelver-commit"] *', "Commit")
    page.until(f"() => /^v1\\b/.test(({TEXT})('.nbmv-Lab-status'))")
    study.command("nbmodelver:open")
    page.element('[role="option"]', row("v1"), SIDEBAR)

    study.run(2)
    page.element('[role="option"]', "Uncommitted changes", SIDEBAR)
    page.click("button", "^Commit$", SIDEBAR)
    page.click("textarea, input[type=text]", "", f"{SIDEBAR} form")
    page.type("by hand, in Firefox")
    study.shot("commit-form")
    page.click('button[type="submit"], button', "^Commit$", f"{SIDEBAR} form")
    page.element('[role="option"]', row("v2"), SIDEBAR)
    assert mv.open(study.folder / ".nbmodelver")["v2"].message == "by hand, in Firefox"

    page.click('[role="option"]', row("v1"), SIDEBAR)
    page.click('[role="option"]', row("v2"), SIDEBAR, key="Control")
    page.click("button", "^Compare$", SIDEBAR)
    page.until(f"() => /depth/.test(({TEXT})('.nbmv-Lab-comparison'))")
    study.shot("comparison")

    page.click("button", "^Clear$", SIDEBAR)
    page.click('[role="option"]', row("v1"), SIDEBAR)
    page.click("button", "^Roll back…$", SIDEBAR)
    page.element("h1, h2, h3, [role=heading]", "Roll back to v1", SIDEBAR)
    study.shot("plan")
    assert study.kernel("params['depth']") == 5, "a plan changes nothing"
    page.click("button", "^Roll back$", SIDEBAR)
    page.element(".Toastify button, #nbmodelver-sidebar button", "^Undo$")
    assert study.kernel("params['depth']") == 3
    study.shot("rolled-back")
    page.click(".Toastify button, #nbmodelver-sidebar button", "^Undo$")
    page.until(f"() => /^v2\\b/.test(({TEXT})('.nbmv-Lab-status'))")
    assert study.kernel("params['depth']") == 5
    assert [said for said in firefox.errors if not re.search(THEIRS, said)] == []


def test_the_panel_in_an_output_rolls_back_and_undoes(open_study, firefox):
    study = open_study(LOAD, MAKE, "%mv_commit -m first", EDIT, "%mv_commit -m second", "%mv_panel")
    study.run(*range(6))
    page, panel = study.page, ".jp-OutputArea .nbmv-panel"
    page.click('[role="option"]', row("v1"), panel)
    page.click("button", "^Roll back…$", panel)
    page.click("button", "^Roll back$", panel)
    page.element("button", "^Undo$", panel)
    assert study.kernel("params['depth']") == 3
    study.shot("widget")
    page.click("button", "^Undo$", panel)
    page.element('[role="option"][aria-current="true"]', row("v2"), panel)
    assert study.kernel("params['depth']") == 5
    assert [said for said in firefox.errors if not re.search(THEIRS, said)] == []
