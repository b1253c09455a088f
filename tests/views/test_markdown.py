"""A comparison as Markdown: alarms first, and no text of the store is markup."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model import Diff, Row, Section, Version, VersionId
from nbmodelver.views.markdown import MOST_ROWS

SIDES = (Version(VersionId("a" * 40), 1), Version(VersionId("b" * 40), 2))


def said(*sections: Section) -> str:
    return views.diff_markdown(Diff(*SIDES, sections), "churn/1.0.0", "churn/1.1.0")


METRICS = Section("metrics", "Metrics", ("metric", "v1", "v2"), (Row(("f1", 0.84123456, None), "changed"),))
ALARM = Section("alarms", "Alarms", (), (Row(("alarm", "3 rows leak", "v2", "leak:a,b"), "added"),))


def test_alarms_come_first_and_values_are_in_tables():
    text = said(METRICS, ALARM)
    assert text.startswith("## churn/1.1.0 against churn/1.0.0\n\n### Alarms\n\n- **alarm**: 3 rows leak (since v2)")
    assert "| metric | v1 | v2 |\n| --- | --- | --- |\n| f1 | 0.8412 |  |" in text


def test_texts_of_the_store_are_no_markup():
    row = Row(("<img src=x> | [a](b) `c`\n# d @ada \u202e", 1, 2), "changed")
    text = said(Section("params", "Params | *x*", ("name", "v1", "v2"), (row,), lines=("-```", "+x"), note="<b>"))
    assert r"\<img src=x\> \| \[a\](b) \`c\` \# d \@ada" in text
    assert "\u202e" not in text
    assert "### Params \\| \\*x\\*" in text
    assert "```diff\n-'''\n+x\n```" in text
    assert "\\<b\\>" in text


def test_long_tables_are_cut_and_equal_sides_say_so():
    rows = tuple(Row((str(n), n, n), "changed") for n in range(MOST_ROWS + 5))
    assert "5 more rows." in said(Section("x", "X", ("a", "b", "c"), rows))
    assert said().endswith("No differences.\n")
    assert "hidden" not in said(Section("y", "hidden", ("a",), (Row(("1",), "added"),), folded=True))
