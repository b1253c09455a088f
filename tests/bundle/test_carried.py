"""One notebook that carries its bundle: it opens in any Jupyter, and imports as the zip file does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import nbformat
import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.bundle import carried
from nbmodelver.errors import BadBundle, LimitExceeded
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Version
    from nbmodelver.repo import Repo


@pytest.fixture
def made(tmp_path: Path) -> tuple[Repo, Version, Path]:
    repo = mv.open(tmp_path / "store", create=True)
    version = repo.commit({"a": [1, 2]}, around=CommitContext([Cell("a = [1, 2]", 1)]))
    return repo, version, bundle.write(repo, version, tmp_path / "small.nbmv.zip")


def test_a_notebook_carries_the_same_bundle(made: tuple[Repo, Version, Path], tmp_path: Path) -> None:
    repo, version, path = made
    other = mv.open(tmp_path / "other", create=True)
    file = bundle.write(repo, version, tmp_path / "study.nbmv.ipynb")
    assert bundle.inspect(file).digest == bundle.inspect(path).digest
    assert bundle.bring_in(other, file).version.names == version.names
    assert [c.source for c in bundle.ran_cells(file)] == [c.source for c in bundle.ran_cells(path)]
    nbformat.validate(nbformat.read(file, as_version=4))


def test_it_is_written_in_the_same_bytes_again(made: tuple[Repo, Version, Path], tmp_path: Path) -> None:
    repo, version, _ = made
    one, two = (bundle.write(repo, version, tmp_path / f"{n}.ipynb").read_bytes() for n in "ab")
    assert one == two


def test_a_bundle_that_is_too_large_is_refused(
    made: tuple[Repo, Version, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carried, "MAX_BYTES", 1000)
    with pytest.raises(LimitExceeded, match="a notebook carries"):
        bundle.write(made[0], made[1], tmp_path / "x.ipynb")
    assert not (tmp_path / "x.ipynb").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"metadata": {"nbmodelver": {"bundle": "%%"}}}', "\xff"])
def test_another_notebook_carries_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.ipynb").write_text(text, encoding="latin-1")
    with pytest.raises(BadBundle, match="carries no bundle"):
        bundle.inspect(tmp_path / "x.ipynb")


def test_a_changed_notebook_around_it_does_not_matter(made: tuple[Repo, Version, Path], tmp_path: Path) -> None:
    file = bundle.write(made[0], made[1], tmp_path / "x.ipynb")
    document = json.loads(file.read_text())
    document["cells"] = []
    file.write_text(json.dumps(document))
    assert bundle.inspect(file).digest == bundle.inspect(made[2]).digest
