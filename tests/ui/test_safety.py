"""What strangers wrote stays text; the page's policy may forbid eval; nothing is asked of another machine."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

import nbmodelver as mv
from tests.ui.conftest import row

LOAD = "%load_ext nbmodelver"
PLANTED = "<img src=x onerror=planted=1><b class=planted>b</b><script>planted=1</script>"


def planted_store(folder):
    """Two versions whose every text would make an element where it is taken for HTML."""
    repo = mv.open(folder / ".nbmodelver", create=True)
    for number in (1, 2):
        values = {PLANTED: [number], "params": {PLANTED: PLANTED, "n": number}}
        repo.commit(
            values,
            message=f"{PLANTED}{number}",
            metrics={PLANTED: float(number)},
            params={PLANTED: number, "text": f"{PLANTED}{number}"},
        )


def test_planted_html_makes_no_element(open_notebook, server, request):
    folder = server.folder / re.sub(r"\W+", "-", request.node.name)
    folder.mkdir()
    planted_store(folder)
    cells = [LOAD, f"params = {{{PLANTED!r}: 0}}", "%mv_panel", f"%mv_commit -m '{PLANTED}'"]
    book = open_notebook(*cells)
    book.run(0, 1, 2)
    panel = book.open_panel()
    expect(row(panel, "v2")).to_contain_text("<img src=x")
    row(panel, "v1").click()
    panel.get_by_text("Code and environment").click()
    panel.get_by_role("button", name="Roll back…").click()
    expect(panel.locator(".nbmv-rollback").get_by_text("<img src=x").first).to_be_visible()
    book.shot("lab-planted-plan")
    panel.get_by_role("button", name="Back", exact=True).click()
    panel.get_by_role("tab", name="Variables").click()
    book.command("nbmodelver:inspect", name=PLANTED)
    expect(panel.get_by_text("<img src=x").locator("visible=true").first).to_be_visible()
    panel.get_by_role("tab", name="History").click()
    book.command("nbmodelver:compare", ids=["v1", "v2"])
    expect(book.page.locator(".nbmv-Lab-comparison").get_by_text("<img src=x").first).to_be_visible()
    book.shot("lab-planted-comparison")
    book.command("nbmodelver:commit", message=PLANTED)
    expect(row(panel, "v3")).to_contain_text("<img src=x")
    book.command("nbmodelver:commit", names=[PLANTED])  # the failure names it
    book.noticed("<img")
    book.run(3)
    assert book.page.locator(".planted").count() == 0
    assert book.page.evaluate("() => typeof window.planted") == "undefined"


def test_a_policy_without_eval_shows_panel_and_widget(open_notebook):
    """JupyterLab itself needs eval to check settings, so the policy is laid on the page once JupyterLab stands."""
    book = open_notebook(LOAD, "params = {'depth': 3}", "%mv_commit -m first", "%mv_panel")
    book.page.evaluate(
        """() => {
             const policy = document.createElement('meta');
             policy.httpEquiv = 'Content-Security-Policy';
             policy.content = "script-src 'self' 'unsafe-inline' blob: data:";
             document.head.append(policy);
           }"""
    )
    book.page.add_script_tag(
        content="window.tries = setInterval(() => { try { eval('1') } catch (e) { window.refused = e.name } }, 50)"
    )
    end = time.monotonic() + 60
    while not (refused := book.page.evaluate("() => window.refused")):  # it takes hold in a later task
        assert time.monotonic() < end
        book.page.wait_for_timeout(50)
    assert refused == "EvalError", "the policy holds"
    book.run(0, 1, 2, 3)
    expect(row(book.cell(3).locator(".nbmv-panel"), "v1")).to_be_visible()
    panel = book.open_panel()
    expect(row(panel, "v1")).to_be_visible()
    book.command("nbmodelver:commit")
    expect(row(panel, "v2")).to_be_visible()
    book.command("nbmodelver:compare", ids=["v1", "v2"])
    expect(book.page.locator(".nbmv-Lab-comparison .nbmv-panel")).to_be_visible()
