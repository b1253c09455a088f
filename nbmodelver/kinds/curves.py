"""Training curves that a value holds: one number per step, by name. Reads only attributes and plain containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.jsonable import finite
from nbmodelver.kinds.static import attribute, module_of, qualname_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Json

ATTRIBUTES = ("loss_curve_", "train_score_", "validation_score_", "validation_scores_", "evals_result_",
              "_evals_result", "history")  # fmt: skip
"""Attributes with curves in scikit-learn (networks, boosting), xgboost, lightgbm and the History of Keras."""

LEAST, MOST = 3, 1000
MAX_CURVES = 24
DEPTH = 3


def curves(value: Any) -> dict[str, Json]:
    """The entry "curves" of a profile; {} if the value has none.

    It maps a name to {"every": steps between two values, "values": [...]}.
    """
    found: dict[str, Json] = {}
    for name, numbers in _found(value):
        if len(found) < MAX_CURVES:
            every = -(-len(numbers) // MOST)
            found[name] = {"every": every, "values": [finite(n) for n in numbers[::every]]}
    return {"curves": found} if found else {}


def _found(value: Any) -> Iterator[tuple[str, list[Any]]]:
    if type(value) is dict or type(value) is list:
        yield from _in(value, "", DEPTH)
        return
    for name in ATTRIBUTES:
        held = attribute(value, name)
        if name == "history" and held is not None and type(held) is not dict:
            held = attribute(held, name)  # The History of a Keras model has the curves.
        label = "" if type(held) is dict else name.strip("_").replace("_", " ")
        yield from _in(held, label, DEPTH)


def _in(held: Any, label: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    if type(held) is dict or _is_ordered(held):
        if depth:
            for key, inner in list(held.items())[:MAX_CURVES]:
                if type(key) is str:
                    yield from _in(inner, f"{label} {key}".strip(), depth - 1)
        return
    listed = held.tolist() if _is_array(held) else held
    if type(listed) is list and len(listed) >= LEAST:
        numbers = [_number(n) for n in listed]
        if None not in numbers:
            yield label or "values", numbers


def _number(value: Any) -> float | None:
    """A plain number; None for anything else."""
    cls = type(value)
    if cls is float or cls is int:
        return value  # type: ignore[no-any-return]  # exact types
    is_scalar = module_of(cls) == "numpy" and qualname_of(cls) in ("float64", "float32", "float16", "int64", "int32")
    return value.item() if is_scalar else None


def _is_ordered(value: Any) -> bool:
    return (module_of(type(value)), qualname_of(type(value))) in (
        ("collections", "OrderedDict"), ("collections", "defaultdict"),
    )  # fmt: skip


def _is_array(value: Any) -> bool:
    return (module_of(type(value)), qualname_of(type(value))) == ("numpy", "ndarray") and value.ndim == 1
