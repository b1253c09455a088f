"""The table of systems. The module of a system is imported when it is used."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from nbmodelver.exchange.protocol import Exporter, Importer

GROUP = "nbmodelver.systems"
"""The group of entry points with which other packages add systems: each names a `ExchangeSystem`."""


@dataclass(frozen=True)
class ExchangeSystem:
    """A system. exporter, importer: "module:callable", "" if that way is not supported.

    The callable takes the text of the target or source, and returns an Exporter or Importer. target, source: an example
    for help and errors.
    """

    name: str
    title: str
    exporter: str = ""
    importer: str = ""
    target: str = ""
    source: str = ""


_HERE = "nbmodelver.exchange"
_GIT = f"{_HERE}.git"
OWN: tuple[ExchangeSystem, ...] = (
    ExchangeSystem(
        "files", "plain files", f"{_HERE}.files_out:FilesExporter", f"{_HERE}.files_in:open_files", "FOLDER", "FOLDER"
    ),
    ExchangeSystem(
        "dvc", "DVC and GTO", f"{_GIT}.exporter:to_dvc", f"{_GIT}.importer:from_dvc", "FOLDER#NAME", "FOLDER"
    ),
    ExchangeSystem("git-lfs", "Git LFS", f"{_GIT}.exporter:to_lfs", f"{_GIT}.importer:from_lfs", "FOLDER", "FOLDER"),
    ExchangeSystem("git", "Git", f"{_GIT}.exporter:to_git", f"{_GIT}.importer:from_git", "FOLDER", "FOLDER"),
    ExchangeSystem(
        "mlflow",
        "MLflow",
        f"{_HERE}.mlflow_out:MlflowExporter",
        f"{_HERE}.mlflow_in:open_mlflow",
        "sqlite:///m.db#iris",
        "sqlite:///m.db",
    ),
)


def systems() -> dict[str, ExchangeSystem]:
    """Return all systems by name: ours, then those of other packages."""
    found = {system.name: system for system in OWN}
    for entry in entry_points(group=GROUP):
        system = entry.load()
        if isinstance(system, ExchangeSystem):
            found.setdefault(system.name, system)
    return found


def exporter(name: str, target: str) -> Exporter:
    """Open the exporter of a system. Raises UsageError for an unknown system or an invalid target, MissingLibrary."""
    system = _known(name, "--to")
    if not system.exporter:
        raise UsageError(f"versions cannot be written to {system.title}", _hint("exporter"))
    if not target:
        raise UsageError(f"--to {name} needs a target", f"write: --to {name} {system.target}")
    return _loaded(system.exporter)(target)  # type: ignore[no-any-return]  # of the table


def importer(name: str, source: str) -> Importer:
    """Open the importer of a system. Raises UsageError for an unknown system or an invalid source, MissingLibrary."""
    system = _known(name, "--from")
    if not system.importer:
        raise UsageError(f"versions cannot be read from {system.title}", _hint("importer"))
    if not source:
        raise UsageError(f"--from {name} needs a source", f"write: --from {name} {system.source}")
    return _loaded(system.importer)(source)  # type: ignore[no-any-return]  # of the table


def _known(name: str, option: str) -> ExchangeSystem:
    found = systems().get(name)
    if found is None:
        way = "exporter" if option == "--to" else "importer"
        raise UsageError(f"{option} {name}: this system is not known", _hint(way))
    return found


def _hint(way: str) -> str:
    return f"choose one of: {', '.join(name for name, system in systems().items() if getattr(system, way))}"


def _loaded(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
