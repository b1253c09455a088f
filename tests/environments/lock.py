"""`make lock`: renews tests/constraints.txt from an environment of the newest releases, and says what changed.

    python -m tests.environments.lock

The file holds names and versions only: no host, no path, no local version ("2.13.0", not "2.13.0+cpu"), so that it
holds on every machine. nbmodelver itself and the installer are no part of it.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from tests.environments import lanes

if TYPE_CHECKING:
    from pathlib import Path

FILE = lanes.ROOT / "tests" / "constraints.txt"
OURS = {"nbmodelver", "pip", "setuptools", "wheel"}
HEAD = "# What `make demo` and `make test` install. Renewed by `make lock`.\n"


def main() -> None:
    """Make the environment, write the file, print the table."""
    folder = lanes.FOLDER / "lock"
    python = lanes.fresh(folder, lanes.THIS)
    lanes.install(python, "-e", ".[dev]")
    before, now = read(FILE), installed(python)
    FILE.write_text(HEAD + "".join(f"{name}=={version}\n" for name, version in now.items()), encoding="utf-8")
    print("\n".join(changes(before, now)) or "nothing changed")


def installed(python: Path) -> dict[str, str]:
    """Name and version of every distribution of an environment that belongs into the file, in order."""
    ask = "from importlib import metadata as m\nfor d in m.distributions(): print(d.name, d.version)"
    lines = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.splitlines()
    found = {_canonical(name): version.partition("+")[0] for name, version in map(str.split, lines)}
    return {name: found[name] for name in sorted(found) if name not in OURS}


def read(file: Path) -> dict[str, str]:
    """What the file holds; nothing when there is none."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """A table of what came, went and changed: name, old version, new version."""
    names = [name for name in sorted(before | now) if before.get(name) != now.get(name)]
    wide = max(map(len, names), default=0)
    return [f"{name:{wide}}  {before.get(name, '-'):>12} -> {now.get(name, '-')}" for name in names]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
