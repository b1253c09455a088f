"""The notebooks of a bundle."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nbformat

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.bundle import notebooks
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from tests.bundle import samples

if TYPE_CHECKING:
    from pathlib import Path


def test_replay_has_the_cells_in_the_order_of_execution(tmp_path: Path) -> None:
    document = {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": "# Study"},
            {"cell_type": "code", "metadata": {"host": "me"}, "source": "b = 2", "outputs": [], "execution_count": 2},
            {
                "cell_type": "code",
                "metadata": {},
                "source": "a = 1",
                "outputs": [],
                "execution_count": 1,
                "id": "first",
            },
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "P"}, "widgets": {"state": 1}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    repo = mv.open(tmp_path, create=True)
    around = CommitContext(cells=(Cell("a = 1", 1), Cell("b = 2", 2)), notebook=json.dumps(document).encode())
    version = repo.commit({"a": 1, "b": 2}, around=around)
    found = samples.members_of(bundle.write(repo, version, tmp_path / "b.nbmv.zip"))
    notebook, replay = (nbformat.reads(found[n].decode(), as_version=4) for n in ("notebook.ipynb", "replay.ipynb"))
    nbformat.validate(notebook)
    assert [c.source for c in notebook.cells[1:]] == ["# Study", "b = 2", "a = 1"]
    assert [c.source for c in replay.cells] == ["a = 1", "b = 2"]
    assert notebook.cells[3].id == "first"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert b'"host"' not in found["notebook.ipynb"]


def test_lines_of_nbmodelver_are_left_out(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    ran = ("%load_ext nbmodelver\n%mv_init", "%%mv_commit -m x\na = 1\na /= 0", "b = 2\n%mv_commit b", "%time c = 3")
    around = CommitContext(cells=[Cell(source, ok="/=" not in source) for source in ran])
    found = samples.members_of(bundle.write(repo, repo.commit({"a": 1}, around=around), tmp_path / "b.nbmv.zip"))
    cells = nbformat.reads(found["notebook.ipynb"].decode(), as_version=4).cells[1:]
    assert [c.source for c in cells] == ["a = 1\na /= 0", "b = 2", "%time c = 3"]
    assert [c.metadata.get("tags") for c in cells] == [["raises-exception"], None, None]


def test_cells_that_failed_are_known_although_the_saved_document_does_not_say_so(tmp_path: Path) -> None:
    sources = ["a = 1", "1 / 0", "b = 2"]
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s, id=f"c{s[0]}") for s in sources])
    repo = mv.open(tmp_path, create=True)
    cells = [Cell(s, at, ok=s != "1 / 0", id=f"c{s[0]}") for at, s in enumerate(sources, 1)]
    version = repo.commit({"a": 1}, around=CommitContext(cells, notebook=json.dumps(document).encode()))
    file = bundle.write(repo, version, tmp_path / "b.nbmv.zip")
    assert [(c.source, c.ok, c.id) for c in bundle.ran_cells(file)] == [
        ("a = 1", True, "ca"), ("1 / 0", False, "c1"), ("b = 2", True, "cb"),
    ]  # fmt: skip


def test_an_error_in_the_outputs_of_a_cell_is_known() -> None:
    failed = nbformat.v4.new_code_cell("1 / 0", outputs=[nbformat.v4.new_output("error", ename="E", evalue="e")])
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("a = 1"), failed])
    assert [c.ok for c in notebooks.cells_of(nbformat.writes(document).encode())] == [True, False]


def test_magics_that_put_values_in_place_are_comments_of_the_replay(tmp_path: Path) -> None:
    repo = mv.open(tmp_path, create=True)
    cells = [Cell("x = 1\n%mv_commit x", 1), Cell("%mv_rollback v1", 2), Cell("y = x", 3)]
    version = repo.commit({"x": 1}, around=CommitContext(cells))
    found = [c.source for c in bundle.ran_cells(bundle.write(repo, version, tmp_path / "b.nbmv.zip"))]
    assert found[0::2] == ["x = 1", "y = x"]
    assert found[1].startswith("# %mv_rollback v1 ran here")
