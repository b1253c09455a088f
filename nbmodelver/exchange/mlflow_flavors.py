"""Writes model folders for MLflow: MLmodel, requirements.txt, python_env.yaml and conda.yaml beside the model's file.

They are written here, not by MLflow: its client would need the model in memory, and refuses trees in skops.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as release_of
from typing import TYPE_CHECKING, Any

from nbmodelver.repo.transfer import portable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbmodelver.model.exchange import Facts, Member, VersionFiles

DOCUMENT = "models.json"
"""The document of a version with the class of each model, and rows for which it predicts."""
EXAMPLE = "input_example.json"
_DISTRIBUTIONS = {"sklearn": ("scikit-learn",), "xgboost": ("xgboost", "xgboost-cpu"), "lightgbm": ("lightgbm",)}
_WITHOUT = ("torch", "builtins", "collections", "keras")
"""Root modules of models for which no flavor is written."""
_TYPES: tuple[tuple[str, str], ...] = (
    (r"bool", "boolean"), (r"int(8|16|32)|uint(8|16)", "integer"), (r"int64|uint32", "long"),
    (r"float(16|32)", "float"), (r"float64", "double"), (r"object|str.*|string.*", "string"),
)  # fmt: skip
"""dtype -> type of a column in a signature."""


@dataclass(frozen=True)
class _AboutModel:
    """What is known of a model. kind: its class. example: rows and predictions, None without rows."""

    kind: str
    example: Mapping[str, Any] | None


def write_model_folders(contents: VersionFiles, folder: Path, run: str) -> tuple[dict[str, str], list[str]]:
    """Write what MLflow needs beside each model. folder: has the members of the version. run: the id of the run.

    Returns variable -> path of its folder for all models, and the variables of those that MLflow can load.
    """
    described = _described(contents)
    paths: dict[str, str] = {}
    loadable = []
    for member in contents.of_role("model"):
        path = member.path.rpartition("/")[0]
        if not member.name or not path or member.name in paths:
            continue
        paths[member.name] = path
        about = described.get(member.name, _AboutModel("", None))
        flavors = _flavors(_main(contents, member), about, contents.facts)
        if flavors is not None:
            model = _mlmodel(flavors, about, contents.facts)
            _write(folder / path, {**model, "run_id": run, "artifact_path": path}, about, contents)
            loadable.append(member.name)
    return paths, loadable


def _main(contents: VersionFiles, member: Member) -> Member:
    """Return the file of a model: others of the same variable have its parameters."""
    files = [one for one in contents.members if one.name == member.name and one.role == "model"]
    return next((one for one in files if one.path.endswith((".ubj", ".skops", ".pkl", ".txt"))), member)


def _described(contents: VersionFiles) -> dict[str, _AboutModel]:
    document = next((one for one in contents.members if one.path == DOCUMENT), None)
    if document is None:
        return {}
    return {
        name: _AboutModel(str(one.get("class", "")), one.get("example"))
        for name, one in json.loads(document.file.read_bytes()).items()
    }


def _flavors(main: Member, about: _AboutModel, facts: Facts) -> dict[str, dict[str, Any]] | None:
    """Return the flavors of a model, None if MLflow has none for its file."""
    file, library = main.path.rpartition("/")[2], about.kind.partition(".")[0]
    if main.format == "ubj" and about.kind:
        own = {"data": file, "model_class": about.kind, "model_format": "ubj"}
        return {**_generic(facts, "xgboost", data=file), "xgboost": {**own, "xgb_version": _release(facts, "xgboost")}}
    if main.format == "lightgbm":
        own = {"data": file, "model_class": "lightgbm.basic.Booster", "lgb_version": _release(facts, "lightgbm")}
        return {**_generic(facts, "lightgbm", data=file), "lightgbm": own}
    if main.format not in ("skops", "pickle") or library in _WITHOUT or "." not in about.kind:
        return None  # A class of the notebook is not there when MLflow loads a pickle.
    found = _generic(facts, "sklearn", model_path=file, predict_fn="predict")
    found["sklearn"] = _sklearn(main, file, facts)
    if library == "lightgbm":
        own = {"data": file, "model_class": about.kind, "serialization_format": "pickle"}
        found[library] = {**own, "lgb_version": _release(facts, library)}
    return found


def _generic(facts: Facts, loader: str, **more: str) -> dict[str, dict[str, Any]]:
    """Return the flavor that loads a model without knowing its library."""
    env = {"conda": "conda.yaml", "virtualenv": "python_env.yaml"}
    loaded = {"loader_module": f"mlflow.{loader}", "python_version": facts.python, "env": env, **more}
    return {"python_function": loaded}


def _sklearn(main: Member, file: str, facts: Facts) -> dict[str, Any]:
    release = _release(facts, "sklearn")
    own: dict[str, Any] = {"pickled_model": file, "serialization_format": main.format, "sklearn_version": release}
    if main.format == "skops":
        own["skops_trusted_types"] = portable.skops_types(main.file.read_bytes())
    return own


def _release(facts: Facts, library: str) -> str:
    return next((facts.packages[name] for name in _DISTRIBUTIONS[library] if name in facts.packages), "")


def _mlmodel(flavors: dict[str, dict[str, Any]], about: _AboutModel, facts: Facts) -> dict[str, Any]:
    """Return the content of the file MLmodel, without its place."""
    model: dict[str, Any] = {
        "flavors": flavors,
        "utc_time_created": _time(facts.saved_at_utc),
        "metadata": {"nbmodelver.id": facts.id, "nbmodelver.class": about.kind},
    }
    signature = signature_of(about.example)
    return model if signature is None else {**model, "signature": signature}


def _write(folder: Path, model: dict[str, Any], about: _AboutModel, contents: VersionFiles) -> None:
    """Write the files beside a model."""
    if "signature" in model and about.example is not None:
        model["saved_input_example_info"] = _example(folder, about.example)
    python = contents.facts.python or "3.11"
    texts = {
        "MLmodel": json.dumps(model, indent=1) + "\n",
        "requirements.txt": _requirements(contents),
        "python_env.yaml": f'python: "{python}"\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\n'
        "dependencies:\n- -r requirements.txt\n",
        "conda.yaml": f"name: mlflow-env\nchannels:\n- conda-forge\ndependencies:\n- python={python}\n- pip\n"
        "- pip:\n  - -r requirements.txt\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _requirements(contents: VersionFiles) -> str:
    """Return the pins of a version, without constraints, which MLflow might not fulfil; and MLflow, which serves it."""
    member = next((one for one in contents.members if one.path == "requirements.txt"), None)
    lines = member.file.read_text(encoding="utf-8").splitlines() if member is not None else []
    kept = [line for line in lines if line.strip() and not line.startswith(("-", "#"))]
    return "\n".join([*kept, f"mlflow=={_client_release()}"]) + "\n"


def _client_release() -> str:
    try:
        return release_of("mlflow-skinny")
    except PackageNotFoundError:
        return release_of("mlflow")


def _time(saved_at_utc: str) -> str:
    """Return a time as MLflow writes it: UTC without a zone."""
    return re.sub(r"[zZ]$|\+00:00$", "", saved_at_utc).replace("T", " ")


def signature_of(example: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the signature of a model from its example; None if a column has a type that no signature holds."""
    if example is None:
        return None
    columns, dtypes = list(example["columns"]), list(example["dtypes"])
    inputs: list[dict[str, Any]]
    if example["rows"] == "array":
        inputs = [{"type": "tensor", "tensor-spec": {"dtype": dtypes[0], "shape": [-1, len(dtypes)]}}]
    else:
        types = [_type(dtype) for dtype in dtypes]
        if not all(types):
            return None
        inputs = [{"type": one, "name": name, "required": True} for name, one in zip(columns, types, strict=True)]
    return {"inputs": json.dumps(inputs), "outputs": json.dumps(_outputs(example["predicted"])), "params": None}


