"""Profiles of values, as JSON.

A profile is computed when a version is shown or compared, never during a commit. It does not raise for unusual values.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.curves import curves
from nbmodelver.kinds.data import described, is_data
from nbmodelver.kinds.estimators import fitted
from nbmodelver.kinds.hyperparameters import hyperparameters_of
from nbmodelver.kinds.jsonable import short
from nbmodelver.kinds.libraries import library_of
from nbmodelver.kinds.names import type_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Json, Kind, Profile


def profile(kind: Kind, value: Any, size_bytes: int = 0) -> Profile:
    """The profile of a value.

    It always has "kind" and "type". A dataset has "shape", "memory_bytes", "columns"; a model has "params", "fitted" or
    "layers", "importances", "curves"; any other value has "params" or "value". "note" says what could not be
    determined.
    size_bytes: the size of the value in its version, if known.
    """
    found: dict[str, Json] = {"kind": kind, "type": type_name(value)}
    if size_bytes:
        found["size_bytes"] = size_bytes
    if kind != "dataset" and not is_data(value):
        _add(found, lambda: _params(value))
    if kind != "dataset" or is_data(value):
        _add(found, lambda: curves(value))
    _add(found, lambda: _particular(kind, value))
    return found


def _params(value: Any) -> dict[str, Json]:
    params = hyperparameters_of(value)
    return {"value": params[""]} if list(params) == [""] else {"params": params}


def _particular(kind: Kind, value: Any) -> dict[str, Json]:
    if is_data(value):
        return described(value)
    library = library_of(type(value))
    if library is not None:
        return library.profile(kind, value)
    if kind == "model":
        return fitted(value)
    members = _members(value)
    return {"members": members} if kind == "dataset" and members else {}


def _members(value: Any) -> Json:
    if any(type(value) is one for one in (dict, OrderedDict, defaultdict)):
        return {str(short(k)): type_name(v) for k, v in list(value.items())[:50]}
    return [type_name(v) for v in value[:50]] if type(value) is list or type(value) is tuple else None


def _add(found: dict[str, Json], more: Callable[[], dict[str, Json]]) -> None:
    try:
        found.update(more())
    except Exception as error:
        found["note"] = f"incomplete: {type(error).__name__}: {str(error)[:200]}"
