"""Reads a folder `mlruns`, in which MLflow kept runs and models as files before it kept them in databases.

A run is EXPERIMENT/RUN/ with meta.yaml, params/KEY, metrics/KEY, tags/KEY and artifacts/. A registered model is
models/NAME/version-N/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Damaged, UsageError
from nbmodelver.exchange.mlflow_places import OWNER, ArtifactPlaces
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
from nbmodelver.exchange.yaml_files import read_yaml
from nbmodelver.model.exchange import Point

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

META = "meta.yaml"
MOST_TEXT_BYTES = 1 << 20
MOST_METRIC_BYTES = 64 << 20
_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_NO_EXPERIMENT = ("models", ".trash")
_DELETED = "Deleted_Internal"


class MlflowFolder:
    """The protocol `MlflowStore` over a folder."""

    def __init__(self, place: Path) -> None:
        self.place = place
        if not any(self._experiments()):
            raise UsageError(
                f"'{place}' is no folder of MLflow: it has no folder with a file {META}",
                "name the folder mlruns, or the database: sqlite:///m.db",
            )
        self.places = ArtifactPlaces(place.resolve().parent)

    def _experiments(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield folder and description of the experiments that are not deleted."""
        for folder in _folders(self.place):
            if folder.name not in _NO_EXPERIMENT and (folder / META).is_file():
                described = _described(folder)
                if described.get("lifecycle_stage", "active") == "active":
                    yield folder, described

    def experiments(self) -> dict[str, str]:
        """Return id -> name."""
        return {folder.name: text_of(one.get("name")) or folder.name for folder, one in self._experiments()}

    def run_keys(self, experiments: Collection[str] | None = None) -> list[MlflowRunKey]:
        """Return the runs of experiments."""
        found = []
        for experiment, name in self.experiments().items():
            if experiments is not None and experiment not in experiments:
                continue
            for folder in _folders(self.place / experiment):
                if OWNER.fullmatch(folder.name) and (folder / META).is_file():
                    described = _described(folder)
                    if described.get("lifecycle_stage", "active") == "active":
                        started = number_of(described.get("start_time"))
                        parent = _text(folder / "tags" / "mlflow.parentRunId")
                        found.append(MlflowRunKey(folder.name, name, started, parent))
        return found

    def run(self, key: MlflowRunKey) -> MlflowRun:
        """Return a run."""
        folder = self._folder_of(key)
        described = _described(folder)
        tags = {name: _text(file) for name, file in _leaves(folder / "tags")}
        status = described.get("status")
        metrics, curves, is_cut = _metrics(folder / "metrics")
        return MlflowRun(
            key, tags.get("mlflow.runName") or text_of(described.get("run_name")),
            _STATUS.get(status, text_of(status)) if isinstance(status, int) else text_of(status),
            tags.get("mlflow.user") or text_of(described.get("user_id")), number_of(described.get("end_time")),
            text_of(described.get("artifact_uri")),
            {name: _text(file) for name, file in _leaves(folder / "params")}, metrics, curves, tags,
            tuple(self._datasets(folder)), tuple(self._models(folder.parent, key.id)), is_cut,
        )  # fmt: skip

    def _folder_of(self, key: MlflowRunKey) -> Path:
        ids = [one for one, name in self.experiments().items() if name == key.experiment]
        found = [self.place / one / key.id for one in ids if (self.place / one / key.id / META).is_file()]
        if not found:
            raise Damaged(f"run {key.id} was deleted meanwhile", "run it again")
        return found[0]

    @staticmethod
    def _datasets(folder: Path) -> Iterator[MlflowDataset]:
        for used in _folders(folder / "inputs"):
            described = _described(used)
            source = text_of(described.get("source_id"))
            place = folder.parent / "datasets" / source
            if source.isalnum() and (place / META).is_file():
                one, tags = _described(place), described.get("tags")
                context = text_of(tags.get("mlflow.data.context")) if isinstance(tags, dict) else ""
                name, digest, source = (text_of(one.get(key)) for key in ("name", "digest", "source"))
                yield MlflowDataset(name, digest, source, context)

    @staticmethod
    def _models(experiment: Path, run: str) -> Iterator[LoggedMlflowModel]:
        found = []
        for folder in _folders(experiment / "models"):
            if OWNER.fullmatch(folder.name) and (folder / META).is_file():
                one = _described(folder)
                if text_of(one.get("source_run_id")) == run and one.get("lifecycle_stage", "active") == "active":
                    found.append((number_of(one.get("creation_timestamp")), folder.name, one))
        for _, name, one in sorted(found, key=lambda two: two[:2]):
            yield LoggedMlflowModel(name, text_of(one.get("name")) or name, text_of(one.get("artifact_location")))

    def model_versions(self) -> list[MlflowModelVersion]:
        """Return the versions of all registered models."""
        found = []
        for model in _folders(self.place / "models"):
            if not (model / META).is_file():
                continue
            name = text_of(_described(model).get("name")) or model.name
            aliases: dict[str, list[str]] = {}
            for alias, file in _leaves(model / "aliases"):
                aliases.setdefault(_text(file).strip(), []).append(alias)
            for folder in _folders(model):
                if folder.name.startswith("version-") and (folder / META).is_file():
                    one = _described(folder)
                    if one.get("current_stage") != _DELETED:
                        found.append(_version(name, folder, one, aliases))
        return sorted(found, key=lambda one: (one.model, one.number))

    def own_tags(self, experiment: str) -> Mapping[str, Mapping[str, str]]:
        """Return run -> our tags."""
        ids = [one for one, name in self.experiments().items() if name == experiment]
        found = {}
        for key in self.run_keys(ids):
            tags = _leaves(self._folder_of(key) / "tags")
            own = {name: _text(file) for name, file in tags if name.startswith(PREFIX)}
            if own:
                found[key.id] = own
        return found

    def folder(self, uri: str, owner: str, scratch: Path) -> Path | None:
        """Return the local folder of artifacts."""
        del scratch
        return self.places.folder(uri, owner)

    def complete(self, file: Path) -> None:
        """Do nothing: the files are on this machine."""


