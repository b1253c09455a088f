"""A small study in a store, and functions that unpack, change and repack bundles."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.errors import BadBundle, NbmodelverError
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbmodelver.model import Version
    from nbmodelver.repo import Repo

Members = dict[str, bytes]
CELLS = (
    Cell("import pandas as pd\nfrom sklearn.tree import DecisionTreeClassifier", 1),
    Cell("model = DecisionTreeClassifier(max_depth=3).fit(X, y)", 2, outputs="fitted\n"),
)


def study() -> dict[str, Any]:
    """Return variables of every sort: in open formats and others, plain and pickled, with shared memory."""
    X = pd.DataFrame({"a": np.linspace(0, 1, 60), "b": ["x", None, "z"] * 20, "c": pd.Categorical(list("uvw") * 20)})
    A = np.arange(600.0).reshape(60, 10)
    y = pd.Series(np.arange(60) % 3, name="class")
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(A, y)
    return {
        "X": X, "A": A, "top": A[:5], "y": y, "model": model, "pair": (1, 2),
        "params": {"depth": 3, "seeds": [1, 2.5, None]}, "zeros": np.zeros(2_000_000), "x": 3, "π": 3.14,
    }  # fmt: skip


def committed(folder: Path, **more: Any) -> tuple[Repo, Version]:
    repo = mv.open(folder / ".nbmodelver", create=True)
    around = CommitContext(cells=CELLS, notebook_path="study.ipynb", **more)
    return repo, repo.commit(study(), "deeper\n<b>trees</b>", metrics={"acc": 0.91}, around=around)


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name) for name in found.namelist()}


def manifest(members: dict[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(members.items())]
    return "".join(lines).encode()


def with_manifest(members: dict[str, bytes]) -> dict[str, bytes]:
    own = {name: data for name, data in members.items() if name != "manifest-sha256.txt"}
    return {**own, "manifest-sha256.txt": manifest(own)}


def zipped(members: dict[str, bytes] | list[tuple[str, bytes]], **info: Any) -> bytes:
    """Return a zip in the form of a bundle. info: fields to set in each member's ZipInfo."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as out:
        for name, data in members.items() if isinstance(members, dict) else members:
            one = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            one.create_system, one.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            for field, value in info.items():
                setattr(one, field, value)
            out.writestr(one, data)
    return file.getvalue()


def refused(tmp_path: Path, data: bytes, why: str, error: type[NbmodelverError] = BadBundle) -> None:
    """Verify that an import of the file is refused for this reason and writes nothing."""
    folder = tmp_path / "here"
    folder.mkdir(parents=True)
    (folder / "odd.nbmv.zip").write_bytes(data)
    repo = mv.open(folder / "store", create=True)
    before = everything(tmp_path)
    with pytest.raises(error, match=why):
        bundle.open_into(repo, folder / "odd.nbmv.zip")
    assert everything(tmp_path) == before
    assert repo.log() == []


def everything(folder: Path) -> dict[str, bytes]:
    """Return path -> bytes of every file except lock files."""
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file() and "lock" not in p.as_posix()}


def change(members: Members, name: str, how: Callable[[Any], None]) -> bytes:
    """Return a bundle with one JSON member changed and a valid manifest."""
    data = json.loads(members[name])
    how(data)
    return zipped(with_manifest({**members, name: json.dumps(data).encode()}))


def well(**files: bytes) -> dict[str, Any]:
    """Return modules in the form of a version."""
    return {"files": files, "names": {}, "notes": []}
