"""The interface of a model: the inputs that it expects and the outputs that it gives, as far as its attributes say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from nbmodelver.kinds.libraries import library_of
from nbmodelver.kinds.names import type_name
from nbmodelver.kinds.static import attribute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_NAMES = 10_000

Interface = dict[str, list[str] | int]
"""inputs, outputs: names in order, or their number if they have no names. A missing key is unknown."""


def interface(value: Any) -> Interface:
    """Return the interface of a model, {} if nothing is known. Calls no method of the model.

    Read from `feature_names_in_`, `n_features_in_`, `classes_` and `n_outputs_` (scikit-learn and libraries that follow
    it; of a pipeline inputs of its first and outputs of its last step), or by the file of its library.
    """
    own = getattr(library_of(type(value)), "interface", None)
    if own is not None:
        return cast("Interface", own(value))
    steps = attribute(value, "steps")
    last = steps[-1][-1] if isinstance(steps, list) and steps else value
    first = steps[0][-1] if isinstance(steps, list) and steps else value
    found: Interface = {}
    inputs = _listed(attribute(first, "feature_names_in_")) or _count(attribute(first, "n_features_in_"))
    outputs = _listed(attribute(last, "classes_")) or _count(attribute(last, "n_outputs_"))
    if inputs:
        found["inputs"] = inputs
    if outputs:
        found["outputs"] = outputs
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return a phrase for each difference of two interfaces. What one of them does not know is not compared."""
    found = []
    for side in ("inputs", "outputs"):
        old, new = before.get(side), after.get(side)
        if old is None or new is None or old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            found.append(_names_differ(side, old, new))
        else:
            found.append(f"{_number(old)} {side} became {_number(new)}")
    return found


def described(known: Mapping[str, Any]) -> str:
    """Return the interface as a phrase, such as "12 inputs, 2 outputs"; "" if nothing is known."""
    return ", ".join(f"{_number(known[side])} {side}" for side in ("inputs", "outputs") if side in known)


def _names_differ(side: str, old: Sequence[str], new: Sequence[str]) -> str:
    one = side.removesuffix("s")
    gone, come = [n for n in old if n not in new], [n for n in new if n not in old]
    parts = [f"{one} {n!r} is gone" for n in gone[:3]] + [f"{one} {n!r} is new" for n in come[:3]]
    return ", ".join(parts) or f"the order of the {side} changed"


def _number(value: list[str] | int) -> int:
    return value if isinstance(value, int) else len(value)


def _listed(value: Any) -> list[str]:
    """Return the names in a one-dimensional array or list, [] for anything else."""
    if type_name(value) == "numpy.ndarray" and value.ndim == 1:
        value = value.tolist()
    return [str(v) for v in value] if isinstance(value, list) and len(value) <= MOST_NAMES else []


def _count(value: Any) -> int:
    return value if type(value) is int else 0
