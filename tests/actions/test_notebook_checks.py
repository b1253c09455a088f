"""Saved notebooks are compared with the versions that they stand at, and no file is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions import notebook_checks
from tests.shells import new_shell

if TYPE_CHECKING:
    from pathlib import Path

CELLS = ["%load_ext nbmodelver\nx = 1", "y = x + 1", "%mv_commit x y"]


def write(path: Path, sources: list[str]) -> str:
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for n, s in enumerate(sources)
    ]
    text = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# Title"}
    path.write_text(json.dumps({"cells": [text, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return str(path)


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A notebook whose cells ran in a kernel that knows its path."""
    path = write(tmp_path / "train.ipynb", CELLS)
    monkeypatch.setenv("JPY_SESSION_NAME", path)
    with new_shell(tmp_path, monkeypatch) as shell:
        for source in CELLS:
            shell.run(source)
    return tmp_path / "train.ipynb"


def outcome(path):
    (found,) = notebook_checks.check([str(path)])
    return found.outcome, found.version, found.said


def test_an_unchanged_notebook_is_as_in_its_version(notebook):
    before = notebook.read_bytes()
    assert outcome(notebook) == ("same", "v1", "")
    assert notebook.read_bytes() == before


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([CELLS[0], "y = x + 2", CELLS[2]], "it differs from v1: code cell 2 is new or changed"),
        ([*CELLS, "z = 1", "w = 2"], "it differs from v1: code cells 4, 5 are new or changed"),
        ([CELLS[0], CELLS[2]], "it differs from v1: 1 code cell is gone"),
    ],
)
def test_a_changed_notebook_fails_with_the_cells(notebook, cells, says):
    write(notebook, cells)
    assert outcome(notebook) == ("failed", "v1", says)


def test_magics_of_ours_outputs_and_order_are_no_difference(notebook):
    write(notebook, ["%mv_log", CELLS[1], CELLS[0], "", "%mv_diff"])
    assert outcome(notebook)[0] == "same"


def test_cells_that_ran_but_were_not_saved_before_the_commit_are_known(notebook, tmp_path, monkeypatch):
    with new_shell(tmp_path, monkeypatch) as shell:
        for source in ("z = 3", "%mv_commit z"):
            shell.run(source)
    write(notebook, [*CELLS, "z = 3"])
    assert outcome(notebook)[:2] == ("same", "v2")


def test_a_version_that_is_missing_fails(notebook, tmp_path, monkeypatch):
    import nbmodelver

    repo = nbmodelver.open(tmp_path)
    repo.commit({"other": 1}, "elsewhere")
    repo.forget(["v1"], force=True)
    state, _, said = outcome(notebook)
    assert (state, said) == ("failed", "its version is missing: v1 was forgotten")


def test_a_damaged_store_fails(notebook, tmp_path):
    for pack in (tmp_path / ".nbmodelver" / "packs").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            pack.write_bytes(pack.read_bytes()[:20])
    state, _, said = outcome(notebook)
    assert state == "failed"
    assert "damaged" in said


def test_notebooks_without_versions_are_skipped_with_the_reason(notebook, tmp_path):
    (tmp_path / "alone").mkdir()
    plain = write(tmp_path / "plain.ipynb", ["x = 1"])
    new = write(tmp_path / "new.ipynb", ["%load_ext nbmodelver"])
    found = notebook_checks.check([plain, new])
    assert [(f.outcome, f.said) for f in found] == [
        ("skipped", "it does not use nbmodelver"), ("skipped", "it has no version yet"),
    ]  # fmt: skip


def test_a_notebook_without_a_store_is_skipped(tmp_path, monkeypatch):
    monkeypatch.delenv("NBMODELVER_STORE", raising=False)
    path = write(tmp_path / "new.ipynb", ["%load_ext nbmodelver"])
    assert outcome(path)[::2] == ("skipped", "there is no store beside or above it")


@pytest.mark.parametrize("content", [b"", b"{}", b'{"cells": 1}', b'{"cells": [{}]}', b"\xff", b"[1]"])
def test_a_file_that_is_no_notebook_fails(tmp_path, content):
    (tmp_path / "x.ipynb").write_bytes(content)
    assert outcome(tmp_path / "x.ipynb")[0] == "failed"
    assert outcome(tmp_path / "missing.ipynb")[0] == "failed"
