"""What is said about a version beside its values, brought into the form that a record holds, or refused."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from nbmodelver.comparison.roles import ROLES, Role
from nbmodelver.errors import UsageError
from nbmodelver.repo.core import directions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Direction, Json, VersionId

MOST_LEVELS = 20
MOST_BITS = 1024
"""Of a whole number among the parameters; Python writes no number of more than 4,300 digits."""


@dataclass(frozen=True)
class Labels:
    """What is said about a version.

    directions: of the metrics that say whether they are better higher or lower. roles: name -> role of a dataset.
    merged: a second parent. only_if_changed: make no version when every name is as it is in the present one.
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


def labels(message: Any, note: Any, metrics: Any, params: Any, tags: Any, **more: Any) -> Labels:
    """Labels of what a caller gave: numbers of any library, one tag or several. Raises UsageError.

    metrics: name to number, or to a number and its direction: {"fid": (12.0, "lower")}.
    """
    for what, given in (("message", message), ("note", note)):
        if not isinstance(given, str):
            raise UsageError(f"the {what} is a {type(given).__name__}", f"give text: {what}=str(...)")
    measured = {name: _measured(name, value) for name, value in _table("metrics", metrics).items()}
    return Labels(
        str(message),
        str(note),
        {name: value for name, (value, _) in measured.items()},
        {name: direction for name, (_, direction) in measured.items() if direction is not None},
        {name: _plain(name, value) for name, value in _table("params", params).items()},
        as_names("tags", tags),
        **more,
    )


def require_roles(given: Any) -> dict[str, Role]:
    """Roles of datasets by name. Raises UsageError for anything but "train", "validation" and "test"."""
    table = _table("roles", given)
    for name, role in table.items():
        if role not in ROLES:
            raise UsageError(f"'{name}' cannot have the role {role!r}", f"use one of: {', '.join(ROLES)}")
    return table


def require_names(values: Any) -> None:
    """Raises UsageError for anything but values by their names."""
    if not isinstance(values, Mapping):
        raise UsageError(f"values are a dict, not a {type(values).__name__}", "write {'df': df}")
    for name in values:
        if type(name) is not str or not name:
            raise UsageError(f"a {type(name).__name__} cannot be the name of a value", "names are texts: {'df': df}")


def require_number(what: str, given: Any, least: float, most: float = math.inf) -> None:
    """Raises UsageError for anything but a number from `least` to `most`."""
    if isinstance(given, bool) or not isinstance(given, Real) or not least <= float(given) <= most:
        wanted = f"a number from {least:g} to {most:g}" if most < math.inf else f"a number, {least:g} or more"
        said = f"{given:g}" if isinstance(given, Real) else f"a {type(given).__name__}"
        raise UsageError(f"{what} cannot be {said}", f"give {wanted}")


def as_names(what: str, given: Any) -> tuple[str, ...]:
    """Names as a tuple. given: a name, several, or None for none. Raises UsageError for other types."""
    if given is None:
        return ()
    found = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    for one in found:
        if not isinstance(one, str):
            raise UsageError(f"{what} are texts, not {type(one).__name__}", f"write {what}=['...']")
    return found


def _table(what: str, given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UsageError(f"{what} are a dict, not a {type(given).__name__}", f"write {what}={{'name': ...}}")
    for name in given:
        if not isinstance(name, str) or not name:
            raise UsageError(f"{name!r} cannot be a name among the {what}", "names are texts")
    return dict(given)


def _measured(name: str, given: Any) -> tuple[float, Direction | None]:
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str):
        return _number(name, given[0]), directions.require_direction(name, given[1])
    return _number(name, given), None


def _number(name: str, given: Any) -> float:
    found = scalar(given)
    if isinstance(found, Real | Decimal):
        with suppress(OverflowError):
            return float(found)
    raise UsageError(f"the metric '{name}' is a {type(given).__name__}", "a metric is a number that a float can hold")


def _plain(name: str, given: Any, level: int = 0) -> Json:
    if level > MOST_LEVELS:
        raise UsageError(f"the parameter '{name}' is nested too deep", "keep it as a variable")
    if isinstance(given, int) and given.bit_length() > MOST_BITS:
        raise UsageError(f"the parameter '{name}' has {given.bit_length():,} bits", "keep it as a variable")
    if given is None or type(given) in (bool, int, float, str):
        return given  # type: ignore[no-any-return]  # checked
    if isinstance(given, (list, tuple)):
        return [_plain(name, item, level + 1) for item in given]
    if isinstance(given, Mapping):
        return {str(key): _plain(name, item, level + 1) for key, item in given.items()}
    found = scalar(given)
    if isinstance(found, str):
        return str(found)
    if isinstance(found, Real):
        return int(found) if isinstance(found, Integral) else float(found)
    said = f"the parameter '{name}' is or holds a {type(given).__name__}"
    raise UsageError(said, "give text, numbers, lists or dicts; keep other things as variables")


def scalar(value: Any) -> Any:
    """The one element of an array, tensor or Series of a single element, whatever its axes; else the value itself."""
    item, shape = getattr(value, "item", None), getattr(value, "shape", None)
    single = isinstance(shape, tuple) and all(length == 1 for length in shape)
    return item() if callable(item) and single else value
