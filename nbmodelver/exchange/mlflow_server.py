"""Reads a server of MLflow by its client.

Artifacts are listed first: empty files with their names and sizes stand for them, and small descriptions are loaded.
The others are loaded when a version comes in.
"""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged, LimitExceeded, NbmodelverError
from nbmodelver.exchange import sidecar
from nbmodelver.exchange.mlflow_address import MlflowAddress
from nbmodelver.exchange.mlflow_client import asked, connect
from nbmodelver.exchange.mlflow_models import MLMODEL, MOST_FILES
from nbmodelver.exchange.mlflow_places import OWNER
from nbmodelver.exchange.mlflow_records import (
    MOST_POINTS,
    PREFIX,
    LoggedMlflowModel,
    MlflowDataset,
    MlflowModelVersion,
    MlflowRun,
    MlflowRunKey,
    metric_of,
    number_of,
    text_of,
)
from nbmodelver.model.exchange import Point

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

MOST_DEPTH = 12
PAGE = 500
_AT_ONCE = {MLMODEL, "requirements.txt", "input_example.json", sidecar.NAME}
"""Files that say what there is."""


class MlflowServer:
    """The protocol `MlflowStore` over a server."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.client = connect(MlflowAddress("server", uri))
        self._missing: dict[Path, tuple[str, str]] = {}
        """File that is still empty -> owner, path there."""
        self._locations: dict[str, str] = {}
        """Id of a logged model -> the address of its artifacts."""

    def experiments(self) -> dict[str, str]:
        """Return id -> name."""
        return {str(one.experiment_id): str(one.name) for one in self._pages(self.client.search_experiments)}

    def _pages(self, method: Callable[..., Any], **named: Any) -> Iterator[Any]:
        token = None
        while True:
            page = asked(method, max_results=PAGE, page_token=token, **named)
            yield from page
            token = page.token
            if not token:
                return

    def run_keys(self, experiments: Collection[str] | None = None) -> list[MlflowRunKey]:
        """Return the runs of experiments."""
        names = self.experiments()
        chosen = [one for one in names if experiments is None or one in experiments]
        if not chosen:
            return []
        return [
            MlflowRunKey(
                run.info.run_id, names[str(run.info.experiment_id)], number_of(run.info.start_time),
                run.data.tags.get("mlflow.parentRunId", ""),
            )
            for run in self._pages(self.client.search_runs, experiment_ids=chosen)
        ]  # fmt: skip

    def run(self, key: MlflowRunKey) -> MlflowRun:
        """Return a run."""
        run = asked(self.client.get_run, key.id)
        tags = dict(run.data.tags)
        metrics = {name: metric_of(value) for name, value in sorted(run.data.metrics.items())}
        curves, is_cut = self._curves(key.id, list(metrics))
        return MlflowRun(
            key, tags.get("mlflow.runName", ""), text_of(run.info.status), tags.get("mlflow.user", ""),
            number_of(run.info.end_time), text_of(run.info.artifact_uri), dict(sorted(run.data.params.items())),
            metrics, curves, tags, tuple(_datasets(run)), tuple(self._models(run)), is_cut,
        )  # fmt: skip

    def _curves(self, run: str, names: list[str]) -> tuple[dict[str, tuple[Point, ...]], bool]:
        curves: dict[str, tuple[Point, ...]] = {}
        count = 0
        for name in names:
            history = asked(self.client.get_metric_history, run, name)
            count += len(history)
            if count > MOST_POINTS:
                return {}, True
            points = [Point(int(one.step), metric_of(one.value), one.timestamp / 1000) for one in history]
            if len(points) > 1:
                curves[name] = tuple(sorted(points, key=lambda one: (one.step, one.time_s or 0.0)))
        return curves, False

    def _models(self, run: Any) -> list[LoggedMlflowModel]:
        outputs = getattr(getattr(run, "outputs", None), "model_outputs", None) or ()
        found = []
        for one in outputs:
            model = asked(self.client.get_logged_model, one.model_id)
            found.append((number_of(model.creation_timestamp), str(model.model_id), model))
        return [
            LoggedMlflowModel(key, str(model.name), str(model.artifact_location))
            for _, key, model in sorted(found, key=lambda two: two[:2])
        ]

    def model_versions(self) -> list[MlflowModelVersion]:
        """Return the versions of all registered models."""
        aliases: dict[tuple[str, str], list[str]] = {}
        for model in self._pages(self.client.search_registered_models):
            for alias, number in dict(model.aliases).items():
                aliases.setdefault((model.name, str(number)), []).append(alias)
        found = [
            MlflowModelVersion(
                one.name, int(one.version), text_of(one.run_id), text_of(one.source), text_of(one.source),
                text_of(one.current_stage), text_of(one.description), text_of(one.user_id),
                number_of(one.creation_timestamp), dict(one.tags),
                tuple(sorted(aliases.get((one.name, str(one.version)), ()))),
            )
            for one in self._pages(self.client.search_model_versions)
        ]  # fmt: skip
        return sorted(found, key=lambda one: (one.model, one.number))

    def own_tags(self, experiment: str) -> Mapping[str, Mapping[str, str]]:
        """Return run -> our tags."""
        ids = [key for key, name in self.experiments().items() if name == experiment]
        found = {}
        for run in self._pages(self.client.search_runs, experiment_ids=ids) if ids else ():
            own = {name: text for name, text in run.data.tags.items() if name.startswith(PREFIX)}
            if own:
                found[str(run.info.run_id)] = own
        return found

    # -- artifacts

    def folder(self, uri: str, owner: str, scratch: Path) -> Path | None:
        """Return a folder with empty files that stand for the artifacts of a run or of a logged model."""
        scratch = scratch.resolve()
        owner = owner or next((part for part in PurePosixPath(uri).parts if OWNER.fullmatch(part)), "")
        if not OWNER.fullmatch(owner):
            return None
        root = scratch / owner
        if not root.is_dir() and not self._is_listed(owner, root):
            return None
        parts = PurePosixPath(uri).parts
        inner = parts[parts.index(owner) + 1 :] if owner in parts else ()
        place = root.joinpath(*(inner[1:] if inner[:1] == ("artifacts",) else inner))
        return place if ".." not in parts and place.is_dir() else None

    def _is_listed(self, owner: str, root: Path) -> bool:
        """List the artifacts. Return False if that is not possible, such as in S3, whose library is not installed."""
        partial = root.with_name(f"{owner}.partial")
        partial.mkdir(parents=True, exist_ok=True)
        try:
            if owner.startswith("m-"):
                self._locations[owner] = str(asked(self.client.get_logged_model, owner).artifact_location)
            self._list(owner, "", partial, 0)
        except LimitExceeded:
            raise
        except NbmodelverError:
            return False
        self._missing = {
            root / file.relative_to(partial) if file.is_relative_to(partial) else file: place
            for file, place in self._missing.items()
        }
        partial.rename(root)
        return True

    def _list(self, owner: str, path: str, root: Path, depth: int) -> None:
        method = self.client.list_logged_model_artifacts if owner.startswith("m-") else self.client.list_artifacts
        if depth > MOST_DEPTH or len(self._missing) > MOST_FILES:
            raise LimitExceeded(f"{owner} has too many artifacts", "import a copy of the database instead")
        for one in asked(method, owner, path or None):
            place = PurePosixPath(one.path)
            if place.is_absolute() or ".." in place.parts:
                continue
            if one.is_dir:
                self._list(owner, one.path, root, depth + 1)
                continue
            file = root / place
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as target:
                target.truncate(number_of(one.file_size))
            self._missing[file] = owner, one.path
            if file.name in _AT_ONCE:
                self.complete(file)

    def complete(self, file: Path) -> None:
        """Load an artifact, if it was only listed."""
        file = file.resolve()
        owner, path = self._missing.pop(file, ("", ""))
        if not owner:
            return
        from mlflow.artifacts import download_artifacts

        with TemporaryDirectory() as folder:
            if owner in self._locations:
                uri = f"{self._locations[owner].rstrip('/')}/{path}"
                found = asked(download_artifacts, artifact_uri=uri, dst_path=folder, tracking_uri=self.uri)
            else:
                found = asked(self.client.download_artifacts, owner, path, folder)
            if not Path(found).is_file():
                raise Damaged(f"{path} of {owner} is missing on the server", "check its artifacts")
            shutil.copyfile(found, file)


def _datasets(run: Any) -> Iterator[MlflowDataset]:
    found = []
    for one in getattr(run.inputs, "dataset_inputs", ()):
        context = next((tag.value for tag in one.tags if tag.key == "mlflow.data.context"), "")
        found.append(MlflowDataset(one.dataset.name, one.dataset.digest, text_of(one.dataset.source), context))
    yield from sorted(found, key=lambda two: (two.name, two.digest))
