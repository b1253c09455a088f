"""Exports to MLflow by its client: a run for each version, with all files, and versions of registered models.

A run is complete when it has the tag `nbmodelver.digest`, which is written last. A run without it is completed by the
next export.
"""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged, UsageError
from nbmodelver.exchange import sidecar
from nbmodelver.exchange.collecting import hashes_of
from nbmodelver.exchange.mlflow_address import SQLITE, address_of
from nbmodelver.exchange.mlflow_client import asked, connect, require_client
from nbmodelver.exchange.mlflow_flavors import write_model_folders
from nbmodelver.exchange.mlflow_names import (
    MOST_TAG,
    keys_of,
    losses_of,
    metric_of_ours,
    note_of,
    param_of,
    require_names,
)
from nbmodelver.exchange.mlflow_places import file_inside
from nbmodelver.exchange.mlflow_records import DIGEST, ID, PREFIX
from nbmodelver.exchange.mlflow_registry import ExportedRun, MlflowRegistry
from nbmodelver.exchange.mlflow_stores import store_of
from nbmodelver.exchange.protocol import Placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.exchange.mlflow_records import MlflowStore
    from nbmodelver.model.exchange import Facts, LeftOut, VersionFiles

EXPERIMENT = "nbmodelver"
"""The experiment for a target without a name."""
MODELS = f"{PREFIX}models"
MOST_BATCH = 100
MOST_METRICS = 1000
_CONTEXTS = {"train": "training", "validation": "validation", "test": "testing"}


class MlflowExporter:
    """The protocol `Exporter` over a database or a server. Nothing is opened for writing before `put` or `label`."""

    def __init__(self, target: str) -> None:
        self.address = address_of(target)
        if self.address.kind == "folder":
            raise UsageError(
                f"'{target}': MLflow does not write folders like mlruns any more; they can only be imported",
                f"export to a database: sqlite:///m.db#{self.address.name or 'iris'}",
            )
        require_client(self.address)
        self.experiment = self.address.name or EXPERIMENT
        self._unfinished: dict[str, str] = {}
        self._runs: dict[str, ExportedRun] = {}
        self._plain: dict[str, list[str]] = {}

    # -- what is there

    @cached_property
    def _client(self) -> Any:
        return connect(self.address)

    def _store(self) -> MlflowStore | None:
        """Return the reader; None for a database that does not exist yet."""
        place = self.address.place
        return None if place is not None and not (place.is_file() and place.stat().st_size) else store_of(self.address)

    def placed(self) -> Mapping[str, Placed]:
        """Return version -> its run. Runs that were not completed are kept for `put`."""
        store = self._store()
        found = {}
        for run, tags in store.own_tags(self.experiment).items() if store is not None else ():
            version = tags.get(ID, "")
            if tags.get(DIGEST):
                found[version] = Placed(run, tags[DIGEST])
                self._runs[version] = ExportedRun(run, _models(tags.get(MODELS, "")))
            elif version:
                self._unfinished[version] = run
        return found

    def losses(self, every: Sequence[Facts]) -> Iterator[LeftOut]:
        """Yield what MLflow does not hold as it is. Raises UsageError for a name that it refuses."""
        require_names(self.address.name, every)
        for facts in every:
            yield from losses_of(facts)

    # -- one version

    def put(self, contents: VersionFiles, data: bytes) -> Placed:
        """Write the run of one version, its files first."""
        facts, digest = contents.facts, sidecar.digest(data)
        run = self._unfinished.pop(facts.id, "") or self._new_run(facts)
        with TemporaryDirectory() as folder:
            models = self._write_files(contents, data, Path(folder), run)
            asked(self._client.log_artifacts, run, folder)
        self._log(run, facts)
        self._log_datasets(run, contents)
        asked(self._client.set_tag, run, MODELS, json.dumps(models))
        asked(self._client.set_terminated, run, "FINISHED", end_time=_ms(facts.saved_at_utc))
        asked(self._client.set_tag, run, DIGEST, digest)
        self._runs[facts.id] = ExportedRun(run, models)
        return Placed(run, digest)

    @cached_property
    def _experiment_id(self) -> str:
        found = asked(self._client.get_experiment_by_name, self.experiment)
        if found is None:
            location = _location(self.address.place, self.experiment)
            return str(asked(self._client.create_experiment, self.experiment, artifact_location=location))
        if found.lifecycle_stage != "active":
            raise UsageError(
                f"the experiment '{self.experiment}' is deleted there", "restore it, or choose another name"
            )
        self._require_location(str(found.artifact_location))
        return str(found.experiment_id)

    def _require_location(self, location: str) -> None:
        """Raise UsageError if the artifacts were moved: the client would write to the old place."""
        path = Path(location.removeprefix("file://"))
        if self.address.place is None or "://" in location.removeprefix("file://") or path.is_dir():
            return
        if not path.parent.parent.is_dir():
            raise UsageError(
                f"the experiment '{self.experiment}' has its artifacts in '{path}', which does not exist",
                "the folder was moved: move it back, or export to another database",
            )

    def _new_run(self, facts: Facts) -> str:
        at = _ms(facts.saved_at_utc)
        created = asked(
            self._client.create_run, self._experiment_id, start_time=at, tags=_run_tags(facts), run_name=facts.name
        )
        return str(created.info.run_id)

    def _write_files(self, contents: VersionFiles, data: bytes, folder: Path, run: str) -> dict[str, str]:
        """Put the files of a version into a folder. Return variable -> path of its model."""
        for member in contents.members:
            place = folder / member.path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(member.file, place)
        (folder / sidecar.NAME).write_bytes(data)
        models, loadable = write_model_folders(contents, folder, run)
        for name in models.keys() - set(loadable):
            self._plain.setdefault(name, []).append(contents.facts.name)
        return models

    def _log(self, run: str, facts: Facts) -> None:
        from mlflow.entities import Metric, Param

        keys = keys_of(list(facts.params))
        params = [Param(keys[name], param_of(value)) for name, value in facts.params.items()]
        for start in range(0, len(params), MOST_BATCH):
            asked(self._client.log_batch, run, params=params[start : start + MOST_BATCH])
        points = [Metric(key, value, at, step) for key, value, at, step in _points(facts)]
        for start in range(0, len(points), MOST_METRICS):
            asked(self._client.log_batch, run, metrics=points[start : start + MOST_METRICS])

    def _log_datasets(self, run: str, contents: VersionFiles) -> None:
        from mlflow.entities import Dataset, DatasetInput, InputTag

        found = []
        for member in contents.of_role("dataset"):
            roles = contents.facts.roles.get(member.name, ())
            tags = [InputTag("mlflow.data.context", _CONTEXTS.get(role, role)) for role in roles[:1]]
            source = json.dumps({"uri": member.path})
            found.append(DatasetInput(Dataset(member.name, member.sha256[:36], "local", source), tags))
        if found:
            asked(self._client.log_inputs, run, found)

    # -- afterwards

    def label(self, every: Sequence[Facts]) -> Iterator[str]:
        """Register versions, and move aliases."""
        store = self._store()
        versions = store.model_versions() if store is not None else ()
        known = [facts for facts in every if facts.id in self._runs]
        if self.address.name or any(facts.registered for facts in known):
            yield from MlflowRegistry(self._client, self.address.name, versions).label(known, self._runs)

    def finish(self) -> Iterator[str]:
        """Yield which models MLflow cannot load, and how to see the runs."""
        for name, versions in sorted(self._plain.items()):
            which = versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"
            yield f"{name} of {which} is stored as files: MLflow has no flavor for them"
        if self.address.kind == "database":
            yield f"see them: mlflow ui --backend-store-uri {SQLITE}{self.address.place}"

    def proof(self, placed: Placed, contents: VersionFiles) -> str:
        """Read all files of a version again, and compare their hashes. Raises Damaged."""
        store = store_of(self.address)
        uri = asked(self._client.get_run, placed.native).info.artifact_uri
        with TemporaryDirectory() as scratch:
            folder = store.folder(uri, placed.native, Path(scratch))
            for member in contents.members:
                file = file_inside(folder, member.path) if folder is not None else None
                if file is not None:
                    store.complete(file)
                if file is None or hashes_of(file)[0] != member.sha256:
                    raise Damaged(f"{member.path} of run {placed.native} reads back otherwise", "check the disk")
        return f"{len(contents.members)} files read back equal"


