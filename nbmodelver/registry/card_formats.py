"""A card as Markdown with front matter, and as one HTML page without scripts. Text stays text."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

from nbmodelver.model.cards import NOT_STATED

if TYPE_CHECKING:
    from nbmodelver.model.cards import Card

FORMATS = ("markdown", "html", "json")
SUFFIXES = {".html": "html", ".json": "json"}
"""The end of a file name -> the format of the card in it; any other end means Markdown."""
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}tr{border-bottom:1px solid rgba(128,128,128,.3)}"
    "th{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0;font-weight:500;width:14rem}"
    "td{white-space:pre-wrap;overflow-wrap:anywhere;padding:.2rem 0}.missing{color:#b35900;font-style:italic}"
    "@media (prefers-color-scheme:dark){.missing{color:#f0a04b}}"
)
_REORDERING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]")
"""Characters that reorder the text after them, and control characters but tab and newline."""


def text_of(card: Card, form: str = "", file_name: str = "") -> str:
    """Return the card in a format; form: one of FORMATS, "" for the one that the end of the file's name says."""
    writers = {"markdown": markdown, "html": page, "json": as_json}
    end = file_name[file_name.rfind(".") :].lower() if "." in file_name else ""
    return writers[form or SUFFIXES.get(end, "markdown")](card)


def markdown(card: Card) -> str:
    """Return the card as Markdown. The front matter is YAML: each value is written as JSON, which YAML contains."""
    lines = ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in card.front_matter.items())]
    lines += ["---", "", f"# {escaped(card.title)}", "", _headline(card), ""]
    for section in card.sections:
        if section.rows:
            lines += [f"## {section.title}", "", "| | |", "| --- | --- |"]
            lines += [f"| {_cell(label)} | {_cell(text)} |" for label, text in section.rows]
            lines.append("")
    return "\n".join(lines)


def as_json(card: Card) -> str:
    """Return the card as JSON."""
    return json.dumps(card.to_dict(), indent=1, ensure_ascii=False) + "\n"


def page(card: Card) -> str:
    """Return the card as an HTML page that loads nothing."""
    title = _html(card.title)
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{_html(_headline(card))}</p>",
    ]
    for section in card.sections:
        if section.rows:
            rows = "".join(
                f'<tr><th scope="row">{_html(label)}</th><td{_mark(text)}>{_html(text)}</td></tr>'
                for label, text in section.rows
            )
            parts.append(f"<h2>{_html(section.title)}</h2><table>{rows}</table>")
    return "\n".join([*parts, "</body></html>", ""])


def _headline(card: Card) -> str:
    count = card.not_stated
    verb = "is" if count == 1 else "are"
    return f"{count} of the rows below {verb} not stated." if count else "Every row below is stated."


def _cell(text: str) -> str:
    """Return a text that cannot end a cell of a table, start a tag or a link."""
    return escaped(text).replace("|", "\\|").replace("\n", "<br>")


def escaped(text: str) -> str:
    """Return a text that starts no tag, link or code of Markdown."""
    plain = _shown(text).replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;").replace("`", "\\`")
    return plain.replace("[", "\\[")


def _shown(text: str) -> str:
    """Return the text with characters that reorder it written as escapes."""
    return _REORDERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\r", ""))


def _html(text: str) -> str:
    return html.escape(_shown(text))


def _mark(text: str) -> str:
    return ' class="missing"' if NOT_STATED in text else ""
