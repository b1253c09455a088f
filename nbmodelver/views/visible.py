"""Escapes characters that could move the cursor, reorder text or be invisible (P17, see SECURITY.md)."""

from __future__ import annotations

import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
JOINERS = "\u200c\u200d"
"""Not escaped: emoji and Persian and Indic words need them, and they are harmless alone."""


def visible(text: object, *, lines: bool = False) -> str:
    r"""The text with control, bidi, invisible and unassigned characters escaped, as in "\\u202e".

    lines: True keeps newlines, and tabs as four spaces; False escapes them too.
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
