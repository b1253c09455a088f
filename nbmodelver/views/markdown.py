"""A comparison as Markdown, for the summary of a pipeline. Texts of the store never become markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbmodelver.views.figures import number
from nbmodelver.views.values import value_text
from nbmodelver.views.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Diff, Section

MOST_ROWS = 40
MOST_LINES = 200
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!~&@])")


def diff_markdown(found: Diff, before: str, after: str) -> str:
    """Return the comparison, alarms first. before, after: names of the sides, such as "churn/1.0.0"."""
    sections = sorted((s for s in found.sections if s.differs or s.note), key=lambda s: s.id != "alarms")
    blocks = [f"## {_text(after)} against {_text(before)}"]
    for section in sections:
        blocks += [*_section(section)] if not section.folded else []
    if not any(s.differs for s in sections):
        blocks.append("No differences.")
    return "\n\n".join(blocks) + "\n"


def _section(section: Section) -> Iterator[str]:
    rows = [r for r in section.rows if r.status != "same"]
    yield f"### {_text(section.title)}"
    if section.id == "alarms":
        yield "\n".join(f"- **{_text(r.cells[0])}**: {_text(r.cells[1])} (since {_text(r.cells[2])})" for r in rows)
    elif rows:
        heads = [*section.columns]
        table = [heads, ["---"] * len(heads), *([_cell(c) for c in r.cells] for r in rows[:MOST_ROWS])]
        table[0] = [_text(h) for h in heads]
        yield "\n".join(f"| {' | '.join(line)} |" for line in table)
        if len(rows) > MOST_ROWS:
            yield f"{len(rows) - MOST_ROWS:,} more rows."
    if section.lines:
        shown = [visible(line).replace("`", "'") for line in section.lines[:MOST_LINES]]
        yield "\n".join(["```diff", *shown, "```"])
    if section.note:
        yield _text(section.note)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return _text(value if isinstance(value, str) else value_text(value))


def _text(value: object) -> str:
    return _MARKUP.sub(r"\\\1", visible(" ".join(str(value).split())))
