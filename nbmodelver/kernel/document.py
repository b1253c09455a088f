"""The notebook's path and document, from the front-end or the file."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_BYTES = 50_000_000


def path_of(namespace: dict[str, Any]) -> Path | None:
    """Return the notebook's file as the front-end sent it to the kernel; None if it did not or the file is missing.

    VS Code sets the variable `__vsc_ipynb_file__`, Jupyter `__session__` or the environment variable JPY_SESSION_NAME.
    """
    environment = os.environ.get("JPY_SESSION_NAME")
    for sent in (namespace.get("__vsc_ipynb_file__"), namespace.get("__session__"), environment):
        if isinstance(sent, str) and sent.endswith(".ipynb"):
            for path in (Path(sent), Path.cwd() / Path(sent).name):
                if path.is_file():
                    return path.absolute()
    return None


def saved(path: Path | None) -> bytes | None:
    """Return the saved notebook document as bytes; None if the file is missing, unreadable or above MAX_BYTES."""
    if path is None:
        return None
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError:
        return None


@dataclass(frozen=True)
class LiveDocument:
    """The document in the front-end, saved or not.

    name: that of the file. data: JSON bytes. received_s: the time of arrival, in seconds since the epoch.
    """

    name: str
    data: bytes
    received_s: float = field(default_factory=time.time)


def live(path: str, notebook: dict[str, Any]) -> LiveDocument | None:
    """Return a document that the front-end sent, as the JSON that a save would write; None if it is above MAX_BYTES.

    path: the file of the notebook, with "/" as separator. notebook: its content in the notebook format.
    """
    data = (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")
    return LiveDocument(path.rpartition("/")[2], data) if len(data) <= MAX_BYTES else None


def latest(path: Path | None, received: LiveDocument | None) -> bytes | None:
    """Return the newer of the saved and the received document as JSON bytes, or None without either."""
    if received is None:
        return saved(path)
    try:
        is_newer = path is not None and path.stat().st_mtime > received.received_s
    except OSError:
        is_newer = False
    return (saved(path) if is_newer else None) or received.data
