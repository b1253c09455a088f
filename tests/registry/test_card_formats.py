"""A card as Markdown with front matter, as HTML and as JSON; no text of a user becomes markup."""

from __future__ import annotations

import json

import yaml

from nbmodelver.model.cards import NOT_STATED, Card, CardSection
from nbmodelver.registry.card_formats import as_json, markdown, page, text_of

EVIL = "<script>alert(1)</script> | [x](http://x) `y`\nz"
CARD = Card(
    "churn/1.0.0",
    (CardSection("Model", (("Purpose", EVIL), ("Limits", NOT_STATED))), CardSection("Empty", ())),
    {"library_name": "sklearn", "tags": ["nbmodelver", "größe: x"]},
)


def test_the_front_matter_is_yaml():
    _, matter, body = markdown(CARD).split("---\n", 2)
    assert yaml.safe_load(matter) == dict(CARD.front_matter)
    assert body.strip().startswith("# churn/1.0.0")


def test_no_text_becomes_markup():
    text = markdown(CARD)
    assert "<script" not in text
    assert "\\| \\[x](http://x) \\`y\\`<br>z" in text
    assert "<script" not in page(CARD)
    assert "&lt;script&gt;" in page(CARD)


def test_the_headline_counts_what_nobody_stated():
    assert "1 of the rows below is not stated." in markdown(CARD)
    assert "Every row below is stated." in page(Card("x", (CardSection("M", (("a", "b"),)),), {}))


def test_empty_sections_are_left_out():
    assert "Empty" not in markdown(CARD)
    assert "Empty" not in page(CARD)


def test_the_json_form_has_every_row():
    data = json.loads(as_json(CARD))
    assert (data["not_stated"], data["sections"][0]["rows"][1]) == (1, ["Limits", NOT_STATED])


def test_the_format_is_given_or_the_end_of_the_file_name_says_it():
    assert text_of(CARD) == text_of(CARD, file_name="card.txt") == text_of(CARD, file_name="html") == markdown(CARD)
    assert text_of(CARD, file_name="x.HTML") == page(CARD)
    assert text_of(CARD, "json", "x.html") == as_json(CARD)
