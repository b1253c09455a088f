"""What a model takes: a frame or an array, its columns, their types and limits, as signature.json states them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Json

FLOAT_LIMITS: dict[int, float] = {2: 65504.0, 4: 3.4028234663852886e38}
"""Size of a float in bytes -> its largest finite number. A float of 8 bytes holds every number of JSON."""

JSON_TYPES: dict[str, str] = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}
"""Kind of a dtype -> type of JSON. Any other column of an example holds texts."""


@dataclass(frozen=True)
class InputColumn:
    """One input. type: the dtype, "" if it is not known. json: the type of a value in JSON, "" for any scalar.

    minimum, maximum: of a number, None without a limit. categories: the allowed texts of a categorical column, in
    order; None for another column.
    """

    name: str
    type: str = ""
    json: str = ""
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] | None = None
    is_ordered: bool = False

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form, without what does not apply."""
        found: dict[str, Json] = {"name": self.name, "type": self.type, "json": self.json}
        if self.maximum is not None:
            found |= {"minimum": self.minimum, "maximum": self.maximum}
        if self.categories is not None:
            found |= {"categories": [*self.categories], "is_ordered": self.is_ordered}
        return found


@dataclass(frozen=True)
class Inputs:
    """The rows that a model takes. The columns of an array are named by their positions, "0" and so on."""

    kind: Literal["frame", "array"]
    columns: tuple[InputColumn, ...]

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form. shape: (rows, columns); rows is None, for any number."""
        return {
            "rows": self.kind, "shape": [None, len(self.columns)], "inputs": [c.to_dict() for c in self.columns]
        }  # fmt: skip

    @property
    def repeated(self) -> tuple[str, ...]:
        """The names that more than one column has."""
        names = [c.name for c in self.columns]
        return tuple(sorted({n for n in names if names.count(n) > 1}))

    @property
    def needs(self) -> str:
        """The distribution that makes the rows."""
        return "pandas" if self.kind == "frame" else "numpy"

    def read(self) -> tuple[str, ...]:
        """Return lines of Python that return the rows made from `data`, a list of lists. HERE is the folder."""
        if self.kind == "array":
            return ("import numpy", f"return numpy.array(data, dtype={self.columns[0].type!r})")
        return (
            "import pandas",
            'inputs = json.loads((HERE / "signature.json").read_text(encoding="utf-8"))["inputs"]',
            'rows = pandas.DataFrame(data, columns=[i["name"] for i in inputs])',
            *self._types(),
            "return rows.astype(types)",
        )

    def _types(self) -> Iterator[str]:
        yield 'types = {i["name"]: i["type"] for i in inputs if i["type"]}'
        if any(c.categories is not None for c in self.columns):
            yield "for i in inputs:"
            yield '    if "categories" in i:'
            yield '        types[i["name"]] = pandas.CategoricalDtype(i["categories"], i["is_ordered"])'


def column_of(name: str, values: Any) -> InputColumn:
    """Return the input for a column or an array. Numbers that the dtype cannot hold are outside of the limits."""
    dtype = values.dtype
    categories = getattr(dtype, "categories", None)
    if categories is not None:
        return InputColumn(name, "category", "string", None, None, tuple(categories.tolist()), bool(dtype.ordered))
    kind = getattr(dtype, "kind", "")
    low, high = _limits(kind, getattr(dtype, "itemsize", 8))
    return InputColumn(name, str(dtype), JSON_TYPES.get(kind, "string"), low, high)


def of_interface(known: Mapping[str, object]) -> Inputs | None:
    """Return the inputs of a model for which there is no example, from its own attributes; None if it states none.

    A model with named inputs was fitted on a frame; the types of its columns are not known. One with a number of inputs
    takes an array of float64.
    """
    stated = known.get("inputs")
    if isinstance(stated, list):
        return Inputs("frame", tuple(InputColumn(str(name)) for name in stated))
    if isinstance(stated, int):
        return Inputs("array", tuple(InputColumn(str(at), "float64", "number") for at in range(stated)))
    return None


def _limits(kind: str, size_bytes: int) -> tuple[float | None, float | None]:
    if kind == "i":
        return -(2 ** (8 * size_bytes - 1)), 2 ** (8 * size_bytes - 1) - 1
    if kind == "u":
        return 0, 2 ** (8 * size_bytes) - 1
    high = FLOAT_LIMITS.get(size_bytes) if kind == "f" else None
    return (None, None) if high is None else (-high, high)
