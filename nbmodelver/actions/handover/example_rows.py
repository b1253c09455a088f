"""A few rows of a dataset of a version, as JSON from which the same rows can be made again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbmodelver.actions.handover.inputs import InputColumn, Inputs, column_of
from nbmodelver.errors import NbmodelverError, UnknownName
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Json, Version
    from nbmodelver.repo import Repo

COUNT = 5
ROLES = ("test", "validation", "train")
BY_DEFAULT = "model.predict(rows)"
OF_A_BOOSTER = "model.predict(__import__('xgboost').DMatrix(rows))"


@dataclass(frozen=True)
class ExampleRows:
    """Rows of a dataset. inputs: their columns. data: rows of plain values. rows: the frame or array itself.

    predict: the expression that predicts `rows` with `model`.
    """

    name: str
    inputs: Inputs
    data: tuple[tuple[Json, ...], ...]
    rows: Any
    predict: str = BY_DEFAULT

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self.data)

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        columns = [c.name for c in self.inputs.columns] if self.inputs.kind == "frame" else []
        dtypes = [c.type for c in self.inputs.columns]
        return {"columns": [*columns], "dtypes": [*dtypes], "data": [[*row] for row in self.data]}

    def predicted(self, model: Any) -> Json:
        """Return what a model predicts for the rows, as plain lists."""
        scope = {"model": model, "rows": self.rows}
        found: Json = eval(f"{self.predict}.tolist()", scope)  # noqa: S307  # one of our own expressions
        return found


def example_of(repo: Repo, version: Version, model: Any, name: str = "", count: int = COUNT) -> ExampleRows | None:
    """Return the first rows of a dataset for which the model predicts; None without one.

    name: the dataset. count: the most rows. Raises UnknownName for a name that the version does not have.
    """
    if name and name not in version.kept:
        raise UnknownName(f"{version.name} has no '{name}'", nearest(name, list(version.kept)))
    for candidate in (name,) if name else _candidates(version):
        rows = _rows(repo, version, candidate, count)
        if rows is None:
            continue
        found = replace(rows, predict=predict_of(model))
        if _predicts(found, model):
            return found
    return None


def predict_of(model: Any) -> str:
    """Return the expression that predicts `rows` with a model."""
    kind = type(model)
    is_booster = kind.__module__.partition(".")[0] == "xgboost" and kind.__name__ == "Booster"
    return OF_A_BOOSTER if is_booster else BY_DEFAULT


def _predicts(rows: ExampleRows, model: Any) -> bool:
    try:
        rows.predicted(model)
    except Exception:  # The model may raise anything for data that is not its own.
        return False
    return True


def _candidates(version: Version) -> Iterator[str]:
    """Yield the datasets of the version, those with a role first: test, validation, training."""
    datasets = [n for n, kept in version.kept.items() if kept.kind == "dataset"]
    for role in ROLES:
        yield from (n for n in datasets if role in version.roles.get(n, ()))
    yield from (n for n in datasets if not version.roles.get(n))


def _rows(repo: Repo, version: Version, name: str, count: int) -> ExampleRows | None:
    """Return the first rows of a frame or a two-dimensional array whose values JSON holds; None for anything else."""
    try:
        value = repo.load(version, [name])[name]
    except NbmodelverError:
        return None
    if hasattr(value, "columns") and hasattr(value, "iloc"):
        return _of_frame(name, value.head(count).reset_index(drop=True))
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 0) == 2 and value.dtype.kind in "biuf":
        data = tuple(tuple(row) for row in value[:count].tolist())
        columns = tuple(column_of(str(at), value) for at in range(value.shape[1]))
        return ExampleRows(name, Inputs("array", columns), data, value[:count])
    return None


def _of_frame(name: str, head: Any) -> ExampleRows | None:
    columns = [head.iloc[:, at] for at in range(head.shape[1])]
    if not all(type(c) is str for c in head.columns) or not all(_is_plain(c) for c in columns):
        return None
    data = tuple(zip(*(c.tolist() for c in columns), strict=True))
    taken: tuple[InputColumn, ...] = tuple(column_of(n, c) for n, c in zip(head.columns, columns, strict=True))
    return ExampleRows(name, Inputs("frame", taken), data, head)


def _is_plain(column: Any) -> bool:
    """Whether JSON holds the values and categories of a column exactly."""
    if getattr(column.dtype, "kind", "") in ("b", "i", "u", "f"):
        return not column.isna().any()
    categories = getattr(column.dtype, "categories", None)
    values = column.tolist() if categories is None else [*column.tolist(), *categories.tolist()]
    return all(type(value) is str for value in values)
