"""Transformers of scikit-learn that were fitted on test rows too, read from their attributes.

A scaler that saw all rows carries the mean of the test set into the training data. The number of rows that it saw is no
proof: another set can be as long. So its statistics must be those of the training and test set together, and not those
of the training set. No method of a transformer is called, and only classes of scikit-learn itself are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.comparison.time_limit import require_time
from nbmodelver.kinds.static import attribute, defines, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.tables import ColumnData, TableData

    Statistics = dict[str, NDArray[np.float64]]

TOLERANCE = 1e-9
"""Statistics are equal if they differ by at most this part of the mean size of the numbers of the column."""
TOLERANCE_OF_FLOAT32 = 1e-5
"""The same for data that was transformed to float32: its mean is rounded."""
READ: dict[str, dict[str, str]] = {
    "StandardScaler": {"mean_": "mean"},
    "MinMaxScaler": {"data_min_": "low", "data_max_": "high"},
    "MaxAbsScaler": {"max_abs_": "size"},
    "PCA": {"mean_": "mean"},
    "IncrementalPCA": {"mean_": "mean"},
    "SimpleImputer": {"statistics_": "mean"},
}
"""Class -> attribute -> the statistic of each column that it holds."""
COUNTS = ("n_samples_seen_", "n_samples_")
CONTAINERS = frozenset({"Pipeline", "ColumnTransformer", "FeatureUnion"})
MAX_DEPTH = 5


@dataclass(frozen=True)
class Transformer:
    """What a fitted transformer tells about the rows that it was fitted on.

    name: its class. statistics: statistic -> (columns,) float64. rows: (1,) or (columns,) float64, the rows that it
    saw; None if it does not keep them. columns: names; () if the columns have only positions. transformed: (statistic,
    number) of the same rows after they were transformed, () if that is not known.
    """

    name: str
    statistics: Statistics
    rows: NDArray[np.float64] | None
    columns: tuple[str, ...] = ()
    transformed: tuple[tuple[str, float], ...] = ()

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(next(iter(self.statistics.values())))


def may_hold_transformers(type_name: str) -> bool:
    """True for the name of a type of scikit-learn that is a known transformer, or a container of them.

    >>> may_hold_transformers("sklearn.pipeline.Pipeline"), may_hold_transformers("sklearn.svm.SVC")
    (True, False)
    """
    root, _, name = type_name.rpartition(".")
    return root.partition(".")[0] == "sklearn" and (name in READ or name in CONTAINERS)


def transformers(value: Any, depth: int = MAX_DEPTH) -> Iterator[Transformer]:
    """Yield the fitted transformers of a value: itself, or those inside of a pipeline, column transformer or union."""
    cls = type(value)
    if root_of(cls) != "sklearn" or not depth:
        return
    name = qualname_of(cls)
    if name in READ:
        found = _read(value, name)
        if found is not None:
            yield found
    elif name in CONTAINERS:
        for step in _steps(value):
            yield from transformers(step, depth - 1)


def predicts(value: Any) -> bool:
    """True for a pipeline whose last step is no transformer."""
    steps = attribute(value, "steps")
    if type(steps) is not list or not steps or type(steps[-1]) is not tuple or len(steps[-1]) != 2:
        return False
    return any(defines(type(steps[-1][1]), one) for one in ("predict", "fit_predict"))


def _steps(value: Any) -> Iterator[Any]:
    for key in ("steps", "transformers_", "transformer_list"):
        listed = attribute(value, key)
        for entry in listed if type(listed) is list else ():
            if type(entry) is tuple and len(entry) > 1:
                yield entry[1]


def _read(value: Any, name: str) -> Transformer | None:
    """The statistics of a fitted transformer; None if it is not fitted, or keeps something else."""
    if name == "SimpleImputer" and attribute(value, "strategy") != "mean":
        return None
    found = {wanted: _numbers(attribute(value, key)) for key, wanted in READ[name].items()}
    statistics = {wanted: numbers for wanted, numbers in found.items() if numbers is not None}
    if len(statistics) < len(found) or len({s.shape for s in statistics.values()}) != 1:
        return None
    rows = next((r for key in COUNTS if (r := _numbers(attribute(value, key))) is not None), None)
    listed = attribute(value, "feature_names_in_")
    columns = tuple(listed.tolist()) if type(listed) is np.ndarray else ()
    if (rows is None and name != "SimpleImputer") or not all(type(c) is str for c in columns):
        return None
    return Transformer(name, statistics, rows, columns, _transformed(value, name))


def _transformed(value: Any, name: str) -> tuple[tuple[str, float], ...]:
    """The statistics of the rows that it was fitted on, after they were transformed."""
    if name == "StandardScaler" and attribute(value, "with_mean") is True:
        return (("mean", 0.0),)
    limits = attribute(value, "feature_range")
    if name == "MinMaxScaler" and type(limits) is tuple and all(type(v) in (int, float) for v in limits):
        return tuple(zip(("low", "high"), limits, strict=True))
    return (("size", 1.0),) if name == "MaxAbsScaler" else ()


def _numbers(value: Any) -> NDArray[np.float64] | None:
    """A number or a 1-D array of numbers as float64; None for anything else."""
    if type(value) in (int, float) or (isinstance(value, np.number) and root_of(type(value)) == "numpy"):
        return np.array([float(value)])
    if type(value) is not np.ndarray or value.ndim != 1 or value.dtype.kind not in "iuf" or not len(value):
        return None
    return value.astype(np.float64)


@dataclass(frozen=True)
class Moments:
    """The statistics of the columns of one table. rows: (columns,) float64, the values that are not null.

    size_mean: (columns,) float64, the mean absolute value, by which a difference is measured. precise: no column is
    float32.
    """

    rows: NDArray[np.float64]
    statistics: Statistics
    size_mean: NDArray[np.float64]
    precise: bool = True

    @classmethod
    def of(cls, columns: Sequence[ColumnData]) -> Moments:
        """columns: of numbers, or one block."""
        found = [_moments(values) for column in columns for values in _values(column)]
        rows, mean, low, high, size_mean = (np.array(part) for part in zip(*found, strict=True))
        size = np.maximum(np.abs(low), np.abs(high))
        precise = not any(c.values.dtype == np.float32 for c in columns)
        return cls(rows, {"mean": mean, "low": low, "high": high, "size": size}, size_mean, precise)

    def plus(self, other: Moments) -> Moments:
        """The statistics of the rows of both."""
        rows = self.rows + other.rows
        share = np.divide(other.rows, rows, out=np.zeros_like(rows), where=rows > 0)
        ours, theirs = self.statistics, other.statistics

        def middle(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.where(share == 0, one, np.where(share == 1, two, one * (1 - share) + two * share))

        combined = {
            "mean": middle(ours["mean"], theirs["mean"]),
            "low": np.fmin(ours["low"], theirs["low"]),
            "high": np.fmax(ours["high"], theirs["high"]),
            "size": np.fmax(ours["size"], theirs["size"]),
        }
        return Moments(rows, combined, middle(self.size_mean, other.size_mean), self.precise and other.precise)


def _values(column: ColumnData) -> Iterator[NDArray[Any]]:
    """The values of each column that are not null."""
    if column.kind != "block":
        yield column.values[~column.is_null()]
        return
    for values in column.values.T:
        yield values[~np.isnan(values)] if values.dtype.kind == "f" else values


def _moments(values: NDArray[Any]) -> tuple[float, float, float, float, float]:
    require_time()
    if not len(values):
        return 0.0, np.nan, np.nan, np.nan, 0.0
    numbers = values.astype(np.float64, copy=False)
    low, high = float(values.min()), float(values.max())
    return float(len(values)), float(numbers.mean()), low, high, float(np.abs(numbers).mean())


def is_fitted_on_all(transformer: Transformer, train: TableData, others: Sequence[TableData]) -> bool | None:
    """Return True if a transformer was fitted on the rows of a training set and of all other tables together.

    The tables may be the input of the transformer or its output. Their cells are read only if the number of rows that
    it saw can be their sum. Returns None if one of the tables lacks a column of the transformer.
    """
    columns = [_columns(transformer, table) for table in (train, *others)]
    if any(c is None for c in columns):
        return None
    total = train.rows + sum(o.rows for o in others)
    seen = transformer.rows
    if seen is not None and (seen.max() > total or (len(seen) == 1 < transformer.width and seen[0] != total)):
        return False
    alone, *rest = (Moments.of(c) for c in columns if c is not None)
    both = alone
    for more in rest:
        both = both.plus(more)
    if seen is not None and not (seen == total).all() and not np.array_equal(seen, both.rows):
        return False
    made = {what: np.full(transformer.width, value) for what, value in transformer.transformed}
    tolerance = TOLERANCE if both.precise else TOLERANCE_OF_FLOAT32
    return _decides(transformer.statistics, alone, both, TOLERANCE) or _decides(made, alone, both, tolerance)


def _decides(wanted: Statistics, alone: Moments, both: Moments, tolerance: float) -> bool:
    """True if the wanted statistics are those of both sets in all columns, and in some column not those of one set."""
    if not wanted:
        return False
    allowed = tolerance * both.size_mean
    both_match, alone_matches = (
        all(_near(numbers, side.statistics[what], allowed).all() for what, numbers in wanted.items())
        for side in (both, alone)
    )
    return both_match and not alone_matches


def _near(one: NDArray[np.float64], other: NDArray[np.float64], allowed: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(one - other) <= allowed) | (np.isnan(one) & np.isnan(other)))


def _columns(transformer: Transformer, table: TableData) -> list[ColumnData] | None:
    """The columns that the transformer reads, or one block of them; None if the table does not have them as numbers."""
    from nbmodelver.comparison.leaks.leakage import TARGETS

    found: list[ColumnData] = list(table.columns)
    named = {c.name: c for c in found}
    if transformer.columns and all(name in named for name in transformer.columns):
        found = [named[name] for name in transformer.columns]
    elif len(found) == 1 and found[0].kind == "block":
        return found if found[0].values.shape[1] == transformer.width else None
    elif len(found) != transformer.width:
        found = [c for c in found if c.name.lower() not in TARGETS]
    if len(found) != transformer.width or any(c.kind != "number" for c in found):
        return None
    return found
