"""How lines are broken in a terminal."""

from __future__ import annotations

import pytest

from nbmodelver import views
from nbmodelver.views.blocks import Span
from nbmodelver.views.text import text_width, wrapped
from tests.views import samples
from tests.views.samples import NOW, everything


def rows(*pieces: Span, width: int) -> list[str]:
    return ["".join(span.text for span in row) for row in wrapped(pieces, width)]


def test_a_command_is_not_broken() -> None:
    found = rows(Span("a metric is worse  → "), Span("%mv_why acc v1 v2", "code"), width=30)
    assert found == ["a metric is worse  → ", "    %mv_why acc v1 v2"]


def test_code_that_fits_on_no_line_is_broken() -> None:
    found = rows(Span("x = a + b + c + d + e + f", "code"), width=14)
    assert [row.strip() for row in found] == ["x = a + b + c", "+ d + e +", "f"]


def test_text_is_broken_at_spaces() -> None:
    assert rows(Span("one two three"), width=8) == ["one two", "    three"]


@pytest.mark.parametrize("name", everything())
@pytest.mark.parametrize("width", [20, 40, 80, 100])
def test_text_is_never_wider_than_the_terminal(name, width):
    text = views.to_text(everything()[name].document, width)
    assert max(text_width(row) for row in text.splitlines()) <= width


def test_wide_characters_keep_columns_aligned():
    rows = str(views.log(samples.MERGED, samples.REFS, now=NOW)).splitlines()
    ends = {text_width(row.split(" 1.2 MB")[0]) for row in rows if " 1.2 MB" in row}
    assert len(ends) == 1


def test_colour_comes_only_on_request():
    document = everything()["plan"].document
    assert "\x1b" not in views.to_text(document)
    assert "\x1b[31m" in views.to_text(document, colour=True)
