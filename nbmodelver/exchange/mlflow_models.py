"""Reads model folders of MLflow, which have a file MLmodel: the file with the model, its format, and an example."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.exchange.mlflow_places import file_inside
from nbmodelver.exchange.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MLMODEL = "MLmodel"
MOST_FILES = 10_000
"""Files of a run among which models are looked for."""
MOST_EXAMPLE_BYTES = 16 << 20
_FLAVORS: tuple[tuple[str, str, str], ...] = (
    ("sklearn", "pickled_model", "pickle"), ("xgboost", "data", "ubj"), ("lightgbm", "data", "lightgbm"),
    ("statsmodels", "data", "pickle"), ("catboost", "data", "bytes"), ("onnx", "data", "bytes"),
    ("python_function", "python_model", "pickle"),
)  # fmt: skip
"""Flavor, the key that names the file, and the format of the file."""
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;#]+)")


@dataclass(frozen=True)
class FoundMlflowModel:
    """A model folder. file: with the model, None if it is not read; why: the reason. note: what does not come in.

    example: the file with input rows, None without one; example_format: "csv" or "json".
    """

    file: Path | None
    format: str = ""
    why: str = ""
    note: str = ""
    example: Path | None = None
    python: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)


def model_in(folder: Path) -> FoundMlflowModel:
    """Return the model of a folder with a file MLmodel. Raises Damaged, MissingLibrary without PyYAML."""
    described = read_yaml(folder / MLMODEL)
    flavors = described.get("flavors") if isinstance(described, dict) else None
    if not isinstance(flavors, dict):
        return FoundMlflowModel(None, why="its file MLmodel has no flavors")
    generic = _map(flavors.get("python_function"))
    for flavor, key, format_ in _FLAVORS:
        stated = _map(flavors.get(flavor))
        if key not in stated:
            continue
        file = file_inside(folder, str(stated[key]))
        if file is None:
            return FoundMlflowModel(None, why=f"{stated[key]} of its folder is not a file")
        return FoundMlflowModel(
            file, _format(flavor, stated, format_), "", _note(flavor, stated), _example(folder, described),
            str(generic.get("python_version") or ""), _packages(folder),
        )  # fmt: skip
    return FoundMlflowModel(None, why=f"its flavor is not read: {', '.join(sorted(map(str, flavors)))}")


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _format(flavor: str, stated: Mapping[str, Any], usual: str) -> str:
    """Return the format of the file: a wrapper of LightGBM is a pickle, a booster is text."""
    if flavor == "sklearn" and stated.get("serialization_format") == "skops":
        return "skops"
    if flavor == "lightgbm" and str(stated.get("model_class", "lightgbm.basic.Booster")) != "lightgbm.basic.Booster":
        return "pickle"
    return usual


def _note(flavor: str, stated: Mapping[str, Any]) -> str:
    kind = str(stated.get("model_class", "xgboost.core.Booster")).rpartition(".")[2]
    return f"it comes in as a Booster; MLflow does not store the parameters of {kind}" if (
        flavor == "xgboost" and kind != "Booster"
    ) else ""  # fmt: skip


def _example(folder: Path, described: Mapping[str, Any]) -> Path | None:
    stated = _map(described.get("saved_input_example_info"))
    found = file_inside(folder, str(stated.get("artifact_path") or ""))
    return found if found is not None and found.stat().st_size <= MOST_EXAMPLE_BYTES else None


def _packages(folder: Path) -> dict[str, str]:
    """Return distribution -> release, of the pins in requirements.txt."""
    file = file_inside(folder, "requirements.txt")
    if file is None or file.stat().st_size > MOST_EXAMPLE_BYTES:
        return {}
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return {found[1]: found[2] for line in lines if (found := _PIN.match(line.strip()))}


def example_as_file(example: Path, folder: Path) -> tuple[Path, str]:
    """Return the rows of an input example as a file and its format: a table as CSV, anything else as JSON."""
    data = example.read_bytes()
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError):
        return example, "bytes"
    if not isinstance(rows, dict) or not isinstance(rows.get("columns"), list) or not _is_table(rows):
        return example, "json"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows["columns"])
    writer.writerows(rows["data"])
    place = folder / f"example-{len(list(folder.iterdir()))}.csv"
    place.write_text(text.getvalue(), encoding="utf-8")
    return place, "csv"


def _is_table(rows: Mapping[str, Any]) -> bool:
    data = rows.get("data")
    plain = (str, int, float, bool)
    return isinstance(data, list) and all(
        isinstance(row, list) and len(row) == len(rows["columns"]) and all(isinstance(cell, plain) for cell in row)
        for row in data
    )


def files_of(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield (relative path, file) of a folder, sorted; at most MOST_FILES. Links are left out."""
    for count, file in enumerate(sorted(folder.rglob("*"))):
        if count >= MOST_FILES:
            return
        if file.is_file() and not file.is_symlink() and file_inside(folder, file.relative_to(folder).as_posix()):
            yield file.relative_to(folder).as_posix(), file
