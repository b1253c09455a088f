"""Files of skops in one form: equal estimators give equal bytes.

skops names members and objects by memory addresses and stamps the time. Here both are counted in the order of
appearance, times are constant, and the padding of structured arrays, which holds what the memory held, is zero.
Format: a zip file with schema.json, a tree of nodes, and one member per array (skops 0.16, skops/io/_persist.py).
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "schema.json"
TIME = (1980, 1, 1, 0, 0, 0)
SCALAR = "JsonNode"
"""The loader of texts, numbers and None. Whether two of them are one object depends on the interpreter."""


def canonical(data: bytes) -> bytes:
    """Return a file of skops in canonical form. Raises KeyError, ValueError for another file."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        schema = json.loads(source.read(SCHEMA))
        renamed = _renumbered(schema)
        members = {new: _without_padding(source.read(old)) for old, new in renamed.items()}
        missing = {*source.namelist()} - renamed.keys() - {SCHEMA}
    if missing:
        raise ValueError(f"members that no node names: {', '.join(sorted(missing))}")
    return _zipped({**members, SCHEMA: json.dumps(schema, separators=(",", ":")).encode("ascii")})


def _renumbered(schema: Any) -> dict[str, str]:
    """Number all nodes and members in the order of appearance, in place. Return the old and new names of members."""
    ids: dict[int, int] = {}
    names: dict[str, str] = {}
    count = 0
    for node in _nodes(schema):
        if isinstance(node.get("__id__"), int):
            key = count if node.get("__loader__") == SCALAR else ids.setdefault(node["__id__"], count)
            node["__id__"] = key + 1
            count += 1
        if isinstance(node.get("file"), str):
            old = node["file"]
            node["file"] = names.setdefault(old, f"{len(names)}.{old.rpartition('.')[2]}")
    return names


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all dicts of a tree, a parent before its children."""
    waiting = [value]
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict):
            yield at
            waiting += reversed(list(at.values()))
        elif isinstance(at, list):
            waiting += reversed(at)


def _without_padding(data: bytes) -> bytes:
    """Return a member. The bytes between the fields of a structured .npy array are zero."""
    if not data.startswith(b"\x93NUMPY"):
        return data
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if not array.dtype.names:
        return data
    clean = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    file = io.BytesIO()
    np.save(file, clean, allow_pickle=False)
    return file.getvalue()


def _zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as target:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, TIME)
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            target.writestr(entry, data)
    return file.getvalue()
