"""Fresh data in files and databases: every format gives the same table, and nothing is run while it is read."""

from __future__ import annotations

import builtins
import gzip
import pickle
import sys

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.tables.files import TableSource, read
from nbmodelver.errors import UsageError

FRAME = pd.DataFrame({"a": [1.5, 2.5], "zip": ["01", "02"]})
KINDS = {"a": "number", "zip": "text"}
WRITERS = {
    "x.csv": lambda p: FRAME.to_csv(p, index=False),
    "x.csv.gz": lambda p: FRAME.to_csv(p, index=False),
    "x.tsv": lambda p: FRAME.to_csv(p, index=False, sep="\t"),
    "x.jsonl": lambda p: FRAME.to_json(p, orient="records", lines=True),
    "x.parquet": FRAME.to_parquet,
    "x.feather": FRAME.to_feather,
    "x.ARROW": FRAME.to_feather,
}


@pytest.mark.parametrize("name", WRITERS)
def test_each_format_gives_the_same_columns(tmp_path, name):
    WRITERS[name](tmp_path / name)
    found = read(TableSource(str(tmp_path / name), kinds=KINDS))
    assert {c.name: c.cells() for c in found.columns} == {"a": [1.5, 2.5], "zip": ["01", "02"]}


def test_arrays_of_numpy_are_chosen_by_name_or_are_columns(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, X_train=np.eye(3), other=np.ones(3))
    assert read(TableSource(str(path), name="X_train")).rows == 3
    with pytest.raises(UsageError, match="several arrays: X_train, other"):
        read(TableSource(str(path)))
    np.savez(path, a=np.arange(3), b=np.ones(3))
    assert [c.name for c in read(TableSource(str(path))).columns] == ["a", "b"]
    np.save(tmp_path / "x.npy", np.eye(2))
    assert len(read(TableSource(str(tmp_path / "x.npy"))).columns) == 2


class Evil:
    """Creates a file when it is unpickled."""

    path = ""

    def __reduce__(self):
        return (builtins.open, (self.path, "w"))


@pytest.mark.parametrize("name", ["x.pkl", "x.pickle", "x.joblib", "x.npy", "x.npz"])
def test_no_code_of_a_file_runs(tmp_path, name):
    Evil.path = str(tmp_path / "ran")
    if name.endswith(("npy", "npz")):
        save = np.save if name.endswith("npy") else np.savez
        save(tmp_path / name, np.array([Evil()], dtype=object), allow_pickle=True)
    else:
        (tmp_path / name).write_bytes(pickle.dumps(Evil()))
    with pytest.raises(UsageError, match=r"can run code|cannot be read"):
        read(TableSource(str(tmp_path / name)))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", None, "there is no file"),
        ("x.xlsx", b"", "has no known format"),
        ("x.db", b"", "is a database"),
        ("x.parquet.gz", b"", "has no known format"),
        ("x.csv", b"", "cannot be read as csv"),
        ("x.parquet", b"PAR1 no", "cannot be read as parquet"),
        ("x.jsonl", b"{", "cannot be read as json lines"),
        ("x.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:12], "cannot be read as csv"),
        ("x.npz", b"PK no", "cannot be read"),
        ("x.npy", b"", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=says) as caught:
        read(TableSource(str(tmp_path / name)))
    assert caught.value.hint


def test_a_query_needs_a_database_and_a_database_a_query(tmp_path):
    with pytest.raises(UsageError, match=r"the query for postgresql://\.\.\.@host/db is missing"):
        read(TableSource("postgresql://ada:secret@host/db"))
    with pytest.raises(UsageError, match="--query needs a database"):
        read(TableSource(str(tmp_path / "x.csv"), query="select 1"))


def test_without_pandas_the_error_says_what_to_install(tmp_path, monkeypatch):
    FRAME.to_csv(tmp_path / "x.csv")
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.delitem(sys.modules, "nbmodelver.comparison.tables.pandas_reading", raising=False)
    with pytest.raises(UsageError, match="needs pandas") as caught:
        read(TableSource(str(tmp_path / "x.csv")))
    assert "nbmodelver[pandas]" in caught.value.hint
