"""Counts of the injected faults; the long run writes them into docs/durability.md."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

LONG = os.environ.get("NBMODELVER_FAULTS") == "long"
DOCUMENT = Path(__file__).parents[2] / "docs" / "durability.md"
_START, _END = "<!-- counts: written by NBMODELVER_FAULTS=long pytest tests/faults -->", "<!-- end of counts -->"

done: Counter[tuple[str, str]] = Counter()


def count(fault: str, where: str, number: int = 1) -> None:
    """Count one fault."""
    done[fault, where] += number


def table(before: str) -> str:
    """Return the counts as a Markdown table; rows without counts in this run are taken from `before`."""
    rows = {(a, b): int(n.replace(",", "")) for a, b, n in re.findall(r"\| (.+?) \| (.+?) \| ([\d,]+) \|", before)}
    rows = {(fault, where): n for (fault, where), n in rows.items() if where != "all"} | done
    totals = Counter[str]()
    for (fault, _), number in rows.items():
        totals[fault] += number
    lines = ["| fault | in | times |", "| --- | --- | ---: |"]
    for fault in sorted(totals):
        lines += [f"| {fault} | {where} | {n:,} |" for (f, where), n in sorted(rows.items()) if f == fault]
        lines.append(f"| {fault} | all | {totals[fault]:,} |")
    return "\n".join(lines)


def write() -> None:
    """Replace the table in the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(_START)
    old, _, after = rest.partition(_END)
    DOCUMENT.write_text(f"{before}{_START}\n\n{table(old)}\n\n{_END}{after}", encoding="utf-8")