def _models(text: str) -> dict[str, str]:
    found = json.loads(text) if text else {}
    return {str(name): str(path) for name, path in found.items()}


def _location(database: Path | None, experiment: str) -> str | None:
    """Return the address of the artifacts of a new experiment: a folder beside the database, or as the server wants."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", experiment).strip(".") or "experiment"
    return None if database is None else (database.parent / "mlartifacts" / name).as_uri()


def _ms(saved_at_utc: str) -> int:
    """Return a time in milliseconds since 1970; 0 if it is unknown."""
    try:
        at = datetime.fromisoformat(saved_at_utc)
    except ValueError:
        return 0
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _run_tags(facts: Facts) -> dict[str, str]:
    """Return the tags of a new run. Tags without a text are left out."""
    git = facts.git
    tags = {
        ID: facts.id, f"{PREFIX}name": facts.name, f"{PREFIX}branch": facts.branch,
        f"{PREFIX}parents": " ".join(facts.parents),
        f"{PREFIX}tags": json.dumps(list(facts.tags)) if facts.tags else "", f"{PREFIX}origin": facts.origin,
        "mlflow.user": facts.author, "mlflow.source.name": "nbmodelver",
        "mlflow.note.content": note_of(facts)[:MOST_TAG],
    }  # fmt: skip
    if git is not None:
        tags |= {
            "mlflow.source.git.commit": git.commit, "mlflow.source.git.branch": git.branch,
            f"{PREFIX}git.dirty": str(git.dirty).lower(),
        }  # fmt: skip
    return {name: text for name, text in tags.items() if text}


def _points(facts: Facts) -> Iterator[tuple[str, float, int, int]]:
    """Yield (key, value, time in ms, step): curves, and metrics that differ from the last point of their curve."""
    saved = _ms(facts.saved_at_utc)
    keys = keys_of(list({**facts.metrics, **facts.curves}))
    for name, curve in facts.curves.items():
        for point in curve:
            at = saved if point.time_s is None else int(point.time_s * 1000)
            yield keys[name], metric_of_ours(point.value), at, point.step
    for name, value in facts.metrics.items():
        last = facts.curves.get(name, ())[-1:]
        if not last:
            yield keys[name], metric_of_ours(value), saved, 0
        elif repr(last[0].value) != repr(value):
            at = saved if last[0].time_s is None else int(last[0].time_s * 1000)
            yield keys[name], metric_of_ours(value), at + 1, last[0].step
