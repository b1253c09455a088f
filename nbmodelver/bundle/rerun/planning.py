"""What a re-run will do, what differs beforehand, and what the record lacks. Nothing runs here."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.bundle import notebooks, pins
from nbmodelver.bundle.rerun import environments, surroundings
from nbmodelver.bundle.rerun.files import planned_files
from nbmodelver.model.rerun import RerunPlan
from nbmodelver.model.versions import EVERY_OTHER
from nbmodelver.repo.core.environment import differences, environment
from nbmodelver.repo.core.installed_files import digests
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nbmodelver.bundle.rerun.environments import WantedEnvironment
    from nbmodelver.bundle.rerun.files import PlannedFiles
    from nbmodelver.model import Cell, Json, Version
    from nbmodelver.repo import Repo

SHELL = re.compile(
    r"(?m)^\s*(?:[\w, ]+=\s*)?(?:!|%(?:sx|system|pip|conda|mamba|uv)\b|%%(?:bash|sh|script|system|sx|cmd|perl|ruby)\b)"
)


@dataclass(frozen=True)
class PlannedRerun:
    """A plan with what is needed to carry it out.

    cells: with their sources as they run. wanted: None for `here`. recorded: the environment of the version. restores:
    the magics that put values of other versions in place.
    """

    plan: RerunPlan
    cells: tuple[Cell, ...]
    wanted: WantedEnvironment | None
    roots: tuple[str, ...]
    modules: Mapping[str, bytes]
    files: PlannedFiles
    recorded: Mapping[str, Json]
    restores: tuple[str, ...] = ()


def planned(
    repo: Repo, version: Version, *, here: bool, folder: Path | None, ran: Sequence[Cell] | None = None
) -> PlannedRerun:
    """Return the plan for a version.

    here: run in the environment of this process. folder: of the notebook, whose files the cells may read; None for
    none. ran: the cells that led to the version; None for those of the store. Raises Damaged.
    """
    every = portable.cells_so_far(repo, version) if ran is None else ran
    cells = [c for c in every if notebooks.without_our_magics(c.source).strip()]
    recorded = repo.environment(version)
    listed = recorded.get("packages")
    packages = {str(k): str(v) for k, v in listed.items()} if isinstance(listed, dict) else {}
    modules = repo.modules_of(version)
    names = frozenset(pins.distributions(version, cells, packages, own=modules.names))
    wanted = None if here else environments.wanted(str(recorded.get("python", "")), sorted(names), packages)
    python = platform.python_version() if wanted is None else environments.python_of(wanted.minor)
    then, now = _compared(recorded, python, here=here)
    files = planned_files(version, cells, folder)
    unknown = pins.unknown_imports(version, cells, packages, modules.names)
    restores = surroundings.restoring(every, version)
    plan = RerunPlan(
        version, len(cells), python, _environment(wanted, packages),
        {n: packages[n] for n in sorted(names) if n in packages},
        (*differences(then, now, names), *files.differs),
        (*_lacks(version, cells, packages, unknown), *_values(restores),
         *_local_releases(names, packages, here=here), *files.lacks),
        tuple(files.beside),
        tuple(files.stored),
    )  # fmt: skip
    return PlannedRerun(
        plan, tuple(cells), wanted, tuple(portable.roots(modules)), modules.files, files, recorded, restores
    )


def _compared(recorded: Mapping[str, Json], python: str, *, here: bool) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the recorded environment and the one that runs, reduced to what a new environment cannot set.

    python: the release that runs. A new environment has the recorded minor release, and the patch that is installed.
    """
    then, now = dict(recorded), {**environment(), "python": python or "not installed"}
    files = recorded.get("files")
    if here and isinstance(files, dict):
        now["files"] = digests(files)
    if not here:
        then.pop("packages", None)
        now.pop("packages", None)
    return then, now


def _environment(wanted: WantedEnvironment | None, packages: Mapping[str, str]) -> str:
    if wanted is None:
        return "this environment"
    named = f"{len(wanted.requirements)} of {len(packages)} packages with what they require"
    return f"a new environment with Python {wanted.minor} and {named}"


def _lacks(
    version: Version, cells: Sequence[Cell], packages: Mapping[str, str], unknown: Sequence[str]
) -> Iterator[str]:
    """Yield a noun phrase for everything that a re-run would need and the record does not have."""
    if not cells:
        yield "cells"
    if not packages:
        yield "a list of packages"
    if version.session is None:
        yield "the random state"
    unmeasured = [m for m in version.metrics if m not in version.expressions]
    if unmeasured:
        yield f"the code that measured {', '.join(unmeasured)}"
    if unknown and packages:
        yield f"packages for the imports {', '.join(unknown)}"
    shell = [c for c in cells if SHELL.search(c.source)]
    if shell:
        yield f"the results of commands of the shell, in {len(shell)} of the cells"
    asking = surroundings.asking(cells)
    if asking:
        yield f"the answers to input(), in {asking} of the cells"
    yield from (f"the environment variable {name}" for name in surroundings.variables(cells))
    left = [*(name for name in version.others if name != EVERY_OTHER), *(s.name for s in version.skipped)]
    if left:
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        yield f"these variables, which cannot be compared: {', '.join(left[:5])}{more}"


def _values(restores: Sequence[str]) -> Iterator[str]:
    if restores:
        yield f"the values that {' and '.join(restores)} put in place"


def _local_releases(names: frozenset[str], packages: Mapping[str, str], *, here: bool) -> Iterator[str]:
    """Yield a noun phrase for releases that no index has, such as "2.13.0+cpu". A re-run here does not install."""
    local = sorted(f"{n} {packages[n]}" for n in names if "+" in packages.get(n, ""))
    if local and not here:
        yield f"a public release of {', '.join(local)}; the one of the same number is installed"
