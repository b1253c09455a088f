"""The first cell of a bundle's notebook."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import nbformat
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.bundle import first_cell
from nbmodelver.bundle.first_cell import FirstCell, ModelCopy
from nbmodelver.model import Version, VersionId

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


def test_plain_python_loads_a_model_from_its_open_format(tmp_path: Path) -> None:
    pytest.importorskip("skops")
    X = np.arange(20.0).reshape(-1, 1)
    model = LinearRegression().fit(X, 2 * X[:, 0])
    repo = mv.open(tmp_path / "store", create=True)
    version = repo.commit({"model": model, "X": X})
    options = bundle.BundleOptions(with_models=True)
    paths = [bundle.write(repo, version, tmp_path / f"{n}.nbmv.zip", options=options) for n in "ab"]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    folder = bundle.extract(paths[0], tmp_path / "out").folder
    (entry,) = json.loads((folder / "bundle.json").read_text())["models"]
    assert entry == {"name": "model", "format": "skops", "folder": "models/model", "proof": "bit-identical"}
    first = json.loads((folder / "notebook.ipynb").read_text())["cells"][0]
    code = "".join(first["source"]) + "\nprint(model.predict(X).tolist())"
    blocked = "import sys; sys.modules['nbmodelver'] = None\n"
    done = subprocess.run(
        [sys.executable, "-c", blocked + code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == model.predict(X).tolist()


def test_a_library_that_is_missing_is_named_and_the_rest_is_loaded(tmp_path: Path) -> None:
    copy = ModelCopy("model", "skops", ".", ("import absent_library_of_tests", "model = 1"))
    code = first_cell.source(Version(VersionId(""), 1), FirstCell(models=[copy])) + "\nprint('goes on')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "model was not loaded: No module named 'absent_library_of_tests'" in done.stdout
    assert "goes on" in done.stdout
