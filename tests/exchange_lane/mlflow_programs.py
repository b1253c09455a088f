"""What runs in the environment of MLflow: `python mlflow_programs.py NAME ARGUMENT...` prints one line of JSON.

It is no test. It imports MLflow and, for exports, nbmodelver.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")


def client(uri: str) -> Any:
    """The client of a store."""
    import mlflow

    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow.MlflowClient()


def study(store: str) -> Any:
    """Make a store with three versions: forests on a frame, a curve of metrics, a dataset in parts."""
    import numpy as np
    import pandas as pd
    from sklearn.ensemble import RandomForestClassifier

    import nbmodelver as mv
    from nbmodelver.registry import register

    repo = mv.open(store, create=True)
    rows = np.random.default_rng(0).random((60, 3))
    frame = pd.DataFrame(rows, columns=list("abc"))
    target = (frame.a > 0.5).astype(int)
    for trees in (3, 5, 7):
        model = RandomForestClassifier(trees, random_state=0).fit(frame, target)
        values = {"model": model, "train_X": frame, "weights": {"w": rows[:4]}}
        how = {"trees": trees, "note": "a=b", "deep": [1]}
        metrics = {"acc": trees / 10, "nan": (float("nan"), "lower")}
        repo.commit(values, f"{trees} trees", metrics=metrics, params=how, roles={"train_X": "train"})
    repo.tag("best", "v2")
    register.register(repo, register.RegisterRequest("forest", "v3", "model", "1.4.0", "good"))
    return [version.id for version in reversed(repo.log())]


def one_more(store: str) -> Any:
    """Commit another version."""
    import nbmodelver as mv

    repo = mv.open(store)
    return repo.commit({**repo.load("v1"), "more": 1}, "again", metrics={"acc": 1.0}).name


def export(store: str, target: str, dry_run: str = "") -> Any:
    """Export all versions."""
    import nbmodelver as mv
    from nbmodelver.actions.exchange import ExportToRequest, export_to

    done = export_to(mv.open(store), ExportToRequest("mlflow", target, dry_run=bool(dry_run)))
    return {
        "statuses": [one.status for one in done.versions], "labels": list(done.labels),
        "left_out": [[one.version, one.what, one.why] for one in done.left_out],
        "proofs": [one.proof for one in done.versions],
    }  # fmt: skip


def refused(store: str, target: str) -> Any:
    """Export, and return the lines of the error."""
    from nbmodelver.errors import NbmodelverError

    try:
        export(store, target)
    except NbmodelverError as error:
        return [type(error).__name__, error.message, error.hint]
    return []


def ours(store: str) -> Any:
    """What the store has: predictions of each model, metrics and parameters."""
    import nbmodelver as mv

    repo = mv.open(store, trusted=True)
    found = {}
    for version in repo.log():
        values = repo.load(version)
        found[version.name] = {
            "predicted": values["model"].predict(values["train_X"]).tolist(), "saved": version.saved_at_utc,
            "params": {name: str(value) for name, value in version.params.items()}, "acc": version.metrics["acc"],
        }  # fmt: skip
    return found


def theirs(uri: str, experiment: str) -> Any:
    """What MLflow has of an experiment, oldest first."""
    store = client(uri)
    found = store.search_runs([store.get_experiment_by_name(experiment).experiment_id], order_by=["start_time"])
    return [
        {
            "name": run.info.run_name, "params": run.data.params, "metrics": {k: repr(v) for k, v in
            run.data.metrics.items()}, "tags": run.data.tags, "start": run.info.start_time, "end": run.info.end_time,
            "user": run.info.user_id, "status": run.info.status,
            "datasets": [[one.dataset.name, len(one.dataset.digest), [tag.value for tag in one.tags]]
                         for one in run.inputs.dataset_inputs],
        }
        for run in found
    ]  # fmt: skip


def registered(uri: str, model: str) -> Any:
    """The versions of a registered model, and its aliases."""
    store = client(uri)
    found = store.search_model_versions(f"name='{model}'")
    versions = sorted([int(one.version), one.tags["nbmodelver.name"], one.tags.get("semver", "")] for one in found)
    return {"versions": versions, "aliases": {k: int(v) for k, v in store.get_registered_model(model).aliases.items()}}


def predict(uri: str, model: str, store: str) -> Any:
    """What a model predicts that MLflow loads, by its own flavor and by the generic one; and its signature."""
    import mlflow

    import nbmodelver as mv

    client(uri)
    frame = mv.open(store, trusted=True).load("v1")["train_X"]
    info = mlflow.models.get_model_info(model)
    return {
        "own": mlflow.sklearn.load_model(model).predict(frame).tolist(),
        "generic": mlflow.pyfunc.load_model(model).predict(frame).tolist(),
        "inputs": [one.name for one in info.signature.inputs], "example": info.saved_input_example_info["type"],
    }  # fmt: skip


def train(uri: str, folder: str, count: str = "20") -> Any:
    """Train models with MLflow alone: a run for each with a curve, a dataset, an input example, and a nested run."""
    import mlflow
    import numpy as np
    import pandas as pd
    from sklearn.tree import DecisionTreeClassifier

    store = client(uri)
    mlflow.create_experiment("trees", artifact_location=Path(folder, "arts").as_uri())
    mlflow.set_experiment("trees")
    frame = pd.DataFrame(np.random.default_rng(0).random((50, 3)), columns=list("abc"))
    target = (frame.a > 0.5).astype(int)
    predicted = {}
    for number in range(1, int(count) + 1):
        with mlflow.start_run(run_name=f"run {number}", description=f"note {number}") as run:
            model = DecisionTreeClassifier(max_depth=number, random_state=0).fit(frame, target)
            mlflow.log_params({"depth": number, "a/b": "x", "api_key": "sk-verysecret0123456789abcd"})
            for step in range(3):
                mlflow.log_metric("loss", 1 / (step + number), step=step)
            mlflow.log_input(mlflow.data.from_pandas(frame, name="train", source="x.csv"), context="training")
            mlflow.sklearn.log_model(
                model, name="model", input_example=frame.head(3), serialization_format="cloudpickle",
                registered_model_name="trees", pip_requirements=["scikit-learn"],
            )  # fmt: skip
            predicted[run.info.run_id] = model.predict(frame).tolist()
    with mlflow.start_run(run_name="parent"), mlflow.start_run(run_name="child", nested=True):
        mlflow.log_metric("q", float("nan"))
    store.set_registered_model_alias("trees", "best", 3)
    store.delete_model_version("trees", "2")
    store.delete_run(store.get_model_version("trees", "4").run_id)
    return {"predicted": predicted, "frame": frame.to_dict("list")}


def held(database: str, seconds: str) -> Any:
    """Hold a lock of a database for some seconds. Says when it has it."""
    import sqlite3

    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    print(json.dumps("held"), flush=True)
    time.sleep(float(seconds))
    connection.execute("ROLLBACK")
    connection.close()
    return "released"


def bring(store: str, source: str) -> Any:
    """Import from a source."""
    import nbmodelver as mv
    from nbmodelver.actions.exchange import ImportFromRequest, import_from

    done = import_from(mv.open(store, create=True), ImportFromRequest("mlflow", source))
    return {"statuses": [one.status for one in done.versions], "left_out": [one.what for one in done.left_out]}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])), flush=True)
