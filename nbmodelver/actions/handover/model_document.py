"""models.json: the class of each model of a version, and rows for which it predicts, for exports to other systems."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nbmodelver.actions.handover.example_rows import example_of
from nbmodelver.errors import NbmodelverError

if TYPE_CHECKING:
    from nbmodelver.model import Json, Version
    from nbmodelver.repo import Repo

NAME = "models.json"


def model_documents(repo: Repo, version: Version) -> dict[str, bytes]:
    """Return the file by its name; nothing for a version without models.

    A model that may be loaded is loaded, and predicts a few rows of each dataset until one fits.
    """
    models = [kept for kept in version.kept.values() if kept.kind == "model"]
    found = {kept.name: {"class": kept.type, "example": _example(repo, version, kept.name)} for kept in models}
    text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
    return {NAME: f"{text}\n".encode("utf-8", "replace")} if found else {}


def _example(repo: Repo, version: Version, name: str) -> Json:
    """Return rows and predictions, None if the model is not loaded or if no dataset fits."""
    if version.group_of(name).pickled and not repo.trusts(version):
        return None
    try:
        model = repo.load(version, [name])[name]
        rows = example_of(repo, version, model)
    except NbmodelverError:
        return None
    if rows is None:
        return None
    return {**rows.to_dict(), "rows": rows.inputs.kind, "dataset": rows.name, "predicted": rows.predicted(model)}
