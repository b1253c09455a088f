"""Makes the Python environment of a re-run: exact releases, cached by their list.

An environment that was completed once is used again. Environments lie in the user's cache folder and can be deleted at
any time. `installers` makes them.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from nbmodelver import system
from nbmodelver.bundle import pins
from nbmodelver.bundle.rerun import installers
from nbmodelver.errors import RerunFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

COMPLETE = "nbmodelver-complete"
"""A file in an environment, written when everything is installed."""

POLL_S = 0.5

IN_USE_S = 3600.0
"""An environment that was used within this time is not deleted: another re-run may still run in it."""

KEPT = 8
"""Environments that stay in the cache; the ones that were used longest ago go first."""


@dataclass(frozen=True)
class WantedEnvironment:
    """Packages to install.

    python: "3.11.7". requirements: names to install. constraints: name -> exact release. lock: text of a requirements
    file with hashes, which is installed first; "" without one. wheels: a folder with all of its files; None for those
    of an index.
    """

    python: str
    requirements: tuple[str, ...]
    constraints: Mapping[str, str]
    lock: str = ""
    wheels: Path | None = None

    @property
    def key(self) -> str:
        """A name for the cache: equal lists on one platform have equal names."""
        lines = [f"{name}=={release}" for name, release in sorted(self.constraints.items())]
        text = "\n".join([self.minor, platform.platform(), *sorted(self.requirements), "-", *lines, self.lock])
        return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()

    @property
    def minor(self) -> str:
        """The Python without its patch release: "3.11"."""
        return ".".join(self.python.split(".")[:2])


def wanted(python: str, imported: Sequence[str], packages: Mapping[str, str]) -> WantedEnvironment:
    """Return the environment of a version, with what nbmodelver itself needs to record the re-run.

    imported: distributions that the cells import. packages: every installed distribution -> release.
    """
    names = tuple(sorted({*imported, *own_requirements(), "ipykernel"}))
    return WantedEnvironment(python, names, {n: pins.public(r) for n, r in packages.items() if n != pins.OWN})


def own_requirements() -> list[str]:
    """Return the distributions that nbmodelver requires on this Python."""
    found = []
    for line in importlib.metadata.requires(pins.OWN) or []:
        requirement, _, marker = line.partition(";")
        match = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
        if match and "extra" not in marker:
            found.append(match[0].lower().replace("_", "-").replace(".", "-"))
    return found


def made(environment: WantedEnvironment, say: Callable[[str], None], folder: Path | None = None) -> Path:
    """Return the interpreter of the environment, which is made if the cache does not have it.

    folder: of the cache. Raises RerunFailed with the message of the installer.
    """
    cache = folder or Path(platformdirs.user_cache_dir("nbmodelver")) / "environments"
    place = cache / environment.key
    interpreter = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if _is_complete(place, interpreter):
        return interpreter
    base = installers.interpreter_for(environment.minor)
    if base is None:
        raise RerunFailed(
            f"there is no Python {environment.minor} on this machine",
            f"install Python {environment.minor}, or run it with this Python: --here",
        )
    with _only_one(cache, environment.key, say):
        if not _is_complete(place, interpreter):  # Another process may have made it meanwhile.
            _make(environment, base, place, interpreter, say)
        _forget_old(cache, place)
    return interpreter


def _is_complete(place: Path, interpreter: Path) -> bool:
    """Return whether the environment can be used, and note that it is."""
    found = (place / COMPLETE).is_file() and interpreter.exists()
    if found:
        (place / COMPLETE).touch()
    return found


@contextmanager
def _only_one(cache: Path, key: str, say: Callable[[str], None]) -> Iterator[None]:
    """Let one process at a time make the environment of a key. Others wait; a process that ends lets go."""
    cache.mkdir(parents=True, exist_ok=True)
    folder = system.port.open_folder(cache)
    try:
        fd = system.port.open_lock_file(folder, f"{key}.lock", 0o600)
    finally:
        system.port.close_folder(folder)
    try:
        while not system.port.lock(fd, shared=False):
            say("waiting for another process that makes the same environment")
            time.sleep(POLL_S)
        try:
            yield
        finally:
            system.port.unlock(fd)
    finally:
        os.close(fd)


def _make(
    environment: WantedEnvironment, base: Path, place: Path, interpreter: Path, say: Callable[[str], None]
) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        _install(environment, base, place, interpreter, say)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    (place / COMPLETE).touch()


def python_of(minor: str) -> str:
    """Return the release of the interpreter that a new environment would have: "3.11.9"; "" without one."""
    found = installers.interpreter_for(minor)
    if found is None or found == Path(sys.executable):
        return platform.python_version() if found is not None else ""
    ask = "import platform; print(platform.python_version())"
    done = subprocess.run([found, "-c", ask], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()


def _install(
    environment: WantedEnvironment, base: Path, place: Path, interpreter: Path, say: Callable[[str], None]
) -> None:
    requirements, constraints = place / "requirements.txt", place / "constraints.txt"
    known = environment.constraints
    pinned = [f"{n}=={known[n]}" if n in known else n for n in environment.requirements]
    requirements.write_text("\n".join(pinned) + "\n", encoding="utf-8")
    text = "\n".join(f"{n}=={r}" for n, r in sorted(known.items()))
    constraints.write_text(text + "\n", encoding="utf-8")
    listed = ["-r", str(requirements), "-c", str(constraints)]
    if not environment.lock:
        say(f"installing {len(pinned)} packages with {'uv' if installers.uv() else 'pip'}")
        installers.install(base, place, interpreter, listed)
        return
    (place / "lock.txt").write_text(environment.lock, encoding="utf-8")
    of_lock = ["--require-hashes", "--no-deps", "-r", str(place / "lock.txt")]
    if environment.wheels is not None:
        say("installing the wheels of the bundle")
        installers.install(base, place, interpreter, [*of_lock, "--no-index", "--find-links", str(environment.wheels)])
        return
    say("installing the packages of the lock of the bundle")
    installers.install(base, place, interpreter, of_lock)
    installers.add(interpreter, listed)


def _forget_old(cache: Path, own: Path) -> None:
    """Delete the environments that were used longest ago, but not `own`. Those in use since IN_USE_S stay."""
    used = {mark.parent: mark.stat().st_mtime for mark in cache.glob(f"*/{COMPLETE}") if mark.exists()}
    oldest = sorted(used.keys() - {own}, key=lambda place: used[place], reverse=True)[KEPT - 1 :]
    for place in oldest:
        if time.time() - used[place] > IN_USE_S:
            shutil.rmtree(place, ignore_errors=True)
