"""Text made safe to show: what would move the cursor, reorder or hide is shown as an escape (P17)."""

from __future__ import annotations

import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
JOINERS = "\u200c\u200d"
"""Needed inside emoji and in Persian and Indic words; harmless alone."""


def visible(text: object, *, lines: bool = False) -> str:
    r"""The text with control, bidi, invisible and unassigned characters as "\\u202e".

    lines: line ends and tabs stay (tabs as four spaces); otherwise they are escaped too.
    """
    shown = str(text)
    if shown.isascii() and shown.isprintable():
        return shown
    if lines:
        shown = shown.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(c if c == "\n" and lines else _shown(c) for c in shown)


def _shown(char: str) -> str:
    if unicodedata.category(char) not in HIDDEN or char in JOINERS:
        return char
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or _escape(ord(char))


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
