"""Finds the values of runs and registered versions of MLflow: models, and files in formats that are known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nbmodelver.errors import Damaged
from nbmodelver.exchange import sidecar
from nbmodelver.exchange.files_in import FORMATS
from nbmodelver.exchange.mlflow_models import MLMODEL, example_as_file, files_of, model_in
from nbmodelver.exchange.mlflow_places import OWNER, without_password
from nbmodelver.exchange.mlflow_records import LARGEST
from nbmodelver.exchange.protocol import FoundValue
from nbmodelver.model.exchange import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.exchange.mlflow_records import MlflowModelVersion, MlflowRun, MlflowStore

MOST_ARTIFACT_BYTES = 1 << 30
"""Of a file that is no model."""
MOST_NAMED = 20
"""So many artifacts that do not come in are named, of each run."""


@dataclass
class MlflowContent:
    """What a run or a registered version holds, as files. own: the folder of an export of ours, None otherwise.

    python, packages: of its first model. variables: folder of a model -> its variable.
    """

    title: str
    values: list[FoundValue] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    variables: dict[Path, str] = field(default_factory=dict)
    of_versions: dict[tuple[str, int], str] = field(default_factory=dict)
    python: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    own: Path | None = None

    def names(self) -> tuple[str, ...]:
        """Return the names of the variables."""
        return tuple(one.name for one in self.values)

    def variable_of(self, version: MlflowModelVersion) -> str:
        """Return the variable that is registered as a version, "" if it does not come in."""
        return self.of_versions.get((version.model, version.number), "")

    def leave_out(self, what: str, why: str) -> None:
        """Note that something does not come in."""
        self.left_out.append(LeftOut(self.title, what, why))

    def free_name(self, wanted: str) -> str:
        """Return a name of a variable that no value has."""
        plain = re.sub(r"\W", "_", wanted, flags=re.ASCII).strip("_") or "value"
        plain = f"_{plain}" if plain[0].isdigit() else plain
        name, number = plain, 1
        while name in self.names():
            number += 1
            name = f"{plain}_{number}"
        return name


def content_of_run(
    store: MlflowStore, run: MlflowRun, versions: Iterable[MlflowModelVersion], scratch: Path
) -> MlflowContent:
    """Return the values of a run: its models, those that are registered, and its files. Raises Damaged for none."""
    content = MlflowContent(run.name or run.key.id[:8])
    for logged in run.models:
        folder = store.folder(logged.location, logged.id, scratch)
        if folder is None:
            content.leave_out(logged.name, _missing(logged.location))
        else:
            _add_model(content, folder, logged.name, scratch)
    folder = store.folder(run.artifacts, run.key.id, scratch)
    if folder is not None:
        _add_files(content, folder, scratch)
    for version in versions:
        _add_version(store, content, version, scratch)
    if run.is_cut:
        content.leave_out("curves of metrics", "they have too many points; the last values come in")
    for name, value in run.metrics.items():
        if abs(value) == LARGEST:
            content.leave_out(f"metric {name}", f"infinity comes in as {LARGEST:.3e}, as MLflow stores it")
    for dataset in run.datasets:
        content.leave_out(f"dataset {dataset.name}", "MLflow does not store its rows; its name and digest come in")
    return content


def content_of_version(store: MlflowStore, version: MlflowModelVersion, scratch: Path) -> MlflowContent:
    """Return the values of a registered version without a run."""
    content = MlflowContent(f"{version.model}/{version.number}")
    _add_version(store, content, version, scratch)
    return content


def _missing(uri: str) -> str:
    return f"its folder is missing or on another machine: {without_password(uri) or 'no address'}"


def _add_version(store: MlflowStore, content: MlflowContent, version: MlflowModelVersion, scratch: Path) -> None:
    """Find the model of a registered version among the models, or add it."""
    uri = version.location if not version.location.startswith(("models:", "runs:")) else version.source
    owner = next((part for part in PurePosixPath(uri).parts if OWNER.fullmatch(part)), "")
    folder = store.folder(uri, owner, scratch)
    if folder is None or not (folder / MLMODEL).is_file():
        content.leave_out(f"model {version.model}/{version.number}", _missing(uri))
        return
    if folder.resolve() not in content.variables:
        _add_model(content, folder, version.model, scratch)
    name = content.variables.get(folder.resolve(), "")
    if name:
        content.of_versions[version.model, version.number] = name


def _add_model(content: MlflowContent, folder: Path, wanted: str, scratch: Path) -> None:
    """Add the model of a folder, and its input example."""
    if folder.resolve() in content.variables:
        return
    if not (folder / MLMODEL).is_file():
        content.leave_out(wanted, "its folder has no file MLmodel")
        return
    try:
        found = model_in(folder)
    except Damaged as error:
        content.leave_out(wanted, error.message)
        return
    if found.file is None:
        content.leave_out(wanted, found.why)
        return
    name = content.variables[folder.resolve()] = content.free_name(wanted)
    content.values.append(FoundValue(name, "model", found.format, found.file))
    content.python, content.packages = content.python or found.python, content.packages or dict(found.packages)
    if found.note:
        content.leave_out(name, found.note)
    if found.example is not None:
        example, format_ = example_as_file(found.example, scratch)
        content.values.append(FoundValue(content.free_name(f"{name}_example"), "dataset", format_, example))


def _add_files(content: MlflowContent, folder: Path, scratch: Path) -> None:
    """Add the models and files of the folder of a run."""
    files = dict(files_of(folder))
    if sidecar.NAME in files:
        content.own = folder
    models = sorted({str(PurePosixPath(path).parent) for path in files if PurePosixPath(path).name == MLMODEL})
    for model in models:
        wanted = PurePosixPath(model).name or "model"
        _add_model(content, folder / model, wanted, scratch)
    left = []
    for path, file in files.items():
        format_, role = FORMATS.get(file.suffix.lower(), ("", "other"))
        if any(model == "." or path.startswith(f"{model}/") for model in models):
            continue
        if not format_ or file.stat().st_size > MOST_ARTIFACT_BYTES:
            left.append(path)
        else:
            name = content.free_name(PurePosixPath(path).stem)
            content.values.append(FoundValue(name, role, format_, file))
    for path in left[:MOST_NAMED]:
        content.leave_out(path, "files of this kind are not read")
    if len(left) > MOST_NAMED:
        content.leave_out(f"{len(left) - MOST_NAMED} more files", "files of this kind are not read")
