"""The notebooks of a bundle."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nbformat

import nbmodelver as mv
from nbmodelver import bundle
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
