"""The parts of a view, before they become text or HTML."""

from __future__ import annotations

import pytest

from nbmodelver.views.blocks import (
    MOST_ROWS,
    Fold,
    HistogramBars,
    Span,
    Table,
    TableRow,
    bars,
    cell_spans,
    cut,
    plain,
    spans,
    title,
    without_empty,
)


def table(rows: int) -> Table:
    return Table(("name",), tuple(TableRow((f"x{i}",)) for i in range(rows)), frozenset({0}))


@pytest.mark.parametrize("rows", [0, MOST_ROWS, MOST_ROWS + MOST_ROWS // 8])
def test_a_table_that_is_little_longer_is_not_cut(rows: int) -> None:
    assert list(cut(table(rows))) == [table(rows)]


def test_a_long_table_is_continued_in_a_fold_that_loses_no_row() -> None:
    whole = table(300)
    first, fold = cut(whole)
    assert isinstance(first, Table)
    assert isinstance(fold, Fold)
    (rest,) = fold.blocks
    assert isinstance(rest, Table)
    assert (*first.rows, *rest.rows) == whole.rows
    assert (rest.columns, rest.right) == (whole.columns, whole.right)
    assert plain(fold.summary) == "and 260 more"


def test_bars_grow_with_the_counts_and_empty_bins_are_blank() -> None:
    assert bars(HistogramBars((0, 1, 4, 7))) == " ▂▅█"
    assert bars(HistogramBars((0, 0))) == "  "
    assert bars(HistogramBars(())) == ""


def test_a_cell_of_any_kind_becomes_spans() -> None:
    assert cell_spans("a") == (Span("a"),)
    assert cell_spans(Span("a", "bad")) == (Span("a", "bad"),)
    assert cell_spans(("a", Span("b", "bad"))) == (Span("a"), Span("b", "bad"))
    assert cell_spans(HistogramBars((7, 0))) == (Span("█ ", "dim"),)


def test_a_title_emphasizes_only_what_has_no_style() -> None:
    made = title("v7", Span(" · ", "dim"), Span("x", hint="tip"))
    assert made.spans == (Span("v7", "strong"), Span(" · ", "dim"), Span("x", "strong", "tip"))


def test_the_plain_text_of_spans_shows_hidden_characters() -> None:
    assert plain(spans("a", Span("\u202eb", "bad"))) == "a\\u202eb"


def test_columns_that_are_empty_in_all_rows_are_left_out() -> None:
    table = Table(
        ("a", "b", "c"), (TableRow(("1", "", "x")), TableRow(("2", Span(" "), ""), "current")), frozenset({0, 2})
    )
    found = without_empty(table)
    assert found.columns == ("a", "c")
    assert [(row.cells, row.mark) for row in found.rows] == [(("1", "x"), ""), (("2", ""), "current")]
    assert found.right == {0, 1}
