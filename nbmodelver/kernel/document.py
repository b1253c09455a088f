"""The notebook's path and document, when the front-end or the file can tell."""

from __future__ import annotations

import os
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
