"""Hints for a misspelled name."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "did you mean ...?" with the closest known word, "" if none is close.

    >>> nearest("modl", ["model", "df"])
    "did you mean 'model'?"
    """
    names = list(known)
    close = difflib.get_close_matches(word, names, 1, 0.6) or [n for n in names if n.lower() == word.lower()]
    return f"did you mean '{close[0]}'?" if close else ""
