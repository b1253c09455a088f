"""The copy of a model in ONNX: its predictions have to agree with those of the model; the differences are stated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from nbmodelver.actions.handover.example_rows import ExampleRows
    from nbmodelver.model import Json
    from nbmodelver.repo.transfer.portable import ModelFiles

FILE = "model.onnx"
ROWS = 500
"""The most rows for which a copy is compared."""
NEAR = 1e-4
"""The largest difference of a predicted number, relative to the largest one: that of float32 in comparison/."""
WITHOUT = "leave --onnx out"


@dataclass(frozen=True)
class Behaviour:
    """A copy that agrees. rows: the number of rows that were compared. what: "labels" or "numbers".

    largest: the largest difference of probabilities (absolute), or of numbers (relative to the largest one); None for
    labels without probabilities.
    """

    data: bytes
    rows: int
    what: str
    largest: float | None

    @property
    def phrase(self) -> str:
        """The comparison as a phrase, for the proof and the card."""
        if self.what == "numbers":
            return f"{self.rows} numbers agree, largest relative difference {self.largest:.2g}"
        if self.largest is None:
            return f"{self.rows} labels equal"
        return f"{self.rows} labels equal, largest difference of probabilities {self.largest:.2g}"

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return {"file": FILE, "rows": self.rows, "compared": self.what, "largest_difference": self.largest}


def behaviour_of(name: str, model: Any, files: ModelFiles, rows: ExampleRows | None) -> Behaviour:
    """Return a copy of a model in ONNX that agrees with it for the rows.

    Raises UsageError without rows, without the packages, for a model that cannot be copied, and for a copy that
    predicts something else.
    """
    if rows is None:
        raise UsageError(
            f"a copy of '{name}' in ONNX cannot be compared without rows",
            "commit a dataset that it predicts, and name it: --example NAME",
        )
    copy = files.to_onnx(rows.rows)
    if isinstance(copy, str):
        raise UsageError(f"'{name}' cannot be copied to ONNX: {copy}", WITHOUT)
    own: Any = rows.predicted(model)
    if not _is_numbers(model, own):
        return Behaviour(copy.data, rows.count, "labels", _labelled(name, model, rows, own, copy))
    largest = largest_difference(own, copy.predictions)
    if largest is None or largest > NEAR:
        said = (
            "in their shape" if largest is None else f"by {largest:.2g} of the largest one, which is more than {NEAR:g}"
        )
        raise UsageError(f"the numbers that the ONNX copy of '{name}' predicts differ {said}", WITHOUT)
    return Behaviour(copy.data, rows.count, "numbers", largest)


def different_labels(own: Any, other: Any) -> int:
    """Return how many labels differ; all of them if the numbers of labels differ."""
    if len(own) != len(other):
        return len(own)
    return sum(a != b for a, b in zip(own, other, strict=True))


def largest_difference(own: Any, other: Any, *, is_relative: bool = True) -> float | None:
    """Return the largest difference of numbers in nested lists; None for another shape or number that is not finite.

    is_relative: divided by the largest absolute number of `own`, if that is not 0.
    """
    one, two = _flat(own), _flat(other)
    if _shape(own) != _shape(other) or not all(math.isfinite(number) for number in (*one, *two)):
        return None
    largest = max((abs(a - b) for a, b in zip(one, two, strict=True)), default=0.0)
    scale = max(map(abs, one), default=0.0) if is_relative else 0.0
    return largest / scale if scale else largest


def _labelled(name: str, model: Any, rows: ExampleRows, own: Any, copy: Any) -> float | None:
    """Return the largest difference of probabilities, None without any. Raises UsageError if labels differ."""
    wrong = different_labels(own, copy.predictions)
    if wrong:
        raise UsageError(f"the ONNX copy of '{name}' predicts other labels for {wrong} of {rows.count} rows", WITHOUT)
    if copy.probabilities is None:
        return None
    largest = largest_difference(model.predict_proba(rows.rows).tolist(), copy.probabilities, is_relative=False)
    if largest is None:
        raise UsageError(f"the ONNX copy of '{name}' gives probabilities of another shape", WITHOUT)
    return largest


def _is_numbers(model: Any, predicted: Any) -> bool:
    """Whether a model predicts numbers: it has no classes, and its predictions are floats."""
    return not hasattr(model, "classes_") and all(isinstance(number, float) for number in _flat(predicted))


def _flat(values: Any) -> list[Any]:
    return [item for value in values for item in _flat(value)] if isinstance(values, list) else [values]


def _shape(values: Any) -> list[Any]:
    return [len(values), *_shape(values[0])] if isinstance(values, list) and values else []