def _type(dtype: str) -> str:
    return next((kind for pattern, kind in _TYPES if re.fullmatch(pattern, dtype)), "")


def _outputs(predicted: Any) -> list[dict[str, Any]]:
    """Return the outputs of a signature: a tensor of numbers, or a column of texts."""
    row = predicted[0] if isinstance(predicted, list) and predicted else predicted
    shape = [-1]
    while isinstance(row, list) and row:
        shape.append(len(row))
        row = row[0]
    if isinstance(row, str):
        return [{"type": "string", "required": True}]
    dtype = "bool" if isinstance(row, bool) else "int64" if isinstance(row, int) else "float64"
    return [{"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": shape}}]


def _example(folder: Path, example: Mapping[str, Any]) -> dict[str, Any]:
    """Write the rows of an example as MLflow does, and return what MLmodel states about them."""
    if example["rows"] == "array":
        (folder / EXAMPLE).write_text(json.dumps({"inputs": example["data"]}), encoding="utf-8")
        return {"artifact_path": EXAMPLE, "type": "ndarray", "format": "tf-serving"}
    rows = {"columns": list(example["columns"]), "data": example["data"]}
    (folder / EXAMPLE).write_text(json.dumps(rows), encoding="utf-8")
    serving = "serving_input_example.json"
    (folder / serving).write_text(json.dumps({"dataframe_split": rows}), encoding="utf-8")
    return {
        "artifact_path": EXAMPLE, "type": "dataframe", "pandas_orient": "split", "serving_input_path": serving,
    }  # fmt: skip
