"""The commit form: the variables with sizes, those that are selected by default, and those that cannot be saved."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from nbmodelver.errors import NoStore
from nbmodelver.panels.params import is_metric
from nbmodelver.repo.commit.candidates import candidates

if TYPE_CHECKING:
    from nbmodelver.kernel.notebook import Notebook
    from nbmodelver.panels.entries import Message


def form(notebook: Notebook) -> Message:
    """Return `ICommitForm`. Nothing is stored, and no store is created."""
    try:
        repo = notebook.repo()
    except NoStore:
        repo = None
    live = notebook.namespace.state()
    ignored = repo.settings.ignored if repo is not None else frozenset()
    found = candidates(repo, live, notebook.values, repo.changed_names(notebook.values) if repo else ())
    names = [{**asdict(c), "chosen": c.name not in ignored and not c.problem} for c in found]
    metrics = {c.name: live[c.name] for c in found if c.kind == "metric" and is_metric(live[c.name])}
    return {"names": names, "metrics": metrics}