def _version(
    model: str, folder: Path, one: Mapping[str, Any], aliases: Mapping[str, list[str]]
) -> MlflowModelVersion:  # fmt: skip
    number = text_of(one.get("version")) or folder.name.removeprefix("version-")
    source = text_of(one.get("source"))
    return MlflowModelVersion(
        model, int(number) if number.isdecimal() and len(number) < 10 else 0, text_of(one.get("run_id")),
        text_of(one.get("storage_location")) or source, source, text_of(one.get("current_stage")),
        text_of(one.get("description")), text_of(one.get("user_id")), number_of(one.get("creation_timestamp")),
        {name: _text(file) for name, file in _leaves(folder / "tags")}, tuple(sorted(aliases.get(number, ()))),
    )  # fmt: skip


def _described(folder: Path) -> dict[str, Any]:
    found = read_yaml(folder / META)
    if not isinstance(found, dict):
        raise Damaged(f"'{folder / META}' is no description of MLflow", "look for another copy")
    return found


def _folders(place: Path) -> list[Path]:
    """Return the folders in a folder, sorted; links are left out."""
    if not place.is_dir() or place.is_symlink():
        return []
    return sorted(one for one in place.iterdir() if one.is_dir() and not one.is_symlink())


def _leaves(place: Path) -> list[tuple[str, Path]]:
    """Return (key, file) of the files below a folder, sorted: the key `a/b` is the file a/b. Links are left out."""
    if not place.is_dir() or place.is_symlink():
        return []
    files = (one for one in sorted(place.rglob("*")) if one.is_file() and not one.is_symlink())
    return [(one.relative_to(place).as_posix(), one) for one in files]


def _text(file: Path) -> str:
    """Return the text of a small file, "" if it is missing."""
    try:
        with file.open("rb") as source:
            return source.read(MOST_TEXT_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _metrics(place: Path) -> tuple[dict[str, float], dict[str, tuple[Point, ...]], bool]:
    """Return the last values and the curves. A line of a file is: time in ms, value, step."""
    metrics: dict[str, float] = {}
    curves: dict[str, tuple[Point, ...]] = {}
    count = 0
    for name, file in _leaves(place):
        points = sorted(_points(file), key=lambda one: (one.step, one.time_s or 0.0))
        count += len(points)
        if points:
            metrics[name] = points[-1].value
        if len(points) > 1:
            curves[name] = tuple(points)
    return metrics, {} if count > MOST_POINTS else curves, count > MOST_POINTS


def _points(file: Path) -> Iterator[Point]:
    if file.stat().st_size > MOST_METRIC_BYTES:
        raise Damaged(f"'{file}' is larger than {MOST_METRIC_BYTES >> 20} MB", "check whether it is a metric")
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        try:
            yield Point(int(words[2]) if len(words) > 2 else 0, metric_of(float(words[1])), int(words[0]) / 1000)
        except (ValueError, IndexError, OverflowError) as error:
            raise Damaged(f"'{file}' has a line that is no metric: {line[:60]}", "look for another copy") from error
