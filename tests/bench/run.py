"""`python tests/bench/run.py [ROW ...] [--scale 1]`: run the rows and write a table as Markdown and JSON to out/."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from history_rows import ROWS as HISTORY_ROWS
from rows import ROWS as DATA_ROWS
from rows import Figures

ROWS = {**DATA_ROWS, **HISTORY_ROWS}

OUT = Path(__file__).parent / "out"


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], help="default: all")
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args()
    found = []
    for name in asked.rows or ROWS:
        for figures in ROWS[name](asked.scale):
            found.append(figures)
            print(line(figures), flush=True)
    OUT.mkdir(exist_ok=True)
    (OUT / "table.json").write_text(json.dumps([vars(f) for f in found], indent=1))
    (OUT / "table.md").write_text(
        "\n".join(["| what | reach | measured | |", "| --- | --- | --- | --- |", *map(line, found)]) + "\n"
    )


def line(figures: Figures) -> str:
    """One row of the table."""
    said = ", ".join(f"{name} {value:.4g}" for name, value in figures.values.items())
    mark = {True: "reached", False: "missed", None: "not held to at this scale"}[figures.ok]
    return f"| {figures.row} | {figures.reach} | {said} | {mark} |"


if __name__ == "__main__":
    main()
