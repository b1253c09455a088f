"""A notebook as a page."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
import tutorials
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

SOURCE = "x = 1\nx"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tutorials, "EXECUTED", tmp_path / "executed")
    (tmp_path / "executed").mkdir()
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell(SOURCE)]), tmp_path / "one.ipynb")
    return tmp_path


def executed(folder: Path, source: str) -> None:
    outputs = [
        new_output("stream", text="\x1b[31mred\x1b[0m\n"),
        new_output("execute_result", {"text/plain": "1", "text/html": "<b>1</b>"}),
    ]
    cells = [new_markdown_cell("# Title"), new_code_cell(source, outputs=outputs)]
    nbformat.write(new_notebook(cells=cells), folder / "executed" / "one.ipynb")


def test_a_notebook_that_was_not_run_shows_its_cells(folder: Path) -> None:
    assert tutorials.markdown(folder / "one.ipynb") == "# Title\n\n```ipython3\nx = 1\nx\n```\n"


def test_a_notebook_that_was_run_shows_its_outputs_as_text(folder: Path) -> None:
    executed(folder, SOURCE)
    assert tutorials.markdown(folder / "one.ipynb").endswith("```\n\n{.output}\n```text\nred\n1\n```\n")


def test_outputs_of_other_cells_are_not_shown(folder: Path) -> None:
    executed(folder, "x = 2\nx")
    assert "output" not in tutorials.markdown(folder / "one.ipynb")


def test_every_tutorial_is_a_notebook_of_the_repository() -> None:
    root = Path(__file__).parents[2]
    pages = {page.stem for page in (root / "docs" / "tutorials").glob("*.md")} - {"index"}
    assert pages == {notebook.stem for notebook in (root / "notebooks").glob("*.ipynb")}
