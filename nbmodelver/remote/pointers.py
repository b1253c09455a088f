"""Pointer files: a few lines of TOML in a Git repository that name a version, its remote, its metrics and models.

A pointer has at most 1 KiB and one fact per line, so Git shows what changed and merges what does not conflict.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UsageError
from nbmodelver.model import VersionId, is_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbmodelver.model import Version

SUFFIX = ".nbmv"
FORMAT = 1
MAX_BYTES = 1024
MOST_CHARACTERS = 80
_OURS, _BASE, _THEIRS, _END = "<<<<<<<", "|||||||", "=======", ">>>>>>>"


@dataclass(frozen=True)
class Pointer:
    """The content of a pointer file. remote: the address of the remote that has the version, "" if none has it.

    options: of the remote, without credentials.
    """

    version: VersionId
    name: str
    branch: str
    message: str = ""
    remote: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)


def pointer_to(version: Version, branch: str, remote: str = "", options: Mapping[str, str] | None = None) -> Pointer:
    """Return the pointer to a version."""
    models = {name: kept.type for name, kept in sorted(version.kept.items()) if kept.kind == "model"}
    metrics = dict(sorted(version.metrics.items()))
    return Pointer(version.id, version.name, branch, version.message, remote, dict(options or {}), metrics, models)


def write(pointer: Pointer, file_name: str) -> str:
    """Return the text of a pointer file. Metrics and models that do not fit into MAX_BYTES are left out.

    file_name: for the first line, which says how to bring the version.
    """
    metrics, models = list(pointer.metrics.items()), list(pointer.models.items())
    while True:
        text = _text(pointer, file_name, metrics, models)
        if len(text.encode()) <= MAX_BYTES or not (metrics or models):
            return text
        (metrics if len(metrics) >= len(models) else models).pop()


def _text(pointer: Pointer, file_name: str, metrics: list[tuple[str, float]], models: list[tuple[str, str]]) -> str:
    lines = [
        f"# A version of nbmodelver: `nbmodelver pull --pointer {file_name}` brings it.",
        f"pointer = {FORMAT}",
        f"version = {_quoted(pointer.version)}",
        f"name = {_quoted(pointer.name)}",
        f"branch = {_quoted(pointer.branch)}",
    ]
    lines += [f"message = {_quoted(pointer.message)}"] if pointer.message else []
    lines += [f"remote = {_quoted(pointer.remote)}"] if pointer.remote else []
    tables: dict[str, list[str]] = {
        "options": [f"{_quoted(k)} = {_quoted(v)}" for k, v in pointer.options.items()],
        "metrics": [f"{_quoted(k)} = {_number(v)}" for k, v in metrics],
        "models": [f"{_quoted(k)} = {_quoted(v)}" for k, v in models],
    }
    for name, rows in tables.items():
        lines += ["", f"[{name}]", *rows] if rows else []
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a TOML string. The escapes of JSON are those of TOML."""
    shown = text if len(text) <= MOST_CHARACTERS or is_id(text) else text[: MOST_CHARACTERS - 1] + "…"
    return json.dumps(shown, ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(value: float) -> str:
    """Return a TOML number; TOML writes nan and inf as Python does."""
    return repr(float(value))


def read(path: Path) -> Pointer:
    """Return the pointer in a file. Raises UsageError if it is missing, malformed, or in the middle of a merge."""
    try:
        raw = path.read_bytes()[: 64 * MAX_BYTES]
    except OSError as error:
        raise UsageError(f"no pointer file {path}", "write one: %mv_git write") from error
    return parse(raw.decode("utf-8", "replace"), str(path))


def parse(text: str, where: str) -> Pointer:
    """Return the pointer of a text. where: the file, for messages. Raises UsageError."""
    if any(line.startswith((_OURS, _END)) for line in text.splitlines()):
        raise UsageError(f"{where} has a conflict of Git", "keep one side, or merge the versions: %mv_merge")
    try:
        data: dict[str, Any] = tomllib.loads(text)
        if type(data["pointer"]) is not int or not is_id(str(data["version"])):
            raise ValueError("version")
        found = Pointer(
            VersionId(str(data["version"])), str(data["name"]), str(data["branch"]), str(data.get("message", "")),
            str(data.get("remote", "")), {str(k): str(v) for k, v in _table(data, "options").items()},
            {str(k): float(v) for k, v in _table(data, "metrics").items()},
            {str(k): str(v) for k, v in _table(data, "models").items()},
        )  # fmt: skip
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        said = f"{where} is not a pointer of nbmodelver ({error})"
        raise UsageError(said, "write it again: %mv_git write") from error
    if data["pointer"] > FORMAT:
        raise UsageError(f"{where} has format {data['pointer']}; this nbmodelver reads {FORMAT}", "upgrade nbmodelver")
    return found


def _table(data: dict[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, dict):
        raise TypeError(name)
    return found
