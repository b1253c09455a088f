"""Determines the kind of a value from its type alone.

It calls no code of the value (P11, see SECURITY.md).
"""

from __future__ import annotations

import types
from collections import OrderedDict, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.data import is_data
from nbmodelver.kinds.libraries import library_kind
from nbmodelver.kinds.metrics import is_metric_name
from nbmodelver.kinds.static import defines, module_of, mro, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbmodelver.model import Kind

PLAIN_IDS = frozenset(map(id, (int, float, bool, str, complex, type(None))))
"""Ids of the plain classes. Comparing ids avoids hashing a class, which a user-defined metaclass could intercept."""
NUMBERS = frozenset({int, float})
PLAIN_CLASSES = frozenset(
    {
        ("argparse", "Namespace"), ("collections", "OrderedDict"), ("collections", "defaultdict"), ("datetime", "date"),
        ("datetime", "datetime"), ("datetime", "timedelta"), ("decimal", "Decimal"), ("enum", "Enum"),
        ("fractions", "Fraction"), ("omegaconf.basecontainer", "BaseContainer"), ("pathlib", "PurePath"),
        ("pydantic.main", "BaseModel"), ("types", "SimpleNamespace"),
    }
)  # fmt: skip
CODE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)
AFTER_FIT = (
    "predict", "transform", "predict_proba", "decision_function", "fit_predict", "fit_transform", "score_samples",
    "forecast", "sample", "kneighbors",
)  # fmt: skip
LOOK_AT = 100
"""Number of container members that are inspected.

This bound keeps the cost of a commit independent of the size of a value.
"""


def classify(name: str, value: Any) -> Kind | None:
    """The kind of a value with this name; None for modules and private names, which a commit leaves out by default.

    A number whose name is the name of a metric is a "metric"; any other plain value is "hyperparameters". The kind of a
    built-in list, tuple or dict is the kind of its first members: models, datasets or plain values.
    """
    if name.startswith("_"):
        return None
    kind = kind_of(value)
    return "metric" if kind == "hyperparameters" and _is_number(value) and is_metric_name(name) else kind


def kind_of(value: Any) -> Kind | None:
    """The kind of a value, independent of its name; None for modules and for objects of nbmodelver such as versions.

    A plain value is "hyperparameters", or "dataset" if it is data: see `kinds.data`.
    """
    kind = plain_kind(value)
    return "dataset" if kind == "hyperparameters" and is_data(value) else kind


def plain_kind(value: Any, depth: int = 3) -> Kind | None:
    """Like `kind_of`, but every plain value is "hyperparameters".

    depth: number of container levels that are inspected.
    """
    cls = type(value)
    if id(cls) in PLAIN_IDS:
        return "hyperparameters"
    if cls is dict or cls is list or cls is tuple:
        return _kind_of_container(value, depth)
    if cls is OrderedDict or cls is defaultdict:  # The state_dict of a torch module is an OrderedDict of tensors.
        held = _kind_of_container(value, depth)
        return "hyperparameters" if held == "other" else held
    bases = mro(cls)
    if any(b is types.ModuleType for b in bases):
        return None
    if any(b in CODE for b in bases if type(b) is type):
        return "code"
    return None if _is_ours(cls) else library_kind(cls) or _kind_of_subclass(value, depth) or _kind_of_class(cls)


def _kind_of_subclass(value: Any, depth: int) -> Kind | None:
    """The kind of an instance of a dict subclass (EasyDict, Box), taken from its members."""
    if not any(b is dict for b in mro(type(value))):
        return None
    return _kind_of_container(dict(islice(dict.items(value), LOOK_AT)), depth)


def _is_ours(cls: type) -> bool:
    return str(module_of(cls)).partition(".")[0] == "nbmodelver"


def _kind_of_class(cls: type) -> Kind:
    if defines(cls, "fit") and any(defines(cls, a) for a in AFTER_FIT):
        return "model"
    plain = root_of(type(cls)) == "msgspec" or any((module_of(b), qualname_of(b)) in PLAIN_CLASSES for b in mro(cls))
    if plain or any(defines(cls, a) for a in ("__dataclass_fields__", "__attrs_attrs__")):
        return "hyperparameters"
    if defines(cls, "_fields") and any(b is tuple for b in mro(cls)):
        return "hyperparameters"
    return "other"


def _kind_of_container(value: dict[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> Kind:
    if not depth:
        return "hyperparameters"
    members: Iterable[Any] = value
    if isinstance(value, dict):
        if not all(id(type(k)) in PLAIN_IDS for k in islice(value, LOOK_AT)):
            return "other"
        members = value.values()
    kinds = {plain_kind(m, depth - 1) for m in islice(members, LOOK_AT)}
    for kind in ("model", "dataset"):
        if kind in kinds:
            return kind
    mixed = isinstance(value, dict) or kinds <= {"hyperparameters"}
    return "hyperparameters" if mixed else "other"


def _is_number(value: Any) -> bool:
    cls = type(value)
    return any(cls is n for n in NUMBERS) or any(
        module_of(b) == "numpy" and qualname_of(b) == "number" for b in mro(cls)
    )
