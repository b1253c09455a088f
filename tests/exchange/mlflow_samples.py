"""Stores of MLflow that the tests write: databases with the tables of its client, and folders mlruns."""

from __future__ import annotations

import json
import pickle
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LinearRegression

from nbmodelver.actions.exchange import ImportFromRequest, import_from

if TYPE_CHECKING:
    from nbmodelver.model.exchange import SystemImport
    from nbmodelver.repo import Repo

SCHEMA = Path(__file__).parents[1] / "golden" / "exchange" / "mlflow-3.17.2.sql"
START_MS = 1_700_000_000_000
SECRET = "sk-verysecret0123456789abcd"


def run_id(number: int) -> str:
    """The id of a run."""
    return f"{number:032x}"


def fitted(slope: float) -> LinearRegression:
    """A model."""
    return LinearRegression().fit(np.array([[0.0], [1.0]]), np.array([0.0, slope]))


def write_model(folder: Path, model: Any, **flavors: Any) -> None:
    """A model folder as MLflow writes it, with an input example."""
    folder.mkdir(parents=True)
    (folder / "model.pkl").write_bytes(pickle.dumps(model))
    sklearn = {"pickled_model": "model.pkl", "serialization_format": "cloudpickle", "sklearn_version": "1.9.1"}
    described = {
        "flavors": flavors or {"python_function": {"python_version": "3.11.7"}, "sklearn": sklearn},
        "saved_input_example_info": {"artifact_path": "input_example.json", "pandas_orient": "split"},
    }
    (folder / "MLmodel").write_text(json.dumps(described))
    (folder / "input_example.json").write_text(json.dumps({"columns": ["x"], "data": [[0.5], [1.5]]}))
    (folder / "requirements.txt").write_text("mlflow==3.17.2\nscikit-learn==1.9.1\n-c constraints.txt\n")


class Database:
    """A database of MLflow with one experiment, in a folder with its artifacts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.file = folder / "m.db"
        self.run("", script=SCHEMA.read_text("utf-8"))
        self.add_experiment(1, "iris")

    def run(self, statement: str, *values: Any, script: str = "") -> None:
        """Run SQL."""
        with closing(sqlite3.connect(self.file)) as database:
            if script:
                database.executescript(script)
            else:
                database.execute(statement, values)
            database.commit()

    def many(self, statements: list[tuple[str, tuple[Any, ...]]]) -> None:
        """Run SQL in one transaction."""
        with closing(sqlite3.connect(self.file)) as database:
            for statement, values in statements:
                database.execute(statement, values)
            database.commit()

    def add_experiment(self, number: int, name: str) -> None:
        """Add an experiment."""
        self.run("INSERT INTO experiments (experiment_id, name, lifecycle_stage) VALUES (?, ?, 'active')", number, name)

    def artifacts(self, number: int) -> Path:
        """The folder of the artifacts of a run."""
        return self.folder / "mlartifacts" / "1" / run_id(number) / "artifacts"

    def add_run(self, number: int, *, tags: dict[str, str] | None = None, model: Any = None, **more: Any) -> str:
        """Add a run, with a model in its artifacts."""
        run, at = run_id(number), START_MS + 1000 * number
        uri = self.artifacts(number).as_uri()
        status, stage = more.get("status", "FINISHED"), more.get("stage", "active")
        columns = "run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id"
        values = (run, f"run {number}", "ann", status, at, at + 500, stage, uri, more.get("experiment", 1))
        statements: list[tuple[str, tuple[Any, ...]]] = [
            (f"INSERT INTO runs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        ]
        for name, text in {"depth": str(number), **more.get("params", {})}.items():
            statements.append(("INSERT INTO params VALUES (?, ?, ?)", (name, text, run)))
        for name, text in {"mlflow.runName": f"run {number}", **(tags or {})}.items():
            statements.append(("INSERT INTO tags VALUES (?, ?, ?)", (name, text, run)))
        for step in range(more.get("steps", 2)):
            row = ("loss", 1 / (number + step), at + step, run, step, 0)
            statements.append(("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", row))
        last = more.get("steps", 2) - 1
        statements.append(
            ("INSERT INTO latest_metrics VALUES (?, ?, ?, ?, ?, ?)", ("loss", 1 / (number + last), at, last, 0, run))
        )
        self.many(statements)
        if model is not None:
            write_model(self.artifacts(number) / "model", model)
        return run

    def add_version(self, number: int, run: str = "", *, source: str = "", model: str = "iris", **more: Any) -> None:
        """Register a version, of the model of a run."""
        source = source or (self.artifacts(int(run, 16)) / "model").as_uri()
        columns = "name, version, run_id, source, storage_location, current_stage, creation_time, description"
        values = (model, number, run, source, source, more.get("stage", "None"), START_MS, more.get("description"))
        self.run(f"INSERT INTO model_versions ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *values)
        for alias in more.get("aliases", ()):
            self.run(
                "INSERT INTO registered_model_aliases (alias, version, name) VALUES (?, ?, ?)", alias, number, model
            )
        for name, text in more.get("tags", {}).items():
            self.run(
                "INSERT INTO model_version_tags (key, value, name, version) VALUES (?, ?, ?, ?)",
                name, text, model, number,
            )  # fmt: skip


def write_tree(folder: Path, runs: int) -> Path:
    """A folder mlruns with runs that have models, of which the last is registered. Returns it."""
    place = folder / "mlruns"
    experiment = place / "5"
    _write(experiment / "meta.yaml", json.dumps({"name": "iris", "lifecycle_stage": "active", "experiment_id": "5"}))
    for number in range(1, runs + 1):
        run = experiment / run_id(number)
        at = START_MS + 1000 * number
        uri = (run / "artifacts").as_uri()
        described = {"artifact_uri": uri, "start_time": at, "end_time": at + 500, "status": 3, "user_id": "ann",
                     "lifecycle_stage": "active", "run_id": run.name, "run_name": f"run {number}"}  # fmt: skip
        _write(run / "meta.yaml", json.dumps(described))
        _write(run / "params" / "a" / "b", str(number))
        _write(run / "metrics" / "loss", "".join(f"{at + step} {1 / (number + step)} {step}\n" for step in range(2)))
        _write(run / "tags" / "mlflow.runName", f"run {number}")
        write_model(run / "artifacts" / "model", fitted(number))
    model = place / "models" / "iris"
    _write(model / "meta.yaml", json.dumps({"name": "iris"}))
    _write(model / "aliases" / "best", "1")
    source = (experiment / run_id(runs) / "artifacts" / "model").as_uri()
    _write(
        model / "version-1" / "meta.yaml",
        json.dumps({"name": "iris", "version": 1, "run_id": run_id(runs), "source": source, "current_stage": "Staging",
                    "creation_timestamp": START_MS}),
    )  # fmt: skip
    return place


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def bring(repo: Repo, source: Any, **how: Any) -> SystemImport:
    """Import from MLflow."""
    return import_from(repo, ImportFromRequest("mlflow", str(source), **how))
