"""Values in open formats (JSON, .npy, Parquet), for readers without nbmodelver, if a format represents them exactly.

Exactly means: the value that an ordinary reader gets from the bytes has the same encoding as the original. The file of
a library defines `to_open_format(value)`, which returns the format, the bytes and the value read from them, or None;
and `comparable(value)`, which returns the content to compare.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import graph

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = "json"
LIBRARIES: dict[str, str] = {"numpy": "numpy", "pandas": "pandas"}
"""Root module of a type -> the file in codecs/ with an open format for it."""


@dataclass(frozen=True)
class OpenFormat:
    """A value in an open format: "json", "npy", "parquet" or "parquet-series".

    label: the name of a series, which its Parquet column ("value") does not contain.
    """

    format: str
    data: bytes
    label: str | int | None = None


def to_open_format(value: Any) -> OpenFormat | None:
    """The value in an open format, or None if no format represents it exactly. Neither uses nor runs pickle."""
    kind = type(value)
    library = LIBRARIES.get(kind.__module__.partition(".")[0])
    if library is None:
        return _as_json(value)
    home = importlib.import_module(f"nbmodelver.codecs.{library}")
    found = home.to_open_format(value)
    if found is None:
        return None
    form, data, again = found
    label = value.name if form == "parquet-series" else None
    return OpenFormat(form, data, label) if _same(value, again, home.comparable) else None


def from_open_format(data: bytes, format_: str, label: str | int | None = None) -> Any:
    """Return the value of a file: "json", "npy", "parquet", "parquet-series" or "csv". Nothing in it is run.

    label: the name of a series. Raises ValueError if the content is malformed, ImportError without the library.
    """
    try:
        if format_ == JSON:
            return json.loads(data)
        if format_ == "npy":
            return importlib.import_module("nbmodelver.codecs.numpy").from_open_format(data)
        home = importlib.import_module("nbmodelver.codecs.pandas_open")
        frame = home.from_text(data) if format_ == "csv" else home.from_open_format(data)
    except ImportError:
        raise
    except Exception as error:  # The exception types of the libraries vary.
        raise ValueError(f"not readable as {format_}: {error}") from error
    return frame["value"].rename(label) if format_ == "parquet-series" else frame


def _as_json(value: Any) -> OpenFormat | None:
    try:
        data = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        again = json.loads(data)
    except (TypeError, ValueError, RecursionError):
        return None
    return OpenFormat(JSON, data + b"\n") if _same(value, again, lambda v: v) else None


def _same(a: Any, b: Any, comparable: Callable[[Any], Any]) -> bool:
    return type(a) is type(b) and _content(comparable(a)) == _content(comparable(b))


def _content(value: Any) -> Any:
    found = graph.capture({"x": value}, definitions=False)
    if not found.groups or found.groups[0].format != graph.PLAIN:
        return object()
    draft = found.groups[0]
    return draft.skeleton, [hashlib.sha256(b.raw).digest() for b in draft.buffers], json.dumps(draft.table)
