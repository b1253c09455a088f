"""Several versions side by side in the panel: the table, what the metric goes with, and parallel coordinates."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
RUNS = """\
import random
noise = random.Random(0)
for i in range(16):
    depth, optimizer, lr = i % 8 + 1, ["adam", "sgd"][i // 8], round(noise.random(), 3)
    acc = 0.6 + depth / 30 + (0.05 if optimizer == "adam" else 0) + noise.random() / 50
    get_ipython().run_line_magic("mv_commit", "depth optimizer lr --metric acc=acc")"""
COMPARE = "%mv_compare --limit 16"


def test_many_versions_are_drawn_as_parallel_coordinates(open_notebook, no_errors):
    book = open_notebook(LOAD, RUNS, COMPARE)
    book.run(0, 1, 2)
    place = book.page.locator(".jp-OutputArea-output .nbmv-compare, .nbmv-parallel").first
    expect(place).to_be_visible(timeout=30_000)
    figure = book.page.locator(".nbmv-parallel").first
    figure.scroll_into_view_if_needed()
    lines = figure.locator(".nbmv-parallel-line")
    expect(lines).to_have_count(16)
    expect(figure.locator("title").filter(has_text=re.compile(r"^v1: depth 1, optimizer adam"))).to_have_count(1)
    said = book.page.locator(".nbmv-associated").first
    expect(said).to_contain_text("acc goes with depth: rank correlation 0.")
    assert not overflowing(figure)
    assert not violations(book.page, ".nbmv-parallel")
