"""Units of systemd in the user's configuration folder: a service that runs the task once, and a timer."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import system
from nbmodelver.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.actions.schedule.times import Times

PROGRAM = "systemctl"
LIMIT_S = 30
_HEAD = "# Made by nbmodelver. Remove it with: nbmodelver schedule --as {name} --remove"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "%": "%%", "$": "$$"}


def folder() -> Path:
    """Return the folder of the user's units."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "systemd" / "user"


def unit(id_: str) -> str:
    """Return the name of the units without its ending."""
    return f"nbmodelver-{id_}"


def files(times: Times, command: Sequence[str], id_: str, name: str) -> dict[str, str]:
    """Return name and text of the two units. Persistent=true runs a missed task when the machine is on again."""
    head = _HEAD.format(name=name)
    start = " ".join('"' + "".join(_ESCAPES.get(c, c) for c in word) + '"' for word in command)
    calendar = "\n".join(f"OnCalendar={value}" for value in times.calendar)
    return {
        f"{unit(id_)}.service": f"{head}\n[Unit]\nDescription=nbmodelver {name}\n\n"
        f"[Service]\nType=oneshot\nExecStart={start}\n",
        f"{unit(id_)}.timer": f"{head}\n[Unit]\nDescription=nbmodelver {name}\n\n"
        f"[Timer]\n{calendar}\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
    }


def is_there() -> bool:
    """Return True if there is a program that manages the units."""
    return shutil.which(PROGRAM) is not None


def has(id_: str) -> bool:
    """Return True if the units of the schedule are in the folder."""
    return (folder() / f"{unit(id_)}.timer").is_file()


def install(texts: dict[str, str], id_: str) -> list[Path]:
    """Write the units and start the timer. Returns the files.

    Raises StoreError if a file cannot be written, or if systemd cannot be reached; then no file is left, or the former
    ones are.
    """
    before = {name: path.read_text("utf-8") for name in texts if (path := folder() / name).is_file()}
    paths = [folder() / name for name in texts]
    try:
        for path, text in zip(paths, texts.values(), strict=True):
            _put(path, text)
        _call("daemon-reload")
        _call("enable", "--now", f"{unit(id_)}.timer")
    except StoreError:
        for path in paths:
            with suppress(StoreError, OSError):
                _put(path, before[path.name]) if path.name in before else path.unlink(missing_ok=True)
        raise
    return paths


def remove(id_: str) -> bool:
    """Stop the timer and delete the units. Returns False if there were none. Raises StoreError."""
    if not has(id_) and not (folder() / f"{unit(id_)}.service").is_file():
        return False
    _call("disable", "--now", f"{unit(id_)}.timer")
    for ending in ("timer", "service"):
        try:
            (folder() / f"{unit(id_)}.{ending}").unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"a unit cannot be deleted: {error}", "check the permissions of the folder") from error
    _call("daemon-reload")
    return True


def _put(path: Path, text: str) -> None:
    """Write a file in one step."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, delete=False) as file:
            file.write(text)
        system.port.replace_at(file.name, path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}", "use --cron, or copy the lines: --print") from error


def _call(*words: str) -> None:
    """Run systemctl for the user. Raises StoreError if it fails."""
    program = shutil.which(PROGRAM)
    hint = "use --cron, or copy the lines: --print"
    if program is None:
        raise StoreError("there is no program 'systemctl' here", hint)
    try:
        command = [program, "--user", *words]
        done = subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=False)  # noqa: S603  # its path, no shell
    except (OSError, subprocess.SubprocessError) as error:
        raise StoreError(f"systemctl cannot be run: {error}", hint) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0] or f"status {done.returncode}"
        raise StoreError(f"systemd of this user cannot be reached: {said}", hint)
