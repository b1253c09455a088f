"""The Pythons of this machine that nbmodelver supports: on the PATH, made by pyenv, brought by uv.

python -m tests.environments.pythons    # prints version and place, one a line
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = (3, 11)
ASK = (
    "import sys, sysconfig; "
    "print(sys.implementation.name, bool(sysconfig.get_config_var('Py_GIL_DISABLED')), *sys.version_info[:3])"
)


def found() -> dict[tuple[int, int], Path]:
    """One CPython of each minor version from 3.11 on, in order: the last patch that is here.

    Builds without the GIL are left out: most of the libraries that the tests use have no wheels for them.
    """
    best: dict[tuple[int, int], tuple[int, Path]] = {}
    for path in candidates():
        version = version_of(path)
        if version is None or version[:2] < FIRST:
            continue
        minor, patch = version[:2], version[2]
        if minor not in best or patch > best[minor][0]:
            best[minor] = patch, path
    return {minor: best[minor][1] for minor in sorted(best)}


def candidates() -> Iterator[Path]:
    """Every file that is called like a Python."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield from sorted(Path(folder).glob("python3.[0-9]*")) if folder else ()
    for place in (pyenv() / "versions", uv()):
        yield from sorted(place.glob("*/bin/python3"))


def pyenv() -> Path:
    """Where pyenv keeps what it made."""
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def uv() -> Path:
    """Where uv keeps what it brought."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")


def version_of(path: Path) -> tuple[int, int, int] | None:
    """The version of a CPython with the GIL; None of everything else, and of what does not run."""
    try:
        done = subprocess.run([path, "-c", ASK], capture_output=True, text=True, check=True, timeout=30)
        name, no_gil, *numbers = done.stdout.split()
        major, minor, patch = map(int, numbers)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return (major, minor, patch) if (name, no_gil) == ("cpython", "False") else None


if __name__ == "__main__":
    for (major, minor), place in found().items():
        print(f"{major}.{minor}  {place}")
