"""The page of a report loads nothing, has every table, and says damage and what is not known first."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from nbmodelver import views
from nbmodelver.model.reports import ReportTable, RuleAnswer
from tests.model.test_reports import REPORT

FULL = replace(
    REPORT,
    rules=(RuleAnswer("GDPR", "Was it erased?", "3 purges", "retention", "not covered"),),
    tables=(
        ReportTable("changes", "Changes", ("time", "why"), (("now", "<img src=x>\nline"),), note="a note"),
        ReportTable("alarms", "Alarms", ("a",), empty="no finding is known"),
        ReportTable("data", "Data", ("a",), (("x",),), problem="incomplete: damaged"),
    ),
    bom={"bomFormat": "CycloneDX", "note": "</pre><script>"},
)


class Tags(HTMLParser):
    """Collects tags, and finds those that are not closed."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_loads_nothing_and_runs_nothing():
    page = views.compliance_page(FULL)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "link", "img", "iframe", "object", "form"}
    hrefs = [a["href"] for tag, a in tags.seen if tag == "a"]
    ids = {a["id"] for _, a in tags.seen if "id" in a}
    assert all(h is not None and h.startswith("#") and h[1:] in ids for h in hrefs)
    assert not re.search(r"url\(|@import|https?://", page.partition("</style>")[0])


def test_the_page_has_light_dark_and_paper():
    style = views.compliance_page(FULL).partition("</style>")[0]
    assert all(part in style for part in ("color-scheme:light dark", "prefers-color-scheme:dark", "@media print"))


def test_notes_problems_and_empty_tables_are_said():
    page = views.compliance_page(FULL)
    assert "&lt;img src=x&gt;\nline" in page
    assert '<p class="problem">incomplete: damaged</p>' in page
    assert "no finding is known" in page
    assert '<td class="not-covered">not covered</td>' in page
    assert "&lt;/pre&gt;&lt;script&gt;" in page
    assert page.index("What is not known</h2>") < page.index("Rules</h2>") < page.index("Changes</h2>")


def test_damage_has_its_own_list():
    page = views.compliance_page(replace(FULL, damage=("event 3 is changed",)))
    assert '<ul class="damage"><li>event 3 is changed</li></ul>' in page
    assert 'class="headline damage"' in page
    assert 'id="damage"' not in views.compliance_page(FULL)


def test_the_short_view_counts_and_names_the_files():
    text = views.to_text(views.compliance(FULL, ("out/compliance.html",)).document, 140)
    assert text.startswith("compliance report · 1 model, 2 versions, 3 events")
    assert "not known: rows: 3" in text
    assert "what a model remembers" not in text
    assert "out/compliance.html" in text
    assert "checkpoint none: it was only shown" in text
    assert "nothing was written" in views.to_text(views.compliance(FULL).document, 140)
