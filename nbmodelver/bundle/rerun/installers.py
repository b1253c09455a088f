"""uv, or venv and pip: how they make an environment, and what it means if they fail."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver.errors import RerunFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

_RELEASE = r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*?)\s*==\s*(?P<release>[A-Za-z0-9][A-Za-z0-9.!+-]*[A-Za-z0-9]|\d)"
_FAILURES = (
    (re.compile(r"DO NOT MATCH THE HASHES.*?\s(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*?)==(?P<release>[\w.+!]+) from"),
     "the file of {name} {release} has another hash than the lock of the bundle"),
    (re.compile(r"Hash mismatch for `?(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*?)==(?P<release>[\w.+!]+)"),
     "the file of {name} {release} has another hash than the lock of the bundle"),
    (re.compile(r"NewConnectionError|ConnectTimeout|ReadTimeout|error sending request|dns error|name resolution"
                r"|network is unreachable", re.IGNORECASE),
     "no package index can be reached"),
    (re.compile(rf"{_RELEASE} has no (wheels|usable wheels|source distribution)[^.]*(platform|tag|ABI)", re.IGNORECASE),
     "{name} {release} has no file for this platform or this Python"),
    (re.compile(r"(?P<name>[\w.]+?)-(?P<release>\d[\w.!+]*?)-\S*\.whl is not a supported wheel on this platform"),
     "{name} {release} has no file for this platform or this Python"),
    (re.compile(rf"(no version of|requirement|no matching distribution found for)\s+{_RELEASE}", re.IGNORECASE),
     "no index that is set up here has {name} {release} for this platform and this Python"),
    (re.compile(r"(?P<name>[A-Za-z0-9._-]+) was not found in the (package registry|provided package locations)"),
     "no index that is set up here has {name}"),
    (re.compile(rf"fail\w* to build .?{_RELEASE}", re.IGNORECASE),
     "{name} {release} has no built file for this platform, and building it failed"),
)  # fmt: skip
"""What an installer prints -> what is in the way."""

HERE_HINT = "run it in this environment instead, which names what differs: --here"


def uv() -> list[str]:
    """Return the command of uv, from the path or installed beside this Python; [] without it."""
    found = shutil.which("uv")
    if found:
        return [found]
    return [sys.executable, "-m", "uv"] if find_spec("uv") else []


def interpreter_for(minor: str) -> Path | None:
    """Return an interpreter of this minor release, None if none is found. This one is preferred."""
    if minor == f"{sys.version_info[0]}.{sys.version_info[1]}":
        return Path(sys.executable)
    found = shutil.which(f"python{minor}")
    if found is None and (command := uv()):
        asked = [*command, "python", "find", minor]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        found = done.stdout.strip() if done.returncode == 0 else None
    return Path(found) if found else None


def install(base: Path, place: Path, interpreter: Path, listed: Sequence[str]) -> None:
    """Make an environment in `place` and install packages. base: the Python that it is made with.

    interpreter: of the environment. listed: arguments that name the packages. Raises RerunFailed.
    """
    if command := uv():
        run([*command, "venv", "--quiet", "--allow-existing", "--python", str(base), str(place)])
    else:
        run([str(base), "-m", "venv", str(place)])
    add(interpreter, listed)


def add(interpreter: Path, listed: Sequence[str]) -> None:
    """Install further packages into an environment. Raises RerunFailed."""
    if command := uv():
        run([*command, "pip", "install", "--quiet", "--python", str(interpreter), *listed])
    else:
        run([str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *listed])


def run(command: Sequence[str]) -> None:
    """Run an installer. Raises RerunFailed with what is in the way, or the lines in which the installer says it."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode:
        raise RerunFailed(f"the environment could not be made: {reason(done.stderr or done.stdout)}", HERE_HINT)


def reason(said: str) -> str:
    """Return what is in the way by what an installer printed: the package if it names one, else its last lines."""
    text = " ".join(line.strip(" │╰─▶×") for line in said.splitlines())
    for pattern, meaning in _FAILURES:
        if match := pattern.search(text):
            return meaning.format(**match.groupdict())
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "× ", "x "))] or lines[-3:]
    return "; ".join(errors[-3:])[:600]
