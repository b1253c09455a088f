"""Run a notebook in a fresh kernel and a fresh folder, and print what happened, cell by cell.

    python notebooks/run.py notebooks/quickstart.ipynb [FOLDER] [--save FILE]

It works in FOLDER (build/demo), which is emptied first and keeps the store and the bundles that the notebook leaves.
The notebook file itself is not changed; --save writes a copy with the outputs, for the documentation, in which FOLDER
is called "~/study". Ends with exit status 1, after the cell's own error, when a cell fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbclient
import nbformat

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_S = 600


def main(path: Path, folder: Path, save: Path | None = None) -> int:
    """Run the notebook at `path` in `folder`, and save it with its outputs to `save`; return the exit status."""
    copy = folder / path.name
    shutil.copy(path, copy)
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    notebook = nbformat.read(copy, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=TIMEOUT_S,
        coalesce_streams=True,  # a kernel under load sends one print in several pieces
        resources={"metadata": {"path": str(folder)}},
    )
    client.extra_arguments = ["--log-level=ERROR"]
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except nbclient.exceptions.CellExecutionError as error:
                print(f"\n{error}", file=sys.stderr)
                return 1
            print("\n".join(told(cell)), flush=True)
    print("\n".join(left(folder)))
    if save is not None:
        save.parent.mkdir(parents=True, exist_ok=True)
        save.write_text(nbformat.writes(notebook).replace(str(folder), "~/study"), encoding="utf-8")
    return 0


def left(folder: Path) -> Iterator[str]:
    """What the run left behind: the store and the bundles."""
    yield f"\nThe store: {folder / '.nbmodelver'}"
    yield from (f"A bundle: {path}" for path in sorted(folder.glob("*.nbmv.zip")))


def emptied(folder: Path) -> Path:
    """The folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def told(cell: Any) -> Iterator[str]:
    """What a reader would see of a cell: headings, its first line, its text outputs."""
    if cell.cell_type == "markdown":
        yield from (f"\n{line.lstrip('# ')}" for line in cell.source.splitlines() if line.startswith("#"))
    elif cell.cell_type == "code":
        magics = [line for line in cell.source.splitlines() if line.lstrip().startswith("%")]
        yield from (f"  > {line.strip()}" for line in magics)
        for output in cell.outputs:
            yield from (f"    {line}" for line in text_of(output).splitlines())


def text_of(output: Any) -> str:
    """The plain text of one output."""
    return str(output.get("text") or output.get("data", {}).get("text/plain", ""))


if __name__ == "__main__":
    line = argparse.ArgumentParser(description="Run a notebook in a fresh kernel and print what happened.")
    line.add_argument("notebook", type=Path)
    line.add_argument("folder", type=Path, nargs="?", default=Path("build/demo"))
    line.add_argument("--save", type=Path)
    asked = line.parse_args()
    sys.exit(main(asked.notebook.resolve(), emptied(asked.folder.resolve()), asked.save))
