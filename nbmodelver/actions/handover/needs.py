"""What a model needs to run elsewhere: Python and packages, with the releases that its version recorded."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from nbmodelver.bundle import pins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbmodelver.model import Json

SERVER: dict[str, str] = {"fastapi": "0.165.0", "uvicorn": "0.54.0"}
"""The packages of app.py, in the releases that its tests run with (tests/constraints.txt)."""


@dataclass(frozen=True)
class Needs:
    """Python and packages. packages: distribution -> release, "" if none is recorded. pip: its release or "".

    python: the release, such as "3.11.7". is_recorded: False if it is the release that wrote the folder. system,
    machine: as in the environment of the version, "" if they are not recorded.
    """

    python: str
    packages: Mapping[str, str]
    pip: str = ""
    is_recorded: bool = True
    system: str = ""
    machine: str = ""

    @property
    def served(self) -> Mapping[str, str]:
        """The packages with those of app.py."""
        return dict(sorted({**self.packages, **SERVER}.items()))

    @property
    def unpinned(self) -> tuple[str, ...]:
        """The packages without a release."""
        return tuple(name for name, release in self.packages.items() if not release)


def needs_of(environment: Mapping[str, Json], types: Iterable[str], more: Iterable[str]) -> Needs:
    """Return the needs of a model.

    environment: of its version. types: its classes. more: distributions besides; one that is not recorded, because it
    came with the export, has the release that is installed.
    """
    listed = environment.get("packages")
    recorded = {str(k): pins.public(str(v)) for k, v in listed.items()} if isinstance(listed, dict) else {}
    wanted = {*pins.of_types(types, recorded)}
    packages = {name: recorded[name] for name in wanted} | {n: recorded.get(n) or _installed(n) for n in more}
    python = str(environment.get("python") or "")
    return Needs(
        python or platform.python_version(), dict(sorted(packages.items())), recorded.get("pip", ""), bool(python),
        str(environment.get("system") or ""), str(environment.get("machine") or ""),
    )  # fmt: skip


def requirements(packages: Mapping[str, str]) -> str:
    """Return the text of a requirements file, one exact release a line."""
    return "".join(f"{name}=={release}\n" if release else f"{name}\n" for name, release in packages.items())


def _installed(name: str) -> str:
    try:
        return pins.public(metadata.version(name))
    except metadata.PackageNotFoundError:
        return ""
