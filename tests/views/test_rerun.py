"""The plan and the result of a re-run."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from nbmodelver import views
from nbmodelver.model.rerun import Rerun, RerunItem, RerunPlan
from tests.views.samples import version

PLAN = RerunPlan(
    version(7), 4, "3.11.7", "this environment", {"numpy": "2.4.6"}, ("pandas: 2.1 then, 3.1 now",),
    ("the random state",), ("data.csv",), ("in.csv",),
)  # fmt: skip


def test_a_plan_says_what_would_run_and_what_is_missing() -> None:
    text = str(views.rerun(Rerun(PLAN)))
    assert text.splitlines() == [
        "would run 4 cells of v7 in this environment",
        "differs: pandas: 2.1 then, 3.1 now",
        "the record lacks: the random state",
        "reads as recorded: in.csv",
        "reads as they are now: data.csv",
        "imports numpy 2.4.6",
    ]


def test_the_gaps_of_the_record_are_one_line_of_text() -> None:
    assert views.rerun_lacks(PLAN) == "lacks: the random state"
    assert views.rerun_lacks(replace(PLAN, lacks=("a", "b", "c", "d\x1b", "e"))) == "lacks: a; b; c; and 2 more"
    assert views.rerun_lacks(replace(PLAN, lacks=())) == ""


def test_a_result_begins_with_the_verdict_and_lists_what_differs() -> None:
    items = (
        RerunItem("metric", "acc", "bit-identical"),
        RerunItem("variable", "noise", "cannot tell", "5 of 5 numbers", "unseeded randomness", is_tested=True),
        RerunItem("variable", "df", "bit-identical"),
    )
    text = str(views.rerun(Rerun(PLAN, items, 2, duration_s=1.5)))
    assert text.startswith("v7 cannot tell · 4 cells in 1.5 s · ran 2 times\n")
    assert "bit-identical: acc" in text
    assert "unseeded randomness (tested)" in text
    good = str(views.rerun(Rerun(PLAN, items[:1], 1)))
    assert good.startswith("v7 reproduced, bit-identical")


def test_an_early_end_is_named() -> None:
    found = Rerun(PLAN, (RerunItem("variable", "df", "missing", "no cell makes it"),), 1, "cell 2 raised KeyError: 'k'")
    assert "ended early: cell 2 raised KeyError: 'k'" in str(views.rerun(found))


def test_the_page_is_whole_and_escaped() -> None:
    item = RerunItem("variable", "<script>", "different", "<b>1</b>")
    page = views.rerun_page(Rerun(PLAN, (item,), 1))
    assert page.startswith("<!doctype html>")
    assert "<script>" not in page
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attrs: tags.append(tag)  # type: ignore[method-assign]
    parser.feed(page)
    assert {"html", "title", "table"} <= set(tags)
    assert "http" not in page
