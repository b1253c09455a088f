"""The code of a diff: what can have fed a metric first."""

from __future__ import annotations

from nbmodelver.comparison.code.code_sections import code_sections, what_to_feed
from nbmodelver.model import Cell, Version, VersionId


def cells(*sources: str) -> list[Cell]:
    return [Cell(source) for source in sources]


def test_cells_that_feed_a_metric_come_first() -> None:
    before = cells("x = 1", "plot = 'a'", "model = fit(x)")
    after = cells("x = 2", "plot = 'b'", "model = fit(x)")
    first, rest = code_sections(before, after, {"acc": "model.score()"})
    assert (first.title, rest.title) == ("Code that can have fed acc", "Other code")
    assert {line for line in first.lines if line[:1] in "+-"} == {"-x = 1", "+x = 2"}
    assert {line for line in rest.lines if line[:1] in "+-"} == {"-plot = 'a'", "+plot = 'b'"}


def test_without_a_metric_there_is_one_section() -> None:
    (only,) = code_sections(cells("x = 1"), cells("x = 2"))
    assert (only.id, only.title) == ("code", "Code")
    assert only.lines[-2:] == ("-x = 1", "+x = 2")


def test_code_that_feeds_nothing_is_one_section() -> None:
    (only,) = code_sections(cells("x = 1"), cells("x = 2"), {"acc": "other"})
    assert only.title == "Code"


def test_cells_that_failed_or_only_look_are_left_out() -> None:
    after = [Cell("x = 3", ok=False), Cell("%mv_commit"), Cell("x = 2")]
    first, rest = code_sections(cells("x = 1"), after, {"acc": "x"})
    assert "+x = 2" in first.lines
    assert "+x = 3" in rest.lines


def test_changed_metrics_or_the_compared_names_are_searched() -> None:
    old = Version(VersionId("a" * 40), 1, metrics={"acc": 1.0, "f1": 1.0}, expressions={"acc": "score(m)", "f1": "f"})
    new = Version(VersionId("b" * 40), 2, metrics={"acc": 2.0, "f1": 1.0})
    assert what_to_feed(old, new, ()) == {"acc": "score(m)"}
    assert what_to_feed(old, new, ["df"]) == {"df": "df"}
