"""How long a person waits: printed, not asserted, because a loaded machine says nothing about the program."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import row

LOAD = "%load_ext nbmodelver"
MANY = 10_000


@pytest.fixture
def say(capsys):
    def printed(text):
        with capsys.disabled():
            print(f"\n  {text}")

    return printed


def test_time_from_a_click_to_the_rolled_back_kernel(open_notebook, say):
    """50 MB in ten frames, one cell of one of them changed. The clock is the page's: click to the undo notice."""
    make = "import numpy as np, pandas as pd\n" + "\n".join(
        f"df{i} = pd.DataFrame(np.random.default_rng({i}).normal(size=(65_536, 10)))" for i in range(10)
    )
    book = open_notebook(LOAD, make, "df3.iloc[5, 5] = 1e9")
    book.run(0, 1)
    panel = book.open_panel()
    book.command("nbmodelver:commit")
    expect(row(panel, "v1")).to_be_visible()
    took = []
    for _ in range(5):
        book.run(2)
        row(panel, "v1").click()
        panel.get_by_role("button", name="Roll back…").click()
        expect(panel.get_by_role("checkbox", name=re.compile("df3"))).to_be_visible()
        took.append(
            book.page.evaluate(
                """async () => {
                     const all = what => [...document.querySelectorAll(what)].filter(e => e.offsetParent);
                     const button = all('.nbmv-foot button').find(e => e.textContent === 'Roll back');
                     const began = performance.now();
                     button.click();
                     while (all('.nbmv-rollback').length) await new Promise(r => setTimeout(r, 1));
                     return performance.now() - began;
                   }"""
            )
        )
        assert book.kernel("bool(df3.iloc[5, 5] < 1e8)")
    middle, every = statistics.median(took), [round(t) for t in took]
    say(f"click to rolled-back kernel, 50 MB, one frame changed: median {middle:.0f} ms of {every}")


def generated(folder, monkeypatch):
    """A long history in seconds, as the benchmarks make theirs."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "bench"))
    import history_rows

    history_rows.fill(folder, MANY)


def test_the_panel_opens_on_ten_thousand_versions(open_notebook, server, request, say, monkeypatch):
    folder = server.folder / re.sub(r"\W+", "-", request.node.name)
    folder.mkdir()
    generated(folder / ".nbmodelver", monkeypatch)
    book = open_notebook(LOAD, "x = {'a': 1}")
    book.run(0, 1)
    took = []
    for again in range(3):
        if again:
            book.page.reload(wait_until="commit")
            book.ready()
        took.append(
            book.page.evaluate(
                """async name => {
                     const began = performance.now();
                     await window.jupyterapp.commands.execute('nbmodelver:open');
                     const shown = () => [...document.querySelectorAll('#nbmodelver-sidebar [role=option]')]
                       .some(e => e.offsetParent && e.textContent.includes(name));
                     while (!shown()) await new Promise(r => setTimeout(r, 2));
                     return performance.now() - began;
                   }""",
                f"v{MANY}",
            )
        )
        book.command("application:toggle-left-area") if not again else None
    say(f"panel on {MANY:,} versions, opened to the first rows: {[round(t) for t in took]} ms")
    panel = book.open_panel()
    panel.get_by_role("listbox").first.evaluate("e => { e.scrollTop = e.scrollHeight; }")
    expect(row(panel, "v1")).to_be_visible()
    book.shot("lab-ten-thousand")


def test_a_push_reaches_all_panels(open_notebook, say):
    """Three panels: beside, in a tab, in an output. From the kernel's answer to the last of them drawn."""
    book = open_notebook(LOAD, "params = {'depth': 3}", "%mv_commit -m first", "%mv_panel")
    book.run(0, 1, 2, 3)
    expect(row(book.cell(3).locator(".nbmv-panel"), "v1")).to_be_visible()
    panel = book.open_panel()
    expect(row(panel, "v1")).to_be_visible()
    took = []
    for number in range(2, 7):
        took.append(
            book.page.evaluate(
                """async name => {
                     const all = [...document.querySelectorAll('.nbmv-panel [role=listbox]')];
                     const lists = all.filter(e => e.offsetParent);
                     const times = lists.map(list => new Promise(resolve => {
                       const look = () => {
                         if (list.textContent.includes(name)) resolve(performance.now());
                         else requestAnimationFrame(look);
                       };
                       look();
                     }));
                     const began = performance.now();
                     await window.jupyterapp.commands.execute('nbmodelver:commit');
                     const answered = performance.now();
                     const drawn = await Promise.all(times);
                     const last = Math.max(...drawn);
                     return [lists.length, answered - began, last - began, last - Math.min(...drawn)];
                   }""",
                f"v{number}",
            )
        )
    assert {count for count, *_ in took} == {2}
    for what, at in (("commit answered", 1), ("drawn in every panel", 2), ("between the first panel and the last", 3)):
        say(f"push: {what}: median {statistics.median(t[at] for t in took):.0f} ms")
