"""Reads files that DVC writes: .dvc files, dvc.lock, dvc.yaml, and lists of folders."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged
from nbmodelver.exchange import yaml_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_TEXT_BYTES = 2 << 20
MOST_FOLDER_BYTES = 64 << 20
MOST_FILES = 200_000
_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?")


class Malformed(ValueError):
    """A file of a repository that is not what its name says. The message is the reason, as a phrase."""


@dataclass(frozen=True)
class DvcOut:
    """A file or folder that DVC tracks. path: in the repository. md5: ends with ".dir" for a folder.

    is_old: DVC 2 wrote it; its MD5 is that of a text with LF, where the file has CRLF. remote: where it lies, "" for
    any.
    """

    path: str
    md5: str
    is_old: bool
    remote: str = ""

    @property
    def is_folder(self) -> bool:
        """True for a folder."""
        return self.md5.endswith(".dir")


def parsed(data: bytes) -> Any:
    """Return the content of a JSON or YAML file. Nothing of it runs. Raises Malformed, MissingLibrary."""
    if len(data) > MOST_TEXT_BYTES:
        raise Malformed(f"it has more than {MOST_TEXT_BYTES >> 20} MB")
    try:
        return json.loads(data)
    except RecursionError as error:
        raise Malformed("it is nested too deeply") from error
    except ValueError:
        return _yaml(data)


def _yaml(data: bytes) -> Any:
    try:
        return yaml_files.parse_yaml_1_2(data, "a file of DVC, or with parameters,")
    except Damaged as error:
        raise Malformed("it is no valid YAML, or has aliases") from error


def outs_of_file(path: str, data: bytes) -> tuple[list[DvcOut], list[tuple[str, str]]]:
    """Return what a .dvc file tracks, and what of it cannot be read: path -> why. Raises Malformed."""
    content = _mapping(parsed(data))
    folder = posixpath.join(posixpath.dirname(path), str(content.get("wdir", "")))
    return _outs(folder, content.get("outs"))


def outs_of_lock(path: str, data: bytes) -> tuple[list[DvcOut], list[tuple[str, str]]]:
    """Return what the stages of a dvc.lock write, as for a .dvc file. Raises Malformed."""
    content = _mapping(parsed(data))
    stages = content.get("stages") if "schema" in content else content
    outs: list[DvcOut] = []
    left: list[tuple[str, str]] = []
    for stage in _mapping(stages or {}).values():
        found, problems = _outs(posixpath.dirname(path), _mapping(stage).get("outs"))
        outs += found
        left += problems
    return outs, left


def params_of_lock(data: bytes) -> dict[str, Any]:
    """Return the parameters that stages of a dvc.lock used. Raises Malformed."""
    content = _mapping(parsed(data))
    stages = content.get("stages") if "schema" in content else content
    found: dict[str, Any] = {}
    for stage in _mapping(stages or {}).values():
        for values in _mapping(_mapping(stage).get("params") or {}).values():
            found |= _mapping(values)
    return found


def _outs(folder: str, listed: Any) -> tuple[list[DvcOut], list[tuple[str, str]]]:
    outs: list[DvcOut] = []
    left: list[tuple[str, str]] = []
    for one in listed if isinstance(listed, list) else ():
        given = _mapping(one)
        name = str(given.get("path", ""))
        path = inside(folder, name)
        md5 = str(given.get("md5", ""))
        if not path:
            left.append((name[:200], "its path leads out of the repository"))
        elif not _MD5.fullmatch(md5):
            left.append((path, "it has no MD5 in this commit"))
        else:
            outs.append(DvcOut(path, md5, given.get("hash") != "md5", str(given.get("remote") or "")))
    return outs, left


def files_of_folder(out: DvcOut, data: bytes) -> Iterator[DvcOut]:
    """Yield the files of a folder. data: its object. Raises Malformed."""
    try:
        listed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed("it is no list of files") from error
    if not isinstance(listed, list) or len(listed) > MOST_FILES:
        raise Malformed("it is no list of files, or a longer one than is read")
    for one in listed:
        given = _mapping(one)
        path, md5 = inside(out.path, str(given.get("relpath", ""))), str(given.get("md5", ""))
        if not path.startswith(f"{out.path}/") or not _MD5.fullmatch(md5) or md5.endswith(".dir"):
            raise Malformed("it names a file outside of the folder, or one without MD5")
        yield DvcOut(path, md5, out.is_old, out.remote)


def listed_files(content: Any, key: str, folder: str) -> list[str]:
    """Return the files that a dvc.yaml lists under "metrics", "params" or "plots", also those of its stages."""
    project = content if isinstance(content, dict) else {}
    stages = project.get("stages")
    places = [project, *(stages.values() if isinstance(stages, dict) else ())]
    found = []
    for place in places:
        for one in _items(place.get(key) if isinstance(place, dict) else None):
            names = one if isinstance(one, dict) else {one: None}
            found += [path for name in names if isinstance(name, str) and (path := inside(folder, name))]
    return list(dict.fromkeys(found))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def inside(folder: str, name: str) -> str:
    """Return a path of the repository, "" if it leads out of it."""
    if not name or name.startswith(("/", "~")) or "\\" in name or "\0" in name or re.match(r"[A-Za-z]+:", name):
        return ""
    path = posixpath.normpath(posixpath.join(folder, name))
    return "" if path in (".", "..") or path.startswith(("../", "/")) else path


def _mapping(value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, dict):
        raise Malformed("it has another form")
    return value
