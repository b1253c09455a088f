"""nbmodelver.json: the file that every target gets. It has all facts of a version, also those that the target cannot
show, and names the files with their hashes. An import finds by it that a version was ours.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged
from nbmodelver.model import GitState
from nbmodelver.model.exchange import Facts, Point, RegisteredAs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model.exchange import VersionFiles

NAME = "nbmodelver.json"
FORMAT = 1
MOST_BYTES = 64 << 20


def encode(contents: VersionFiles) -> bytes:
    """Return the file. The same version with the same members gives the same bytes."""
    data = {
        "format": FORMAT,
        "version": _finite(asdict(contents.facts)),
        "members": [
            {
                "path": one.path, "role": one.role, "name": one.name, "format": one.format, "exact": one.exact,
                "size": one.size_bytes, "sha256": one.sha256,
            }
            for one in contents.members
        ],
        "left_out": [[one.what, one.why] for one in contents.left_out],
        "only": list(contents.only),
    }  # fmt: skip
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _finite(value: Any) -> Any:
    """Return JSON without NaN and infinity, which many readers refuse: they become texts, which `float` reads."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def digest(data: bytes) -> str:
    """Return what identifies an exported version, from its sidecar: SHA-256 over what never changes.

    Tags, stages, aliases and notes change. So do the bytes of files: another release of a library writes the same
    table in other bytes. The id of a version stands for its values.
    """
    content = json.loads(data)
    return _digest(content["version"], content.get("only", []))


def digest_of(facts: Facts, only: Iterable[str]) -> str:
    """Return the same of a version that would be exported with these names."""
    return _digest(_finite(asdict(facts)), sorted(only))


def _digest(version: dict[str, Any], only: list[str]) -> str:
    fixed = {key: value for key, value in version.items() if key not in ("tags", "registered", "note")}
    return hashlib.sha256(json.dumps([fixed, only], sort_keys=True).encode()).hexdigest()


def decode(data: bytes, where: str) -> tuple[Facts, list[dict[str, Any]]]:
    """Return the facts and the members of a sidecar. where: names it in errors. Raises Damaged."""
    try:
        content = json.loads(data)
        if not isinstance(content["format"], int) or content["format"] > FORMAT:
            raise Damaged(f"{where} was written by a newer nbmodelver", "upgrade nbmodelver")
        return facts_of(content["version"]), [_member(one) for one in content["members"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged(f"{where} is malformed", "export the version again") from error


def facts_of(data: dict[str, Any]) -> Facts:
    """Return facts from their JSON form. Raises KeyError, TypeError, ValueError for anything else."""
    given = {key: value for key, value in data.items() if key in Facts.__dataclass_fields__}
    for name in ("parents", "tags"):
        given[name] = tuple(map(str, given.get(name, ())))
    given["registered"] = tuple(
        RegisteredAs(**{**one, "stages": tuple(one.get("stages", ())), "aliases": tuple(one.get("aliases", ()))})
        for one in given.get("registered", ())
    )
    given["curves"] = {k: tuple(Point(**p) for p in points) for k, points in given.get("curves", {}).items()}
    given["roles"] = {str(k): tuple(map(str, roles)) for k, roles in given.get("roles", {}).items()}
    given["metrics"] = {str(k): float(v) for k, v in given.get("metrics", {}).items()}
    if given.get("git") is not None:
        given["git"] = GitState(**given["git"])
    return Facts(**given)


def _member(data: dict[str, Any]) -> dict[str, Any]:
    found = {key: str(data[key]) for key in ("path", "role", "name", "format", "exact", "sha256")}
    if found["path"].startswith(("/", ".")) or ".." in found["path"].split("/") or "\\" in found["path"]:
        raise ValueError("path")
    return {**found, "size": int(data["size"])}
