"""Names of the members of a bundle, and its limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = 3
"""Written since there are input files; 2 has modules, 1 has neither. All are read."""

SUFFIX = ".nbmv.zip"
NOTEBOOK_SUFFIX = ".nbmv.ipynb"
MANIFEST = "manifest-sha256.txt"
SIGNATURE = "signature.json"
BUNDLE = "bundle.json"
RECORD = "store/record.json"
PARTS = "store/parts/"
COMPRESSED = ".zst"
VARIABLES = "variables/"
MODULES = "modules/"
FILES = "files/"
ELSEWHERE = "files/elsewhere/"
WHEELS = "wheels/"
LOCK = "requirements.lock.txt"
PYLOCK = "pylock.toml"
MODELS = "models/"
DOCUMENTS = frozenset(
    {
        BUNDLE, MANIFEST, SIGNATURE, LOCK, PYLOCK, "notebook.ipynb", "replay.ipynb", "requirements.txt",
        "constraints.txt", "environment.json", "README.md", "REPORT.html", "ro-crate-metadata.json", "CITATION.cff",
        "runtime.txt", "docker/Dockerfile",
    }
)  # fmt: skip

MAX_MEMBERS = 200_000
MAX_DIRECTORY_BYTES = 32 << 20
MAX_DOCUMENT_BYTES = 64 << 20
MAX_RAW_BYTES = 64 << 30
"""Raw bytes of all parts together. `bring_in` accepts another limit."""

MAX_RATIO = 1000
"""Largest ratio of raw bytes to file size, against zip bombs. The writer does not compress parts beyond it."""

_STEM = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}"
_MEMBER = re.compile(rf"(?:{re.escape(VARIABLES)}{_STEM}|{re.escape(PARTS)}[0-9a-f]{{40}}(?:{re.escape(COMPRESSED)})?)")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(\..*)?")


def is_allowed(name: str) -> bool:
    """Return True for a valid member name: only known folders, no "..", no device name of Windows (P4, SECURITY.md)."""
    if name in DOCUMENTS or name == RECORD:
        return True
    if name.startswith(MODULES):
        return is_module(name.removeprefix(MODULES))
    if name.startswith((FILES, MODELS)):
        return is_plain_path(name)
    if name.startswith(WHEELS):  # A local release has a "+" in it.
        return name.endswith(".whl") and name.count("/") == 1 and is_plain_path(name.replace("+", "_"))
    last = name.rpartition("/")[2]
    return bool(_MEMBER.fullmatch(name)) and ".." not in name and not last.endswith(".") and not _DEVICE.fullmatch(last)


def is_module(path: str) -> bool:
    """Return True for the path of a module that is stored as a file of its own."""
    return path.endswith(".py") and is_plain_path(path)


def is_plain_path(path: str) -> bool:
    """Return True for a relative path of plain ASCII names, below its folder on every system."""
    steps = path.split("/")
    plain = len(path) <= _MOST_CHARS and all(re.fullmatch(_STEM, step) for step in steps)
    return plain and ".." not in path and not any(step.endswith(".") or _DEVICE.fullmatch(step) for step in steps)


def file_members(paths: Iterable[str]) -> dict[str, str]:
    """Return path of an input file -> name of its member: below "files/" if the path is plain, unique ignoring case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for number, path in enumerate(paths, 1):
        name = f"{FILES}{path}"
        if not is_plain_path(path) or name.lower() in taken or name.startswith(ELSEWHERE):
            last = re.sub(r"[^A-Za-z0-9_.-]+", "_", path.rpartition("/")[2]).strip("._-")[-60:]
            name = f"{ELSEWHERE}{number}/{last if is_plain_path(last) else 'file'}"
        found[path] = name
        taken.add(name.lower())
    return found


_MOST_CHARS = 400


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return variable -> file stem: its name, unique ignoring case, or "variable-N" if it cannot be a file name."""
    taken: set[str] = set()
    found: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        usable = name.isascii() and name.isidentifier() and len(name) <= 80 and not _DEVICE.fullmatch(name)
        stem = name if usable else f"variable-{number}"
        found[name] = stem if stem.lower() not in taken else f"{stem}-{number}"
        taken.add(found[name].lower())
    return found
