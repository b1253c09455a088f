"""Locks: the releases that a version needs with the hashes of their files, and the files themselves as wheels.

An index is asked, by uv or pip, only if the user asks for a lock. Addresses of files are left out: they may be those of
a mirror. Packages that were installed from a folder are built as wheels, because no index has them.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from nbmodelver.bundle import names, pins
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_EPOCH = "315532800"
"""SOURCE_DATE_EPOCH of wheels that are built here: 1980, so that the same source gives the same bytes."""


@dataclass(frozen=True)
class PackagesToLock:
    """Packages to lock. python: the interpreter for which. names: distributions. packages: name -> recorded release."""

    python: Path
    names: Sequence[str]
    packages: Mapping[str, str]
    local: Mapping[str, Path] = field(default_factory=dict)

    def files(self, folder: Path) -> tuple[Path, Path]:
        """Write requirements.txt and constraints.txt for the installer and return their paths."""
        from_index = [n for n in self.names if n not in self.local]
        pinned = [f"{n}=={pins.public(self.packages[n])}" if n in self.packages else n for n in from_index]
        bound = [f"{n}=={pins.public(r)}" for n, r in sorted(self.packages.items()) if n not in self.local]
        (folder / "requirements.txt").write_text("\n".join([*pinned, ""]), encoding="utf-8")
        (folder / "constraints.txt").write_text("\n".join([*bound, ""]), encoding="utf-8")
        return folder / "requirements.txt", folder / "constraints.txt"


def local_packages(packages: Mapping[str, str]) -> dict[str, Path]:
    """Return name -> folder of the recorded packages that are installed here from a folder, in the recorded release."""
    found = {}
    for name, release in packages.items():
        try:
            installed = importlib.metadata.distribution(name)
            origin = json.loads(installed.read_text("direct_url.json") or "{}")
        except (importlib.metadata.PackageNotFoundError, ValueError):
            continue
        address = urlsplit(str(origin.get("url", "")))
        if "dir_info" in origin and address.scheme == "file" and installed.version == release and name != pins.OWN:
            found[name] = Path(unquote(address.path))
    return found


def lock(wanted: PackagesToLock, folder: Path, uv: Sequence[str]) -> bytes:
    """Return requirements.lock.txt: each package with its dependencies, pinned, with SHA-256 hashes.

    folder: an empty one for files of the installer. uv: the command of uv, () to use pip. Raises UsageError with the
    message of the installer.
    """
    requirements, constraints = wanted.files(folder)
    listed = ["-r", str(requirements), "-c", str(constraints)]
    if uv:
        command = [*uv, "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-annotate", "--python",
                   str(wanted.python), "-c", str(constraints), str(requirements)]  # fmt: skip
        return _text([_without_options(_run(command))], wanted)
    command = [str(wanted.python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--dry-run",
               "--ignore-installed", "--report", "-", *listed]  # fmt: skip
    return _text(_of_report(_run(command)), wanted)


def wheels(wanted: PackagesToLock, folder: Path) -> list[Path]:
    """Download the wheels of all packages, build those of local ones, and return the files, sorted by name.

    Raises UsageError with the message of the installer.
    """
    requirements, constraints = wanted.files(folder)
    target = folder / "wheels"
    target.mkdir()
    pip = [str(wanted.python), "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, "download", "--quiet", "--only-binary", ":all:", "-d", str(target), "-r", str(requirements), "-c",
          str(constraints)])  # fmt: skip
    for place in wanted.local.values():
        _run([*pip, "wheel", "--quiet", "--no-deps", "-w", str(target), str(place)])
    return sorted(target.glob("*.whl"))


def of_wheels(files: Iterable[Path], wanted: PackagesToLock) -> bytes:
    """Return requirements.lock.txt for wheels, with the hash of each file."""
    return _text([_entry(*_parsed(file.name), [_sha256(file)]) for file in files], wanted)


def pylock(files: Iterable[Path], wanted: PackagesToLock, python: str) -> bytes:
    """Return pylock.toml (PEP 751) for wheels inside of the bundle. python: its minor release, "3.11"."""
    lines = ['lock-version = "1.0"', 'created-by = "nbmodelver"', f'requires-python = "=={python}.*"']
    for file in files:
        name, release = _parsed(file.name)
        hashes = f'{{sha256 = "{_sha256(file)}"}}'
        wheel = f'{{path = "{names.WHEELS}{file.name}", size = {file.stat().st_size}, hashes = {hashes}}}'
        lines += ["", "[[packages]]", f'name = "{name}"', f'version = "{release}"', f"wheels = [{wheel}]"]
    left = [f"# Built from a folder: {', '.join(sorted(wanted.local))}"] if wanted.local else []
    return "\n".join([*left, *lines, ""]).encode("utf-8")


def _parsed(wheel: str) -> tuple[str, str]:
    """Return name and release of a wheel from its file name (PEP 427)."""
    name, release = wheel.split("-")[:2]
    return name.replace("_", "-").lower(), release.replace("_", "-")


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _entry(name: str, release: str, hashes: Iterable[str]) -> str:
    return " \\\n    ".join([f"{name}=={release}", *(f"--hash=sha256:{digest}" for digest in sorted(hashes))])


def _of_report(text: str) -> list[str]:
    """Return the entries of an installation report of pip."""
    found = []
    for item in json.loads(text)["install"]:
        digest = item["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if not digest:
            raise UsageError(f"the index gives no hash of {item['metadata']['name']}", "leave out --lock")
        name = item["metadata"]["name"].lower().replace("_", "-").replace(".", "-")
        found.append(_entry(name, item["metadata"]["version"], [digest]))
    return sorted(found)


def _without_options(text: str) -> str:
    """Return the entries that uv wrote, without options that name an index."""
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.startswith(("#", "--")))


def _text(entries: Sequence[str], wanted: PackagesToLock) -> bytes:
    left = [f"# Not from an index, built from a folder: {', '.join(sorted(wanted.local))}"] if wanted.local else []
    head = ["# Install it with: pip install --require-hashes --no-deps -r requirements.lock.txt", *left]
    return "\n".join([*head, *entries, ""]).encode("utf-8")


def _run(command: Sequence[str]) -> str:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _EPOCH}
    done = subprocess.run(  # noqa: S603  # an installer, and arguments of ours
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env=environment
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.lower().startswith("error")] or lines[-3:]
        raise UsageError(
            f"the packages could not be locked: {'; '.join(errors[-2:])[:500]}", "leave out --lock, --offline"
        )
    return done.stdout
