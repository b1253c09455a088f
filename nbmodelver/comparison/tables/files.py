"""Reads fresh data from a file or a database as a table. Formats that can run code when they are read are refused."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.tables.tables import table_of
from nbmodelver.errors import UsageError
from nbmodelver.model.monitoring import without_password

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.comparison.tables.tables import TableData

BY_PANDAS = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "csv", ".jsonl": "json_lines", ".ndjson": "json_lines",
    ".parquet": "parquet", ".pq": "parquet", ".feather": "feather", ".arrow": "feather", ".ipc": "feather",
}  # fmt: skip
"""Ending of a file name -> its format for `pandas_reading`. A CSV file may also be compressed (.csv.gz)."""
DATABASES = (".db", ".sqlite", ".sqlite3")
PACKED = (".gz", ".bz2", ".xz", ".zst")
RUNS_CODE = (".pkl", ".pickle", ".joblib", ".dill", ".pt", ".pth")
FORMATS = "csv, tsv, jsonl, parquet, feather, arrow, npy or npz"


@dataclass(frozen=True)
class TableSource:
    """Where fresh data is. address: a path or the URL of a database. query: SQL for a database, else "".

    name: of the training set, which chooses an array of an npz file. kinds: column of the training set -> its kind, by
    which texts and times of a CSV file are read.
    """

    address: str
    query: str = ""
    name: str = ""
    kinds: Mapping[str, str] | None = None


def read(source: TableSource) -> TableData:
    """Return the table at a source. Raises UsageError if it is missing, cannot be read, or is in another format."""
    value = _of_database(source) if "://" in source.address else _of_file(source)
    found = table_of(value)
    if found is None:
        raise UsageError(f"{without_password(source.address)} holds no table", "write rows and columns")
    return found


def _of_database(source: TableSource) -> Any:
    if not source.query:
        raise UsageError(
            f"the query for {without_password(source.address)} is missing", 'add it: --query "select * from TABLE"'
        )
    return _pandas("query", source)


def _of_file(source: TableSource) -> Any:
    if source.query:
        raise UsageError("--query needs a database", "name it as an address, such as sqlite:///sales.db")
    path = Path(source.address)
    endings = [e.lower() for e in path.suffixes]
    ending = endings[-1] if endings else ""
    if ending in RUNS_CODE:
        raise UsageError(f"{path} can run code when it is read", f"save it in another format: {FORMATS}")
    if not path.is_file():
        raise UsageError(f"there is no file {path}", "check the path")
    if ending in (".npy", ".npz"):
        return _of_numpy(path, source.name)
    plain = endings[-2] if ending in PACKED and len(endings) > 1 else ending
    form = BY_PANDAS.get(plain, "")
    if not form or (plain != ending and form not in ("csv", "tsv", "json_lines")):
        is_database = ending in DATABASES
        hint = f"write sqlite:///{path} with --query SQL" if is_database else f"save it as {FORMATS}"
        raise UsageError(f"{path} {'is a database' if is_database else 'has no known format'}", hint)
    return _pandas(form, source)


def _of_numpy(path: Path, name: str) -> Any:
    """Return an array of a file: of several in an npz the one of this name, else all as columns of one length."""
    try:
        found = np.load(path, allow_pickle=False)
        if isinstance(found, np.ndarray):
            return found
        with found:
            arrays = {key: found[key] for key in found.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", "write it with numpy.save or numpy.savez, without objects"
        ) from None
    if len(arrays) == 1 or name in arrays:
        return arrays[name] if name in arrays else next(iter(arrays.values()))
    if arrays and all(a.ndim == 1 for a in arrays.values()) and len({len(a) for a in arrays.values()}) == 1:
        rows = np.empty(len(next(iter(arrays.values()))), [(key, a.dtype) for key, a in arrays.items()])
        for key, array in arrays.items():
            rows[key] = array
        return rows
    raise UsageError(
        f"{path} has several arrays: {', '.join(arrays)}", "choose one of them by the name of the training set: --name"
    )


def _pandas(form: str, source: TableSource) -> Any:
    try:
        reading = import_module("nbmodelver.comparison.tables.pandas_reading")
    except ImportError as error:
        raise UsageError(
            f"reading {without_password(source.address)} needs pandas: {error}", "pip install 'nbmodelver[pandas]'"
        ) from None
    return reading.read(form, source.address, source.query, dict(source.kinds or {}))
