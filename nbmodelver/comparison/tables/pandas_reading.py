"""Reads files and databases with pandas, with the types that the training set has."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SQLITE = "sqlite:///"


def read(form: str, address: str, query: str, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame. form: "csv", "tsv", "json_lines", "parquet", "feather" or "query".

    kinds: column -> kind in the training set: a column of texts is not read as numbers ("01234"), and texts become
    times if all of them are times. Raises UsageError if it cannot be read, or if a library is missing.
    """
    try:
        return _with_times(_read(form, address, query, kinds), kinds)
    except UsageError:
        raise
    except ImportError as error:
        what = "the query" if form == "query" else address
        raise UsageError(f"{what} needs another library: {error}", _extra(form)) from None
    except Exception as error:  # Each format has errors of its own, and those of its libraries.
        said = str(error).strip().partition("\n")[0]
        what = "the query failed" if form == "query" else f"{address} cannot be read as {form.replace('_', ' ')}"
        raise UsageError(f"{what}: {type(error).__name__}: {said}", "check it with pandas") from None


def _extra(form: str) -> str:
    return f"pip install 'nbmodelver[{'sql' if form == 'query' else 'arrow'}]'"


def _read(form: str, address: str, query: str, kinds: Mapping[str, str]) -> pd.DataFrame:
    if form == "query":
        return _queried(address, query)
    if form in ("csv", "tsv"):
        separator = "\t" if form == "tsv" else ","
        head = pd.read_csv(address, sep=separator, nrows=0)
        texts = {c: str for c in head.columns if kinds.get(str(c)) == "text"}
        return pd.read_csv(address, sep=separator, dtype=texts)
    if form == "json_lines":
        return pd.read_json(address, lines=True, dtype=False)  # JSON has types of its own.
    return pd.read_parquet(address) if form == "parquet" else pd.read_feather(address)


def _queried(address: str, query: str) -> pd.DataFrame:
    if not address.startswith(SQLITE):
        return pd.read_sql_query(query, address)  # pandas passes the address to SQLAlchemy.
    path = Path(address.removeprefix(SQLITE))
    if not path.is_file():
        raise UsageError(f"there is no database {path}", "write sqlite:///NAME.db, or sqlite:////FOLDER/NAME.db")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return pd.read_sql_query(query, connection)


def _with_times(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return the frame with times in columns that had times in the training set, if every text is a time."""
    made = {}
    for name in frame.columns:
        if kinds.get(str(name)) == "time" and pd.api.types.is_string_dtype(frame[name].dtype):
            parsed = pd.to_datetime(frame[name], errors="coerce", format="mixed", utc=True)
            if parsed.isna().sum() == frame[name].isna().sum():
                made[name] = parsed.dt.tz_localize(None)
    return frame.assign(**made) if made else frame
