"""A card counts the rows that nobody stated."""

from __future__ import annotations

from nbmodelver.model.cards import NOT_STATED, Card, CardColumn, CardSection, Figure


def test_rows_that_are_not_stated_are_counted():
    rows = (("a", NOT_STATED), ("b", "x"), ("c", f"licence {NOT_STATED}"))
    card = Card("churn/1.0.0", (CardSection("Use", rows, by_hand=True),), {})
    assert card.not_stated == 2
    assert card.to_dict()["not_stated"] == 2


def test_a_figure_is_shown_with_interval_and_rows():
    assert Figure("f1", "", "0.81", "0.78", "0.84", "5000").shown == "0.81 (0.78 to 0.84), 5,000 rows"
    assert Figure("f1", "women", "0.81").shown == "0.81"


def test_a_column_is_shown_with_what_is_missing():
    assert CardColumn("age", "float64", 1200, ("0 to 9",)).shown == "float64, 1,200 missing, 0 to 9"
    assert CardColumn("age", "int64", 0).shown == "int64"
