"""Docstrings as the reference shows them."""

from __future__ import annotations

import docstrings
import pytest


@pytest.mark.parametrize(
    ("said", "names", "shown"),
    [
        ("Keep `values` as one.", ["values"], "Keep ``values`` as one."),
        ("limit: some. auto: also those.", ["limit", "auto"], "- **limit**: some.\n- **auto**: also those."),
        ("It has parents: two.", ["parents"], "It has parents: two."),
        ("First.\n\nwhere: a condition.\nRaises X.", ["where"], "First.\n\n- **where**: a condition.\n\nRaises X."),
        ("Takes *args and val_.", [], "Takes \\*args and val\\_."),
        ("See:\n\n    x = 1\n    y = 2", [], "See:\n\n::\n\n    x = 1\n    y = 2"),
    ],
)  # fmt: skip
def test_a_docstring_becomes_restructured_text(said: str, names: list[str], shown: str) -> None:
    assert docstrings.converted(said, names) == shown
