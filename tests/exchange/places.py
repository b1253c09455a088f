"""Stores to export, and what the tests of exports and imports call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from nbmodelver.actions.exchange import ExportToRequest, ImportFromRequest, export_to, import_from
from nbmodelver.registry import register
from nbmodelver.repo import Repo
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model.exchange import SystemExport, SystemImport

FRAME = pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 3, 5]})


def new_repo() -> Repo:
    """An empty store in memory."""
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


def three_versions() -> Repo:
    """A store with three versions, of which the second is tagged and registered."""
    repo = new_repo()
    for number, alpha in enumerate((0.1, 0.2, 0.3), 1):
        model = Ridge(alpha=alpha).fit(FRAME[["a"]], FRAME["b"])
        values = {"df": FRAME, "model": model, "alpha": alpha, "arr": np.arange(number), "f": print}
        repo.commit(values, f"version {number}", metrics={"acc": number / 10}, tags=["best"] if number == 2 else [])
    register.register(repo, register.RegisterRequest("churn", "v2", "model"))
    return repo


def exported(repo: Repo, folder: Path, **how: Any) -> SystemExport:
    """Export all versions as files."""
    return export_to(repo, ExportToRequest("files", str(folder), **how))


def imported(repo: Repo, folder: Path, **how: Any) -> SystemImport:
    """Import files."""
    return import_from(repo, ImportFromRequest("files", str(folder), **how))


def statuses(done: SystemExport | SystemImport) -> list[str]:
    """What became of each version."""
    return [one.status for one in done.versions]
