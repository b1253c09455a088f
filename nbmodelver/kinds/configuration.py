"""The named values inside a configuration object of any supported type.

Supported are dictionaries and their subclasses (EasyDict, Box), OmegaConf, namespaces, dataclasses, attrs, pydantic,
msgspec, named tuples, `class CFG` with plain attributes, and objects of user classes that hold only plain values. No
code of the value is run (P11, see SECURITY.md).
"""

from __future__ import annotations

import sys
import types
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbmodelver.kinds.classify import plain_kind
from nbmodelver.kinds.data import is_data
from nbmodelver.kinds.jsonable import scalar
from nbmodelver.kinds.static import (
    attribute,
    attribute_of,
    class_dict,
    defines,
    instance_dict,
    module_of,
    mro,
    qualname_of,
    root_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_FIELDS = 300
DEPTH = 3
"""Number of nested levels of user-class objects that are read."""
NAMESPACES = frozenset({("types", "SimpleNamespace"), ("argparse", "Namespace"), ("pydantic", "BaseModel"),
                        ("transformers", "PretrainedConfig"), ("transformers", "PreTrainedConfig")})  # fmt: skip
DESCRIPTORS = (types.FunctionType, property, classmethod, staticmethod, types.ModuleType)


def settings_of(value: Any) -> Mapping[str, Any] | None:
    """Name -> value of a configuration; None if the value is not a configuration."""
    cls = type(value)
    bases = mro(cls)
    names = [(root_of(b), qualname_of(b)) for b in bases]
    if any(b is type for b in bases):
        return _of_class(value) or None
    if ("omegaconf", "BaseContainer") in names:
        return _of_omegaconf(value)
    if ("ml_collections", "ConfigDict") in names:
        held = attribute(value, "_fields")
        return dict(held) if type(held) is dict else None
    if any(b is dict for b in bases):
        return {k if type(k) is str else str(scalar(k)): v for k, v in islice(dict.items(value), MOST_FIELDS)}
    if any(n in NAMESPACES for n in names):
        return instance_dict(value)
    return _declared(value)


def is_configuration(value: Any) -> bool:
    """True for a value that holds settings by name; False for models, data and single plain values."""
    if plain_kind(value) in ("model", "dataset") or is_data(value):
        return False
    return settings_of(value) is not None or own_settings(value) is not None


def own_settings(value: Any, depth: int = DEPTH) -> Mapping[str, Any] | None:
    """The attributes of an object of a user class and of its class; None unless all of them are plain."""
    cls = type(value)
    if not depth or not is_users(cls) or defines(cls, "fit"):
        return None
    held = {n: v for n, v in {**_of_class(cls, depth), **instance_dict(value)}.items() if not n.startswith("_")}
    return held if held and all(_is_plain(v, depth) or _is_inner(v, depth) for v in held.values()) else None


def is_users(cls: type) -> bool:
    """True for a class of the notebook or of one of the project's modules; False for Python and installed packages."""
    home = module_of(cls)
    if home == "__main__":
        return True
    module = sys.modules.get(home)
    path = module.__dict__.get("__file__") if type(module) is types.ModuleType else None
    installed = type(path) is str and ("site-packages" in path or "dist-packages" in path)
    return type(path) is str and not installed and root_of(cls) not in sys.stdlib_module_names


def _of_class(cls: type, depth: int = DEPTH) -> dict[str, Any]:
    """The plain attributes of a user class and of its bases, if all bases are user classes too."""
    bases = [b for b in mro(cls) if b is not object]
    if not depth or not all(is_users(b) for b in bases) or defines(cls, "fit"):
        return {}
    found: dict[str, Any] = {}
    for base in reversed(bases):
        found |= {n: v for n, v in class_dict(base).items() if type(n) is str and not n.startswith("_")}
    return {n: v for n, v in found.items() if not _is_code(v) and (_is_plain(v, depth) or _is_inner(v, depth))}


def _is_code(value: Any) -> bool:
    return any(b in DESCRIPTORS for b in mro(type(value)) if type(b) is type)


def _is_plain(value: Any, depth: int) -> bool:
    return plain_kind(value) == "hyperparameters" or own_settings(value, depth - 1) is not None


def _is_inner(value: Any, depth: int) -> bool:
    """True for a nested class that holds settings: `class CFG: class model: depth = 3`."""
    return any(b is type for b in mro(type(value))) and bool(_of_class(value, depth - 1))


def _of_omegaconf(value: Any) -> Mapping[str, Any] | None:
    """The fields of a DictConfig with the raw values of their nodes; an interpolation stays text."""
    content = attribute(value, "_content")
    return {str(scalar(k)): _node(v) for k, v in content.items()} if type(content) is dict else None


def _node(node: Any) -> Any:
    """The content of an OmegaConf node: a plain value, a list, or a nested configuration, unchanged."""
    held = instance_dict(node)
    if "_val" in held:
        return held["_val"]
    content = held.get("_content")
    return [_node(one) for one in content] if type(content) is list else node


def _declared(value: Any) -> Mapping[str, Any] | None:
    """The fields of a dataclass, attrs class, msgspec struct or named tuple."""
    cls = type(value)
    declared = attribute_of(cls, "__dataclass_fields__")
    if type(declared) is dict:
        return {n: attribute(value, n) for n in declared if type(n) is str}
    named = attribute_of(cls, "_fields")
    if type(named) is tuple and any(b is tuple for b in mro(cls)):
        return dict(zip(named, tuple.__iter__(value), strict=False))
    is_struct = root_of(type(cls)) == "msgspec"  # The metaclass has the fields; reading them runs no user code.
    fields = cls.__struct_fields__ if is_struct else attribute_of(cls, "__attrs_attrs__")
    return {n: attribute(value, n) for n in _names(tuple.__iter__(fields))} if isinstance(fields, tuple) else None


def _names(fields: Iterator[Any]) -> Iterator[str]:
    for field in fields:
        name = field if type(field) is str else attribute(field, "name")
        if type(name) is str:
            yield name
