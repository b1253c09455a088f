"""Characters that could move the cursor, reorder text or be invisible are escaped."""

from __future__ import annotations

import pytest

from nbmodelver.views.visible import visible


def test_what_would_hide_or_reorder_is_shown():
    assert visible("a\u202eb\x1b[0m\n\u200b\ufeff\U000e0041") == "a\\u202eb\\x1b[0m\\n\\u200b\\ufeff\\U000e0041"
    assert visible("a\tb\r\nc", lines=True) == "a    b\nc"
    assert visible("👩‍🔬 é 数") == "👩‍🔬 é 数"


@pytest.mark.parametrize("text", ["plain", "a b~", "grün", "😀"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("char", "shown"), [("\x07", "\\x07"), ("\u2028", "\\u2028"), ("\ue000", "\\ue000"), ("\U000f0000", "\\U000f0000")]
)
def test_an_escape_names_the_code_in_two_four_or_eight_digits(char: str, shown: str) -> None:
    assert visible(f"a{char}b") == f"a{shown}b"


def test_any_object_is_shown_as_its_text() -> None:
    assert visible(3.5) == "3.5"
