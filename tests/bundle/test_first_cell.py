"""The first cell of a bundle's notebook."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import nbformat

if TYPE_CHECKING:
    from pathlib import Path


def test_the_first_cell_loads_the_variables_without_nbmodelver(unzipped: Path) -> None:
    notebook = nbformat.read(unzipped / "notebook.ipynb", as_version=4)
    nbformat.validate(notebook)
    first = notebook.cells[0]
    assert first.metadata.tags == ["nbmodelver-bundle"]
    check = (
        "assert X.shape == (60, 3) and X.c.dtype == 'category' and y.name == 'class' and A.sum() == 179700\n"
        "assert params == {'depth': 3, 'seeds': [1, 2.5, None]} and x == 3 and π == 3.14\n"
        "assert zeros.shape == (2000000,)\n"
        "import sys; assert not any(m.startswith('nbmodelver') for m in sys.modules)"
    )
    run = [sys.executable, "-I", "-W", "error", "-c", f"{first.source}\n{check}"]
    subprocess.run(run, cwd=unzipped, check=True)


def test_the_first_cell_does_nothing_without_the_files(unzipped: Path, tmp_path: Path) -> None:
    source = nbformat.read(unzipped / "notebook.ipynb", as_version=4).cells[0].source
    subprocess.run([sys.executable, "-I", "-c", f"{source}\nassert 'X' not in dir()"], cwd=tmp_path, check=True)
