"""Statistics of one column of data, as JSON: nulls, range, mean, distinct values, top values, a histogram.

All of it is vectorised. Range, mean, standard deviation and nulls cover all rows. For long columns, distinct values,
top values and the histogram cover a sample, and the profile contains the sample size.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.jsonable import WRITTEN_AS_TEXT, finite, scalar
from nbmodelver.kinds.names import type_name
from nbmodelver.kinds.static import qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nbmodelver.model import Json

SAMPLE_ABOVE = 2_000_000
SAMPLE_ROWS = 1_000_000
LABEL_ROWS = 200_000
BINS = 16
TOP = 10
TOP_UP_TO = 50
MAX_COLUMNS = 200
EXACT_LABELS = (str, int, float, bool, bytes)
PANDAS_SCALARS = ("Interval", "Period", "Timestamp", "Timedelta")


@dataclass(frozen=True)
class Column:
    """A column as a library's file provides it.

    nulls: number of rows without a value. values: takes an index array (None for all rows) and returns these rows as a
    1-D numpy array of any dtype; nulls may be absent or present as NaN, NaT or None. more: further entries for the
    statistics.
    """

    name: str
    dtype: str
    nulls: Callable[[], int]
    values: Callable[[Any], Any]
    more: Mapping[str, Json] = field(default_factory=dict)


def table(rows: int, columns: Iterable[Column], *, count: int) -> dict[str, Json]:
    """The statistics of the first columns of a table.

    rows: number of rows. count: number of columns in the whole table.
    """
    found: list[Json] = []
    for column, _ in zip(columns, range(MAX_COLUMNS), strict=False):
        found.append(described(column, rows))
    profile: dict[str, Json] = {"columns": found}
    if rows > SAMPLE_ABOVE:
        profile["sampled_rows"] = SAMPLE_ROWS
    if count > MAX_COLUMNS:
        profile["note"] = f"statistics of the first {MAX_COLUMNS} of {count} columns"
    return profile


def described(column: Column, rows: int) -> dict[str, Json]:
    """The statistics of one column. A failure is reported in "note" and never raised."""
    found: dict[str, Json] = {"name": column.name, "dtype": column.dtype, **column.more}
    try:
        found["nulls"] = int(column.nulls())
        chosen = sample(rows)
        some = column.values(chosen)
        if some.dtype.kind in "biufMm":
            found |= _of_numbers(some if chosen is None else column.values(None), some)
        else:
            found |= _of_labels(some)
    except Exception as error:
        found["note"] = f"no statistics: {type(error).__name__}"
    return found


def sample(rows: int) -> Any:
    """Sorted row numbers of the sample as a 1-D integer array, equal for equal lengths; None for all rows."""
    if rows <= SAMPLE_ABOVE:
        return None
    import numpy as np

    return np.sort(np.random.default_rng(rows).integers(0, rows, SAMPLE_ROWS))


def array_column(name: str, values: Any) -> Column:
    """A 1-D numpy array of any dtype as a `Column`."""
    return Column(
        name, str(values.dtype), lambda: _nulls(values), lambda rows: values if rows is None else values[rows]
    )


def _nulls(values: Any) -> int:
    import numpy as np

    if values.dtype.kind in "fc":
        return int(np.isnan(values).sum())
    if values.dtype.kind in "mM":
        return int(np.isnat(values).sum())
    return sum(v is None for v in values) if values.dtype.kind == "O" else 0


def _of_numbers(every: Any, some: Any) -> dict[str, Json]:
    import numpy as np

    every, some = _present(every), _present(some)
    if not every.size:
        return {"distinct": 0}
    found: dict[str, Json] = {"min": _said(every.min()), "max": _said(every.max())}
    if every.dtype.kind not in "mM":
        with np.errstate(all="ignore"):
            found["mean"] = finite(float(every.mean(dtype=np.float64)))
            found["std"] = finite(float(every.std(dtype=np.float64, ddof=1))) if every.size > 1 else None
    labels, counts = np.unique(some, return_counts=True)
    found["distinct"] = len(labels)
    if len(labels) <= TOP_UP_TO:
        order = np.argsort(-counts, kind="stable")[:TOP]
        found["top"] = [[_said(labels[i]), int(counts[i])] for i in order]
    return found | _histogram(some)


def _present(values: Any) -> Any:
    """The values without nulls and infinities."""
    import numpy as np

    if values.dtype.kind == "f":
        return values[np.isfinite(values)]
    return values[~np.isnat(values)] if values.dtype.kind in "mM" else values


def _said(value: Any) -> Json:
    if value.dtype.kind == "m":
        return str(value.astype("timedelta64[us]").item())
    if value.dtype.kind == "M":
        moment, _, fraction = str(value).partition(".")
        return f"{moment}.{fraction}" if fraction.strip("0") else moment.removesuffix("T00:00:00")
    return finite(value.item())


def _histogram(some: Any) -> dict[str, Json]:
    """Counts in equal bins from `low` to `high`; empty if the range is a single point or overflows."""
    import numpy as np

    numbers = some.astype("int64" if some.dtype.kind in "mM" else "float64")
    low, high = float(numbers.min()), float(numbers.max())
    if not (low < high and np.isfinite(high - low)):
        return {}
    counts, _ = np.histogram(numbers, BINS, (low, high))
    shown = (_said(some.min()), _said(some.max()))
    return {"histogram": {"low": shown[0], "high": shown[1], "counts": counts.tolist()}}


def _label(value: Any) -> str:
    """The text of a value if its class belongs to a known library, otherwise the name of its class."""
    cls = type(value)
    known = root_of(cls) in WRITTEN_AS_TEXT or (root_of(cls) == "pandas" and qualname_of(cls) in PANDAS_SCALARS)
    return str(value) if known else f"<{type_name(value)}>"


def _of_labels(some: Any) -> dict[str, Json]:
    """Distinct and top values of text and mixed columns. Values of user classes are counted by class."""
    looked_at = some[:: max(1, -(-len(some) // LABEL_ROWS))].tolist()
    labels = [v if type(v) in EXACT_LABELS else _label(v) for v in looked_at if v is not None and v == v]  # noqa: PLR0124 (NaN)
    counts = Counter(labels)
    found: dict[str, Json] = {"distinct": len(counts)}
    found["top"] = [[scalar(label), count] for label, count in counts.most_common(TOP)]
    if len(looked_at) < len(some):
        found["note"] = f"values counted in {len(looked_at)} rows"
    return found
