"""The ref HEAD of a store: JSON with a branch and a version, and the same for each notebook."""

from __future__ import annotations

import hashlib
import json

from nbmodelver.errors import Damaged
from nbmodelver.model import VersionId

MAIN = "main"


def parse_head(value: str | None) -> tuple[str, VersionId | None]:
    """Return branch and version of HEAD. value: the text of the ref; None: it does not exist. Raises Damaged."""
    if value is None:
        return MAIN, None
    try:
        data = json.loads(value)
        version = data["version"]
        return str(data["branch"]), None if version is None else VersionId(str(version))
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(
            "HEAD of the store is not readable", "move the file refs/<id of HEAD> out of the store"
        ) from error


def notebooks_in(value: str | None) -> dict[str, tuple[str, VersionId]]:
    """Return branch and version of each notebook in HEAD, by `key_of` its path; {} if the text is invalid."""
    try:
        notebooks = json.loads(value or "{}").get("notebooks", {})
        return {str(key): (str(branch), VersionId(str(version))) for key, (branch, version) in notebooks.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def key_of(notebook: str) -> str:
    """Return the key of a notebook's path in refs: 16 hexadecimal digits."""
    return hashlib.sha256(notebook.encode("utf-8", "surrogatepass")).hexdigest()[:16]
