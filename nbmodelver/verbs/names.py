"""What a metric or a parameter may be called: "val/loss", "f1-score", "recall@10", "größe"."""

from __future__ import annotations

import unicodedata

INSIDE = frozenset("_-./@+%#")
MOST_CHARACTERS = 200
ALLOWED = "letters, digits and _ - . / @ + % #, and it begins with a letter, a digit or _"


def label(name: object) -> str | None:
    """The name in its usual form (NFC), or None where it may not be one.

    >>> label("val/loss"), label("recall@10"), label(" "), label("a:b")
    ('val/loss', 'recall@10', None, None)
    """
    if not isinstance(name, str) or not name or len(name) > MOST_CHARACTERS:
        return None
    usual = unicodedata.normalize("NFC", name)
    fine = all(char in INSIDE or unicodedata.category(char)[0] in "LMN" for char in usual)
    return usual if fine and (usual[0] == "_" or unicodedata.category(usual[0])[0] in "LN") else None
