"""Reads the SQLite database of MLflow with the standard library. It is opened read-only, also while a server uses it.

The client of MLflow refuses a database of another release. Here it is enough that the columns that are read exist.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbmodelver.errors import Damaged, UsageError
from nbmodelver.exchange.mlflow_places import ArtifactPlaces
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
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

MAGIC = b"SQLite format 3\0"
WAIT_S = 30.0
NEEDED: dict[str, tuple[str, ...]] = {
    "experiments": ("experiment_id", "name", "lifecycle_stage"),
    "runs": ("run_uuid", "user_id", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri",
             "experiment_id"),
    "params": ("key", "value", "run_uuid"),
    "metrics": ("key", "value", "timestamp", "run_uuid", "step", "is_nan"),
    "latest_metrics": ("key", "value", "step", "is_nan", "run_uuid"),
    "tags": ("key", "value", "run_uuid"),
}  # fmt: skip
OPTIONAL: dict[str, tuple[str, ...]] = {
    "model_versions": ("name", "version", "creation_time", "description", "user_id", "current_stage", "source",
                       "run_id"),
    "model_version_tags": ("key", "value", "name", "version"),
    "registered_model_aliases": ("alias", "version", "name"),
    "logged_models": ("model_id", "name", "artifact_location", "lifecycle_stage", "source_run_id"),
    "inputs": ("input_uuid", "source_type", "source_id", "destination_type", "destination_id"),
    "input_tags": ("input_uuid", "name", "value"),
    "datasets": ("dataset_uuid", "name", "digest", "dataset_source"),
}  # fmt: skip
"""Tables that some releases lack."""
_DELETED = "Deleted_Internal"


class MlflowDatabase:
    """The protocol `MlflowStore` over a database."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.places = ArtifactPlaces(file.resolve().parent)
        self._columns = self._known_columns()
        self._require_columns()

    # -- the schema

    def _known_columns(self) -> dict[str, set[str]]:
        """Return table -> columns. Views and virtual tables are no tables of MLflow."""
        tables = self._rows("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
        wanted = {**NEEDED, **OPTIONAL}
        return {
            name: {row[1] for row in self._rows(f"PRAGMA table_info({name})")} for (name,) in tables if name in wanted
        }

    def _require_columns(self) -> None:
        if "experiments" not in self._columns or "runs" not in self._columns:
            raise UsageError(f"'{self.file}' is no database of MLflow", "name the file of --backend-store-uri")
        for table, columns in {**NEEDED, **{k: v for k, v in OPTIONAL.items() if k in self._columns}}.items():
            missing = sorted(set(columns) - self._columns.get(table, set()))
            if missing:
                raise UsageError(
                    f"'{self.file}' is of a release of MLflow that is not known: {table} lacks {', '.join(missing)}",
                    "upgrade a copy of it: mlflow db upgrade sqlite:///COPY.db",
                )

    def _has(self, table: str, column: str = "") -> bool:
        return table in self._columns and (not column or column in self._columns[table])

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection. Each query has its own, so that nothing stays locked."""
        address = f"file:{quote(str(self.file.resolve()))}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=WAIT_S)) as database:
                database.text_factory = lambda data: data.decode("utf-8", "replace")
                database.execute("PRAGMA trusted_schema = OFF")
                yield database
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "unable to open" in str(error):
                raise UsageError(f"'{self.file}' cannot be read: {error}", "run it again when it is free") from error
            raise Damaged(f"'{self.file}' cannot be read: {error}", "check it: PRAGMA integrity_check") from error
        except sqlite3.Error as error:
            raise Damaged(f"'{self.file}' is damaged: {error}", "check it: PRAGMA integrity_check") from error

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._reading() as database:
            return database.execute(query, values).fetchall()

    # -- the protocol

    def experiments(self) -> dict[str, str]:
        """Return id -> name."""
        rows = self._rows("SELECT experiment_id, name FROM experiments WHERE lifecycle_stage = 'active'")
        return {text_of(key): text_of(name) for key, name in rows}

    def run_keys(self, experiments: Collection[str] | None = None) -> list[MlflowRunKey]:
        """Return the runs of experiments."""
        names = self.experiments()
        rows = self._rows(
            "SELECT runs.run_uuid, runs.experiment_id, start_time, tags.value FROM runs LEFT JOIN tags "
            "ON tags.run_uuid = runs.run_uuid AND tags.key = 'mlflow.parentRunId' WHERE lifecycle_stage = 'active'"
        )
        return [
            MlflowRunKey(text_of(run), names[text_of(one)], number_of(started), text_of(parent))
            for run, one, started, parent in rows
            if text_of(one) in names and (experiments is None or text_of(one) in experiments)
        ]

    def run(self, key: MlflowRunKey) -> MlflowRun:
        """Return a run."""
        found = self._rows("SELECT user_id, status, end_time, artifact_uri FROM runs WHERE run_uuid = ?", key.id)
        if not found:
            raise Damaged(f"run {key.id} was deleted meanwhile", "run it again")
        user, status, ended, artifacts = found[0]
        tags = self._pairs("SELECT key, value FROM tags WHERE run_uuid = ?", key.id)
        metrics = {
            text_of(name): metric_of(value, is_nan)
            for name, value, is_nan in self._rows(
                "SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid = ? ORDER BY key", key.id
            )
        }
        curves, is_cut = self._curves(key.id)
        return MlflowRun(
            key, tags.get("mlflow.runName", ""), text_of(status), tags.get("mlflow.user") or text_of(user),
            number_of(ended), text_of(artifacts),
            self._pairs("SELECT key, value FROM params WHERE run_uuid = ? ORDER BY key", key.id), metrics, curves, tags,
            tuple(self._datasets(key.id)), tuple(self._models(key.id)), is_cut,
        )  # fmt: skip

    def _pairs(self, query: str, *values: Any) -> dict[str, str]:
        return {text_of(key): text_of(value) for key, value in self._rows(query, *values)}

    def _curves(self, run: str) -> tuple[dict[str, tuple[Point, ...]], bool]:
        rows = self._rows(
            "SELECT key, step, value, timestamp, is_nan FROM metrics WHERE run_uuid = ? "
            "ORDER BY key, step, timestamp LIMIT ?",
            run,
            MOST_POINTS + 1,
        )
        if len(rows) > MOST_POINTS:
            return {}, True
        points: dict[str, list[Point]] = {}
        for name, step, value, at_ms, is_nan in rows:
            point = Point(step if isinstance(step, int) else 0, metric_of(value, is_nan), number_of(at_ms) / 1000)
            points.setdefault(text_of(name), []).append(point)
        return {name: tuple(found) for name, found in points.items() if len(found) > 1}, False

    def _datasets(self, run: str) -> Iterator[MlflowDataset]:
        if not (self._has("inputs") and self._has("datasets") and self._has("input_tags")):
            return
        rows = self._rows(
            "SELECT datasets.name, digest, dataset_source, input_tags.value FROM inputs "
            "JOIN datasets ON datasets.dataset_uuid = inputs.source_id LEFT JOIN input_tags "
            "ON input_tags.input_uuid = inputs.input_uuid AND input_tags.name = 'mlflow.data.context' "
            "WHERE inputs.destination_id = ? AND destination_type = 'RUN' AND source_type = 'DATASET' "
            "ORDER BY datasets.name, digest",
            run,
        )
        for row in rows:
            yield MlflowDataset(*map(text_of, row))

    def _models(self, run: str) -> Iterator[LoggedMlflowModel]:
        if self._has("logged_models"):
            rows = self._rows(
                "SELECT model_id, name, artifact_location FROM logged_models WHERE source_run_id = ? "
                "AND lifecycle_stage = 'active' ORDER BY creation_timestamp_ms, model_id"
                if self._has("logged_models", "creation_timestamp_ms")
                else "SELECT model_id, name, artifact_location FROM logged_models WHERE source_run_id = ? "
                "AND lifecycle_stage = 'active' ORDER BY model_id",
                run,
            )
            for row in rows:
                yield LoggedMlflowModel(*map(text_of, row))

    def model_versions(self) -> list[MlflowModelVersion]:
        """Return the versions of all registered models."""
        tags, aliases = self._version_tags(), self._aliases()
        found = []
        for row in self._all(
            "model_versions", "workspace", "name", "version", "run_id", "storage_location", "source", "current_stage",
            "description", "user_id", "creation_time",
        ):  # fmt: skip
            key = (text_of(row[0]), text_of(row[1]), number_of(row[2]))
            run, place, source, stage, description, user = map(text_of, row[3:9])
            if stage != _DELETED:
                found.append(
                    MlflowModelVersion(
                        key[1], key[2], run, place or source, source, stage, description, user, number_of(row[9]),
                        tags.get(key, {}), tuple(sorted(aliases.get(key, ()))),
                    )
                )  # fmt: skip
        return sorted(found, key=lambda one: (one.model, one.number))

    def _all(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Return columns of all rows of a table; NULL for columns that this release lacks."""
        chosen = ", ".join(one if self._has(table, one) else "NULL" for one in columns)
        return self._rows(f"SELECT {chosen} FROM {table}") if self._has(table) else []  # noqa: S608  # names of ours

    def _version_tags(self) -> dict[tuple[str, str, int], dict[str, str]]:
        found: dict[tuple[str, str, int], dict[str, str]] = {}
        for space, name, number, key, value in self._all(
            "model_version_tags", "workspace", "name", "version", "key", "value"
        ):
            found.setdefault((text_of(space), text_of(name), number_of(number)), {})[text_of(key)] = text_of(value)
        return found

    def _aliases(self) -> dict[tuple[str, str, int], list[str]]:
        found: dict[tuple[str, str, int], list[str]] = {}
        for space, name, number, alias in self._all(
            "registered_model_aliases", "workspace", "name", "version", "alias"
        ):
            found.setdefault((text_of(space), text_of(name), number_of(number)), []).append(text_of(alias))
        return found

    def own_tags(self, experiment: str) -> Mapping[str, Mapping[str, str]]:
        """Return run -> our tags."""
        rows = self._rows(
            "SELECT tags.run_uuid, tags.key, tags.value FROM tags JOIN runs ON runs.run_uuid = tags.run_uuid "
            "JOIN experiments ON experiments.experiment_id = runs.experiment_id WHERE experiments.name = ? "
            "AND runs.lifecycle_stage = 'active' AND experiments.lifecycle_stage = 'active' AND tags.key LIKE ?",
            experiment,
            f"{PREFIX}%",
        )
        found: dict[str, dict[str, str]] = {}
        for run, key, value in rows:
            found.setdefault(text_of(run), {})[text_of(key)] = text_of(value)
        return found

    def folder(self, uri: str, owner: str, scratch: Path) -> Path | None:
        """Return the local folder of artifacts."""
        del scratch
        return self.places.folder(uri, owner)

    def complete(self, file: Path) -> None:
        """Do nothing: the files are on this machine."""


def is_database(file: Path) -> bool:
    """Return True if a file begins as a SQLite database does."""
    try:
        with file.open("rb") as source:
            return source.read(len(MAGIC)) == MAGIC
    except OSError:
        return False
