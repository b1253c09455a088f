"""Builds the front-end: a hook of the Python build, and a script for a checkout.

    python labextension/hatch_build.py build   # what the wheel ships: nbmodelver/{labextension,static}
    python labextension/hatch_build.py check   # linter, types, unit tests
    python labextension/hatch_build.py link    # link the built plugin into the JupyterLab of this environment

Each step is skipped when its inputs have not changed since the last time. The build of a wheel or an sdist builds the
front-end if necessary and includes the result, so that an installation needs no Node. An editable install does not
include the front-end: a developer links it, and work on the Python part alone needs no Node.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script, without the build tools
    BuildHookInterface = object

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent / "nbmodelver"
PLUGIN = PACKAGE / "labextension"
BUNDLES = (PLUGIN / "package.json", PACKAGE / "static" / "widget.js", PACKAGE / "static" / "panel.css")
BUILT = PACKAGE / "static" / "built.txt"  # digest of the sources of the bundles; also part of the sdist
CHECKED = HERE.parent / "build" / "frontend" / "checked.txt"
SOURCES = ("src", "style", "schema", "package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json")
CHECKS = ("tests", "eslint.config.mjs", ".prettierignore", "vitest.config.mts", "../tests/golden/panel")


class FrontEnd(BuildHookInterface):
    """Adds the plugin to a wheel, and builds the bundles for wheel and sdist."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Requirements of the build: none if the bundles are up to date."""
        return [] if is_built() else ["jupyter-builder>=1.2"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front-end before hatch collects the files. version: "standard" or "editable"."""
        if version == "editable":
            return
        build()
        if self.target_name == "wheel":
            place = "share/jupyter/labextensions/nbmodelver"
            build_data["shared_data"] = {
                str(PLUGIN): place,
                str(HERE / "install.json"): f"{place}/install.json",
            }


def is_built() -> bool:
    return all(bundle.exists() for bundle in BUNDLES) and last(BUILT) == digest(SOURCES)


def build() -> None:
    if is_built():
        return
    install()
    for folder in (HERE / "lib", PLUGIN, PACKAGE / "static"):  # the tools do not delete old files
        shutil.rmtree(folder, ignore_errors=True)
    npm("run", "build:prod")
    BUILT.write_text(digest(SOURCES) + "\n", encoding="ascii")


def check() -> None:
    if last(CHECKED) == digest(SOURCES + CHECKS):
        return
    install()
    npm("run", "check")
    CHECKED.parent.mkdir(parents=True, exist_ok=True)
    CHECKED.write_text(digest(SOURCES + CHECKS) + "\n", encoding="ascii")


def link() -> None:
    place = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "nbmodelver"
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        sys.exit(f"{place} belongs to an installed wheel: run pip uninstall nbmodelver, then pip install -e .")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(PLUGIN, target_is_directory=True)


def install() -> None:
    """Install node_modules as the lock file says, if it is newer. Exits if npm is missing."""
    npm("--version")
    there = HERE / "node_modules" / ".package-lock.json"
    if not there.exists() or there.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        npm("ci")
        there.touch()


def npm(*arguments: str) -> None:
    """Run npm in labextension/, with the jupyter-builder of this Python first on the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = shutil.which("npm", path=path)
    if command is None:
        sys.exit("npm is missing, which builds the front-end: install Node 20 or newer, with npm 10 or newer")
    done = subprocess.run([command, *arguments], cwd=HERE, env={**os.environ, "PATH": path}, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"npm {' '.join(arguments)} failed")


def digest(names: tuple[str, ...]) -> str:
    """SHA-256 of the names and bytes of all files. Modification times do not count."""
    state = hashlib.sha256()
    for name in names:
        place = HERE / name
        for file in [place] if place.is_file() else sorted(place.rglob("*")):
            if file.is_file():
                data = file.read_bytes()
                state.update(f"{file.resolve().relative_to(HERE.parent).as_posix()}\0{len(data)}\0".encode() + data)
    return state.hexdigest()


def last(stamp: Path) -> str:
    return stamp.read_text(encoding="ascii").strip() if stamp.exists() else ""


if __name__ == "__main__":
    for step in sys.argv[1:]:
        {"build": build, "check": check, "link": link}[step]()
