"""environment.yml of conda and pixi.toml: Python and packages with the releases that the version recorded.

Rule: Python and pip come from conda-forge. A package comes from there too if the environment that exports has exactly
the recorded release of it from conda-forge, by its own list in conda-meta/. Every other package comes from PyPI, where
a name and a release mean what the record means.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.actions.handover.needs import Needs

PLATFORMS: dict[tuple[str, str], str] = {
    ("Linux", "x86_64"): "linux-64",
    ("Linux", "aarch64"): "linux-aarch64",
    ("Darwin", "x86_64"): "osx-64",
    ("Darwin", "arm64"): "osx-arm64",
    ("Windows", "AMD64"): "win-64",
}
"""System and machine of an environment -> platform of conda."""
ANY = ("linux-64", "osx-arm64", "win-64")
_NOT_A_NAME = re.compile(r"[^a-z0-9.-]+")


def from_conda(prefix: Path) -> dict[str, str]:
    """Return the packages of an environment that came from conda-forge: name -> release; {} for another environment."""
    found: dict[str, str] = {}
    for file in sorted((prefix / "conda-meta").glob("*.json")):
        try:
            entry = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(entry, dict) and "conda-forge" in str(entry.get("channel", "")):
            found[str(entry.get("name", ""))] = str(entry.get("version", ""))
    return found


def environment_yml(title: str, needs: Needs, packages: Mapping[str, str], prefix: Path | None = None) -> str:
    """Return environment.yml.

    packages: distribution -> release, "" for any. prefix: of the environment that exports, None for this one.
    """
    conda, pypi = _divided(packages, prefix)
    lines = [
        *_head(title), f"name: {json.dumps(_name(title))}", "channels:", "  - conda-forge", "  - nodefaults",
        "dependencies:", f'  - "python={needs.python}"', f'  - "pip{_exact("=", needs.pip)}"',
    ]  # fmt: skip
    lines += [f'  - "{name}={release}"' for name, release in conda.items()]
    if pypi:
        lines += [
            "  - pip:",
            *(f'      - "{name}{_exact("==", release)}"' for name, release in pypi.items()),
        ]
    return "\n".join([*lines, ""])


def pixi_toml(
    title: str, needs: Needs, packages: Mapping[str, str], tasks: Mapping[str, str], prefix: Path | None = None
) -> str:
    """Return pixi.toml. tasks: name -> command; the other arguments as in `environment_yml`."""
    conda, pypi = _divided(packages, prefix)
    known = PLATFORMS.get((needs.system, needs.machine))
    platforms = [known] if known else [*ANY]
    lines = [
        *_head(title), "[workspace]", f"name = {json.dumps(_name(title))}", 'channels = ["conda-forge"]',
        f"platforms = {json.dumps(platforms)}", "", "[dependencies]", f'python = "=={needs.python}"',
        *(f'{json.dumps(name)} = "=={release}"' for name, release in conda.items()), "", "[pypi-dependencies]",
        *(f'{json.dumps(name)} = "{_exact("==", release) or "*"}"' for name, release in pypi.items()),
        "", "[tasks]", *(f"{name} = {json.dumps(command)}" for name, command in tasks.items()),
    ]  # fmt: skip
    return "\n".join([*lines, ""])


def _divided(packages: Mapping[str, str], prefix: Path | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the packages that come from conda-forge, and those that come from PyPI."""
    known = from_conda(Path(sys.prefix) if prefix is None else prefix)
    conda = {name: release for name, release in packages.items() if release and known.get(name) == release}
    return conda, {name: release for name, release in packages.items() if name not in conda}


def _exact(operator: str, release: str) -> str:
    return operator + release if release else ""


def _head(title: str) -> tuple[str, ...]:
    return (f"# What {_name(title)} needs, in the releases that its version recorded.",)


def _name(title: str) -> str:
    """Return a name for an environment: "churn-1.0.0" for "churn/1.0.0"."""
    return _NOT_A_NAME.sub("-", title.lower()).strip("-.") or "model"
