"""The notebook's path and document, when the front-end or the file can tell."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_BYTES = 50_000_000


def path_of(namespace: dict[str, Any]) -> Path | None:
    """The notebook's file, from what the front-end told the kernel; None when nobody did."""
    for told in (namespace.get("__vsc_ipynb_file__"), namespace.get("__session__"), os.environ.get("JPY_SESSION_NAME")):
        if isinstance(told, str) and told.endswith(".ipynb"):
            for path in (Path(told), Path.cwd() / Path(told).name):
                if path.is_file():
                    return path.absolute()
    return None


def saved(path: Path | None) -> bytes | None:
    """The notebook as it is saved, or None when it is not there, not readable or above 50 MB."""
    if path is None:
        return None
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError:
        return None


@dataclass(frozen=True)
class LiveDocument:
    """The document as the front-end has it, saved or not. name: the file's. told_s: when it came, epoch seconds."""

    name: str
    data: bytes
    told_s: float = field(default_factory=time.time)


def live(path: str, notebook: dict[str, Any]) -> LiveDocument | None:
    """The document that a front-end told of, as the JSON that a save would write; None when it is above 50 MB."""
    data = (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")
    return LiveDocument(path.rpartition("/")[2], data) if len(data) <= MAX_BYTES else None


def latest(path: Path | None, told: LiveDocument | None) -> bytes | None:
    """The newer of the live document and the saved one, or None."""
    if told is None:
        return saved(path)
    try:
        is_newer = path is not None and path.stat().st_mtime > told.told_s
    except OSError:
        is_newer = False
    return (saved(path) if is_newer else None) or told.data
