"""A bundle inside of a notebook: one `.ipynb` that any Jupyter opens, with the zip file in its metadata as base64."""

from __future__ import annotations

import base64
import binascii
import io
import json
import zipfile
from typing import TYPE_CHECKING, BinaryIO

from nbmodelver.errors import LimitExceeded

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 20 << 20
"""Largest zip file that a notebook carries. Jupyter reads and writes all of it with each save."""

_KEY = "nbmodelver"
_MAX_NOTEBOOK_BYTES = 4 * MAX_BYTES + (64 << 20)


def is_notebook(path: Path) -> bool:
    """True for the path of a notebook."""
    return path.suffix == ".ipynb"


def write(zip_file: BinaryIO, target: BinaryIO) -> None:
    """Write notebook.ipynb of the bundle in `zip_file` to `target`, with the zip file in its metadata.

    Raises LimitExceeded if the zip file is larger than MAX_BYTES.
    """
    size = zip_file.seek(0, 2)
    if size > MAX_BYTES:
        raise LimitExceeded(
            f"the bundle has {size / 1e6:,.0f} MB; a notebook carries {MAX_BYTES / 1e6:,.0f} MB",
            "write a zip file: -o NAME.nbmv.zip, or leave data out: --no-data",
        )
    zip_file.seek(0)
    with zipfile.ZipFile(zip_file) as bundle:
        notebook = json.loads(bundle.read("notebook.ipynb"))
    zip_file.seek(0)
    notebook["metadata"][_KEY] = {"bundle": base64.b64encode(zip_file.read()).decode("ascii")}
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    target.write(text.encode("utf-8", "replace") + b"\n")


def opened(file: BinaryIO) -> BinaryIO | None:
    """Return the zip file that a notebook carries; None for any other file."""
    data = file.read(_MAX_NOTEBOOK_BYTES + 1)
    if len(data) > _MAX_NOTEBOOK_BYTES:
        return None
    try:
        text = json.loads(data)["metadata"][_KEY]["bundle"]
        return io.BytesIO(base64.b64decode(text, validate=True))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, binascii.Error):
        return None
