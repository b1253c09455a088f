"""Valid names of metrics and parameters, such as "val/loss", "f1-score", "recall@10" and "größe"."""

from __future__ import annotations

import unicodedata

INSIDE = frozenset("_-./@+%#")
MOST_CHARACTERS = 200
ALLOWED = "letters, digits and _ - . / @ + % #, with a letter, a digit or _ first"


def label(name: object) -> str | None:
    """The name in Unicode normal form NFC, or None if it is not a valid name.

    >>> label("val/loss"), label("recall@10"), label(" "), label("a:b")
    ('val/loss', 'recall@10', None, None)
    """
    if not isinstance(name, str) or not name or len(name) > MOST_CHARACTERS:
        return None
    usual = unicodedata.normalize("NFC", name)
    fine = all(char in INSIDE or unicodedata.category(char)[0] in "LMN" for char in usual)
    return usual if fine and (usual[0] == "_" or unicodedata.category(usual[0])[0] in "LN") else None
