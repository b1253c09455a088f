"""How often what was done to a store; the long form writes it into docs/durability.md."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

LONG = os.environ.get("NBMODELVER_FAULTS") == "long"
DOCUMENT = Path(__file__).parents[2] / "docs" / "durability.md"
_START, _END = "<!-- counts: written by NBMODELVER_FAULTS=long pytest tests/faults -->", "<!-- end of counts -->"

done: Counter[tuple[str, str]] = Counter()


def count(fault: str, where: str, number: int = 1) -> None:
    """One more fault of this sort."""
    done[fault, where] += number


def table() -> str:
    """The counts as a table in Markdown."""
    lines = ["| fault | in | times |", "| --- | --- | ---: |"]
    lines += [f"| {fault} | {where} | {number:,} |" for (fault, where), number in sorted(done.items())]
    return "\n".join(lines)


def write() -> None:
    """Replace the table in the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(_START)
    _, _, after = rest.partition(_END)
    DOCUMENT.write_text(f"{before}{_START}\n\n{table()}\n\n{_END}{after}", encoding="utf-8")
