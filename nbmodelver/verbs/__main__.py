"""`python -m nbmodelver.verbs DIR` writes the generated pages into DIR and removes stale ones."""

from __future__ import annotations

import sys
from pathlib import Path

from nbmodelver.verbs.help import docs


def write(folder: Path) -> None:
    """Write all pages and remove stale ones."""
    pages = docs()
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {p.name for p in folder.glob("*.md")} - set(pages):
        (folder / stale).unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m nbmodelver.verbs DIR")
    write(Path(sys.argv[1]))
