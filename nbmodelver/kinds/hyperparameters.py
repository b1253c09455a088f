"""The hyperparameters of a value as a flat mapping.

No code of the value is run (P11, see SECURITY.md). An estimator in the style of scikit-learn is read as its
`get_params` would do: the parameters are named by its constructors, and read from the attributes that `set_params`
sets.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.classify import PLAIN_IDS, kind_of
from nbmodelver.kinds.configuration import own_settings, settings_of
from nbmodelver.kinds.data import is_data
from nbmodelver.kinds.jsonable import scalar, short
from nbmodelver.kinds.static import attribute, attribute_of, instance_dict, mro, parameters_of, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Json

MAX_PARAMETERS = 300
MAX_DEPTH = 4


def hyperparameters_of(value: Any) -> dict[str, Json]:
    """Key -> value. Nested keys are joined by "." (configurations) or "__" (estimators); a plain value has the key "".

    At most 300 keys. A value that is not plain is represented by its type: "<Net>". Data (`kinds.data`) is not
    included.
    """
    return dict(islice(_flattened(value, "", MAX_DEPTH), MAX_PARAMETERS))


def _flattened(value: Any, prefix: str, depth: int) -> Iterator[tuple[str, Json]]:
    if is_data(value):
        return
    fields = _fields(value) if depth else None
    if fields is None:
        yield prefix, short(value)
        return
    between = "__" if _is_estimator(value) else "."
    if prefix and kind_of(value) == "model":
        yield prefix, scalar(value)
    for name, inner in fields.items():
        yield from _flattened(inner, f"{prefix}{between}{name}" if prefix else name, depth - 1)


def _fields(value: Any) -> Mapping[str, Any] | None:
    """The named values inside, or None for a value that is a single parameter."""
    cls = type(value)
    if id(cls) in PLAIN_IDS:
        return None
    if cls is list or cls is tuple:
        return {} if kind_of(value) == "model" else None
    if _is_estimator(value):
        return _estimator_fields(value)
    if any((root_of(b), qualname_of(b)) == ("torch", "Optimizer") for b in mro(cls)):
        return attribute(value, "defaults") or {}
    found = settings_of(value)
    if found is None and kind_of(value) == "model":
        return {}
    return own_settings(value) if found is None else found


def _is_estimator(value: Any) -> bool:
    return attribute_of(type(value), "get_params") is not None and kind_of(value) == "model"


def _estimator_fields(value: Any) -> dict[str, Any]:
    given = attribute(value, "_init_params")
    if type(given) is dict:  # catboost keeps them there
        return dict(given)
    held = instance_dict(value)
    fields = {n: held[n] for n in parameters_of(type(value)) if n in held}
    for key in ("steps", "transformers", "transformer_list", "estimators"):
        members = fields.get(key)
        if type(members) is list and all(type(m) is tuple and len(m) >= 2 for m in members):
            del fields[key]
            fields |= {m[0]: m[1] for m in members if type(m[0]) is str}
    extra = held.get("kwargs") or held.get("_other_params")  # xgboost, lightgbm
    return fields | (extra if type(extra) is dict else {})
