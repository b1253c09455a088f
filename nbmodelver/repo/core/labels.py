"""Message, note, metrics, parameters and tags of a version: checked and converted to the types of a record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.code.roles import ROLES, Role
from nbmodelver.errors import UsageError
from nbmodelver.repo.core import directions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Direction, Json, VersionId

MOST_LEVELS = 20
MOST_BITS = 1024
"""Limit for an integer parameter. Python cannot convert integers of more than 4,300 digits to text."""


@dataclass(frozen=True)
class Labels:
    """Message, note, metrics, parameters and tags of a version.

    directions: metric -> "higher" or "lower", for metrics that were passed with a direction. auto: the trigger of an
    automatic commit, or "". merged: the second parent. only_if_changed: create no version if no value has changed.
    roles: dataset -> role, as the user stated it.
    """

    message: str = ""
    note: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    directions: Mapping[str, Direction] = field(default_factory=dict)
    params: Mapping[str, Json] = field(default_factory=dict)
    tags: Sequence[str] = ()
    auto: str = ""
    merged: VersionId | None = None
    only_if_changed: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict)


def labels(message: Any, note: Any, metrics: Any, params: Any, tags: Any, **fields: Any) -> Labels:
    """Check and convert the arguments of a commit. Raises UsageError for an invalid one.

    metrics: name -> number of any library, or (number, direction), such as {"fid": (12.0, "lower")}. params: name ->
    JSON value or number of any library. tags: one or several. fields: further fields of `Labels`, unchecked.
    """
    for what, text in (("message", message), ("note", note)):
        if not isinstance(text, str):
            raise UsageError(f"the {what} is a {type(text).__name__}", f"give text: {what}=str(...)")
    measured = {name: _measured(name, value) for name, value in _table("metrics", metrics).items()}
    return Labels(
        str(message),
        str(note),
        {name: value for name, (value, _) in measured.items()},
        {name: direction for name, (_, direction) in measured.items() if direction is not None},
        {name: _plain(name, value) for name, value in _table("params", params).items()},
        as_names("tags", tags),
        **fields,
    )


def require_roles(given: Any) -> dict[str, Role]:
    """Roles of datasets by name. Raises UsageError for anything but "train", "validation" and "test"."""
    table = _table("roles", given)
    for name, role in table.items():
        if role not in ROLES:
            raise UsageError(f"'{name}' cannot have the role {role!r}", f"use one of: {', '.join(ROLES)}")
    return table


def require_names(values: Any) -> None:
    """Raise UsageError unless `values` is a mapping whose keys are non-empty texts."""
    if not isinstance(values, Mapping):
        raise UsageError(f"values are a dict, not a {type(values).__name__}", "write {'df': df}")
    for name in values:
        if type(name) is not str or not name:
            raise UsageError(f"a {type(name).__name__} cannot be the name of a value", "use texts: {'df': df}")


def require_number(what: str, value: Any, least: float, most: float = math.inf) -> None:
    """Raise UsageError unless `value` is a real number from `least` to `most`. what: its name, for the message."""
    if isinstance(value, bool) or not isinstance(value, Real) or not least <= float(value) <= most:
        valid = f"a number from {least:g} to {most:g}" if most < math.inf else f"a number, {least:g} or more"
        invalid = f"{value:g}" if isinstance(value, Real) else f"a {type(value).__name__}"
        raise UsageError(f"{what} cannot be {invalid}", f"give {valid}")


def as_names(what: str, value: Any) -> tuple[str, ...]:
    """Return names as a tuple. value: one name, an iterable of names, or None for no names.

    what: the name of the argument, for the message. Raises UsageError for other types.
    """
    if value is None:
        return ()
    names = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
    for name in names:
        if not isinstance(name, str):
            raise UsageError(f"{what} are texts, not {type(name).__name__}", f"write {what}=['...']")
    return names


def _table(what: str, value: Any) -> dict[str, Any]:
    """Return a mapping with texts as keys as a dict, {} for None. Raises UsageError otherwise."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{what} are a dict, not a {type(value).__name__}", f"write {what}={{'name': ...}}")
    for name in value:
        if not isinstance(name, str) or not name:
            raise UsageError(f"{name!r} cannot be a name in {what}", "use a text as the name")
    return dict(value)


def _measured(name: str, value: Any) -> tuple[float, Direction | None]:
    """Return number and direction of a metric. value: a number, or (number, direction)."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        return _number(name, value[0]), directions.require_direction(name, value[1])
    return _number(name, value), None


def _number(name: str, value: Any) -> float:
    number = scalar(value)
    if isinstance(number, Real | Decimal):
        with suppress(OverflowError):
            return float(number)
    raise UsageError(f"the metric '{name}' is a {type(value).__name__}", "give a number that fits into a float")


def _plain(name: str, value: Any, level: int = 0) -> Json:
    """Return a parameter as JSON data. level: the depth of the value inside the parameter. Raises UsageError."""
    if level > MOST_LEVELS:
        raise UsageError(f"the parameter '{name}' is nested too deep", "store it as a variable")
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise UsageError(f"the parameter '{name}' has {value.bit_length():,} bits", "store it as a variable")
    if value is None or type(value) in (bool, int, float, str):
        return value  # type: ignore[no-any-return]  # checked
    if isinstance(value, (list, tuple)):
        return [_plain(name, item, level + 1) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(name, item, level + 1) for key, item in value.items()}
    element = scalar(value)
    if isinstance(element, str):
        return str(element)
    if isinstance(element, Real):
        return int(element) if isinstance(element, Integral) else float(element)
    raise UsageError(
        f"the parameter '{name}' is or contains a {type(value).__name__}",
        "give text, numbers, lists or dicts, and store other values as variables",
    )


def scalar(value: Any) -> Any:
    """Return the element of an array, tensor or Series of length 1, with any number of axes; else the value itself."""
    item, shape = getattr(value, "item", None), getattr(value, "shape", None)
    single = isinstance(shape, tuple) and all(length == 1 for length in shape)
    return item() if callable(item) and single else value
