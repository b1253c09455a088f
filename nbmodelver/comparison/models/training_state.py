"""What an optimizer, a schedule of the learning rate or a checkpoint says about the training, besides tensors.

Objects of torch and their state dicts are read alike, and optimizers of Keras 3, alone or in a compiled model.
Attributes are read without running code of user classes, and neither library is imported.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.jsonable import scalar
from nbmodelver.kinds.static import attribute, instance_dict, module_of, mro, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Json

OPTIMIZER = "param_groups"
"""The entry that makes a dict the state dict of an optimizer."""
SCHEDULES = frozenset({"LRScheduler", "_LRScheduler", "ReduceLROnPlateau"})
SCHEDULE_ENTRIES = frozenset({"_step_count", "_last_lr", "base_lrs", "num_bad_epochs"})
"""Entries of which one is in the state dict of a schedule, with `last_epoch`."""
SCALER = "growth_factor"
"""The entry that makes a dict the state dict of a gradient scaler."""
BACKENDS = frozenset({"torch", "tensorflow", "jax", "jaxlib", "numpy"})
"""Packages of the tensors in variables of Keras."""
UNTOLD = frozenset({"params", "optimizer", "verbose", "_step_count", "_get_lr_called_within_step", "_is_initial"})
"""Entries that follow from others, or refer to other objects."""
UNTOLD_BY_KERAS = ("name", "built", "_trainable_variables_indices")
"""Keras numbers the names of optimizers."""
PLAIN = (int, float, bool, str, type(None))
MOST_ITEMS = 20
MOST_ENTRIES = 10_000
"""A dict with more entries holds data."""
DEPTH = 4
_NOTHING: Any = object()


@dataclass(frozen=True)
class TrainingState:
    """The state of one optimizer or schedule, or the plain entries of a checkpoint.

    groups: the settings of each parameter group, with the number of "parameters". facts: everything else by name.
    """

    facts: Mapping[str, Json] = field(default_factory=dict)
    groups: tuple[Mapping[str, Json], ...] = ()


def training_states(value: Any) -> dict[str, TrainingState]:
    """The states in a value by their path, "" for the value itself; empty if it has none."""
    if type(value) is not dict:
        return dict(_of_object(value, ""))
    found = dict(_of_dict(value, "", DEPTH))
    own = TrainingState(dict(_facts(value)))
    return {"": own, **found} if found and "" not in found and own.facts else found


def _of_object(value: Any, path: str) -> Iterator[tuple[str, TrainingState]]:
    if any(root_of(cls) == "keras" for cls in mro(type(value))):
        yield from _of_keras(value, path)
        return
    names = {qualname_of(cls) for cls in mro(type(value)) if root_of(cls) == "torch"}
    if "Optimizer" in names:
        held = {name: attribute(value, name) for name in (OPTIMIZER, "state")}
        yield path, _optimizer(held, qualname_of(type(value)))
    elif names & SCHEDULES:
        held = dict(instance_dict(value))
        yield path, TrainingState({"type": qualname_of(type(value)), **dict(_facts(held))})
        inner = held.get("_schedulers")
        for i, one in enumerate(inner if type(inner) is list else ()):
            yield from _of_object(one, f"{path}.schedulers[{i}]".lstrip("."))


def _of_keras(value: Any, path: str) -> Iterator[tuple[str, TrainingState]]:
    """Yield the state of an optimizer, or of the optimizer of a compiled model."""
    iterations, inner = attribute(value, "_iterations"), attribute(value, "optimizer")
    if iterations is not None:
        held = dict(instance_dict(value))
        rate = held.pop("_learning_rate", None)
        for untold in UNTOLD_BY_KERAS:
            held.pop(untold, None)
        facts: dict[str, Json] = {"type": qualname_of(type(value)), "steps": int(_of_variable(iterations) or 0)}
        yield path, TrainingState({**facts, **dict(_rates(rate)), **dict(_facts(held))})
    elif inner is not None and type(inner) not in PLAIN:
        yield from _of_keras(inner, f"{path}.optimizer".lstrip("."))


def _rates(rate: Any) -> Iterator[tuple[str, Json]]:
    """Yield the learning rate: a number, or the settings of its schedule."""
    number = _of_variable(rate)
    if number is not None:
        yield "learning_rate", number
    elif any(qualname_of(cls) == "LearningRateSchedule" for cls in mro(type(rate))):
        yield "schedule", qualname_of(type(rate))
        yield from ((f"schedule.{key}", one) for key, one in _facts(instance_dict(rate)))


def _of_variable(variable: Any) -> float | None:
    """The number in a variable of Keras, with the digits of float32; None if it holds no number."""
    held = attribute(variable, "_value")
    if root_of(type(held)) not in BACKENDS:
        return None
    return float(f"{float(held):.7g}")


def _of_dict(value: dict[Any, Any], path: str, depth: int) -> Iterator[tuple[str, TrainingState]]:
    """Yield the states in a dict and in the dicts and objects that it holds."""
    if len(value) > MOST_ENTRIES:
        return
    if OPTIMIZER in value:
        yield path, _optimizer(value)
        return
    if ("last_epoch" in value and SCHEDULE_ENTRIES & value.keys()) or (SCALER in value and "scale" in value):
        yield path, TrainingState(dict(_facts(value)))
        return
    for key, one in value.items():
        inner = f"{path}.{key}".lstrip(".")
        if type(one) is dict and depth:
            yield from _of_dict(one, inner, depth - 1)
        elif type(key) is str and type(one) not in PLAIN:
            yield from _of_object(one, inner)


def _optimizer(held: Mapping[str, Any], name: str = "") -> TrainingState:
    groups = held.get(OPTIMIZER)
    found = tuple(
        {**dict(_facts(group)), "parameters": len(group["params"]) if type(group.get("params")) is list else None}
        for group in (groups if type(groups) is list else ())
        if type(group) is dict
    )
    facts: dict[str, Json] = {"type": name} if name else {}
    facts["steps"] = _steps(held.get("state"))
    return TrainingState(facts, found)


def _steps(state: Any) -> int:
    """The number of steps that the optimizer made: the largest one of its parameters."""
    kept = dict.values(state) if isinstance(state, dict) else ()
    counts = [_plain(one["step"]) for one in kept if type(one) is dict and "step" in one]
    return max((int(c) for c in counts if isinstance(c, int | float)), default=0)


def _facts(held: Mapping[Any, Any]) -> Iterator[tuple[str, Json]]:
    for key, one in held.items():
        found = _plain(one) if type(key) is str and key not in UNTOLD else _NOTHING
        if found is not _NOTHING:
            yield key.removeprefix("_"), found


def _plain(value: Any) -> Any:
    """A number, text or short list of them; the keys of a counter, which are milestones; `_NOTHING` for the rest."""
    cls = type(value)
    if cls in PLAIN:
        return scalar(value)
    if module_of(cls) == "torch" and qualname_of(cls) == "Tensor":
        found = value.item() if value.numel() == 1 and not value.is_meta else _NOTHING
        return int(found) if isinstance(found, float) and found.is_integer() else found
    if cls is Counter:
        return sorted(key for key, count in value.items() for _ in range(count) if type(key) is int)[:MOST_ITEMS]
    if cls in (list, tuple) and 0 < len(value) <= MOST_ITEMS:
        items = [_plain(one) for one in value]
        if all(item is not _NOTHING and type(item) is not list for item in items):
            return items[0] if len(items) == 1 else items
    return _NOTHING
