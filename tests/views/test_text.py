"""How lines are broken in a terminal."""

from __future__ import annotations

from nbmodelver.views.blocks import Span
from nbmodelver.views.text import wrapped


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
