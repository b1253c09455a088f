"""HEAD of a store: a branch, a version, and the same for each notebook, as JSON in one ref."""

from __future__ import annotations

import hashlib
import json

from nbmodelver.errors import Damaged
from nbmodelver.model import VersionId

MAIN = "main"


def parse_head(value: str | None) -> tuple[str, VersionId | None]:
    """Branch and version of HEAD. Raises Damaged."""
    if value is None:
        return MAIN, None
    try:
        data = json.loads(value)
        version = data["version"]
        return str(data["branch"]), None if version is None else VersionId(str(version))
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(
            "HEAD of the store is not readable", "move its file, refs/<id of HEAD>, out of the store"
        ) from error


def notebooks_in(value: str | None) -> dict[str, tuple[str, VersionId]]:
    """Branch and version of each notebook that HEAD remembers; nothing when that cannot be read."""
    try:
        found = json.loads(value or "{}").get("notebooks", {})
        return {str(key): (str(branch), VersionId(str(version))) for key, (branch, version) in found.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def key_of(notebook: str) -> str:
    """What stands for a notebook's path in the store: short, whatever it is called."""
    return hashlib.sha256(notebook.encode("utf-8", "surrogatepass")).hexdigest()[:16]
