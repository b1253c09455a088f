"""Writes a model alone: in an open format where one holds it, with what a program needs to load and to check it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbmodelver import bundle
from nbmodelver.actions.handover.example_rows import example_of
from nbmodelver.actions.handover.proving import prove
from nbmodelver.actions.handover.work import STAMP, Work
from nbmodelver.errors import FileExists, UnknownName, UsageError
from nbmodelver.model.handover import Handover
from nbmodelver.registry import lifecycle, transfers, usable
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.actions.handover.request import HandoverRequest
    from nbmodelver.model import Version
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo
    from nbmodelver.repo.transfer.portable import ModelFiles


def hand_over(repo: Repo, request: HandoverRequest) -> Handover:
    """Write the folder, all of it or nothing, and test it in a fresh process.

    Raises UnknownVersion, UnknownModel, UnknownName, UsageError for a model that needs code of the notebook and for
    files that cannot be made, NeedsTrust, ArchivedVersion, FileExists, StoreReadOnly, StoreFull.
    """
    version, registered = lifecycle.version_at(repo, request.target)
    own = registered[0] if registered else None
    usable.notes_or_refusal(repo, version, f"%mv_export {request.target}", request.force)
    name = _variable(version, own, request.model)
    if request.folder.exists():
        raise FileExists(f"'{request.folder}' already exists", "name a new folder: --as FOLDER")
    value = repo.load(version, [name])[name]
    files = _files(name, value, version)
    work = Work(repo, request, version, own, name, value, files, example_of(repo, version, value, request.example))
    work.require()
    proof, is_proven = _written(work, request.folder)
    transfers.record_export(repo, version, request.folder / next(iter(files.files)), request.force)
    listed = tuple(sorted(p.name for p in request.folder.iterdir()))
    return Handover(
        version, work.title, name, request.folder, listed, files.format, proof, is_proven, tuple(work.notes())
    )


def _written(work: Work, folder: Path) -> tuple[str, bool]:
    """Write all files. Return the proof, and whether it holds."""
    with bundle.new_folder(folder) as draft:
        for name, data in work.contents().items():
            (draft / name).write_bytes(data)
        proof, is_proven = prove(draft, work.value, work.files, work.rows)
        if work.onnx is not None:
            proof = f"{proof}; ONNX: {work.onnx.phrase}"
        (draft / STAMP).write_text(json.dumps(work.stamp(proof, is_proven=is_proven), indent=1), encoding="utf-8")
    return proof, is_proven


def _variable(version: Version, registered: RegisteredVersion | None, name: str) -> str:
    """Return the variable to write. Raises UnknownName, UsageError if it has to be named."""
    if name:
        if name not in version.kept:
            raise UnknownName(f"{version.name} has no '{name}'", nearest(name, list(version.kept)))
        return name
    if registered is not None and registered.variable in version.kept:
        return registered.variable
    models = [n for n, kept in version.kept.items() if kept.kind == "model"]
    if len(models) != 1:
        listed = f"{len(models)} models: {', '.join(models[:8])}" if models else "no model"
        raise UsageError(f"{version.name} has {listed}", "name the variable: --model NAME")
    return models[0]


def _files(name: str, value: Any, version: Version) -> ModelFiles:
    way_out = f"a bundle holds the model with its code: %mv_export {version.name}"
    try:
        files = portable.model_files(value)
    except Exception as error:  # Pickle calls code of the value.
        raise UsageError(f"'{name}' cannot be written alone: {type(error).__name__}: {error}", way_out) from error
    if any(b"__main__" in data for data in files.files.values()):
        raise UsageError(f"'{name}' uses functions or classes that the notebook defines", way_out)
    return files
