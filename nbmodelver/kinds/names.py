"""Readable names of types."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from nbmodelver.kinds.static import module_of, qualname_of


def type_name(value: Any) -> str:
    """The public name of the type of a value: "pandas.DataFrame", "sklearn.ensemble.RandomForestClassifier", "Net"."""
    return class_name(type(value))


def class_name(cls: type) -> str:
    """The public name of a class: the shortest loaded module path from which it can be imported."""
    if cls is type(None):
        return "None"
    module, qualname = module_of(cls), qualname_of(cls).rpartition("<locals>.")[2]
    if module in ("builtins", "__main__", ""):
        return qualname
    home = _public_home(cls, module, qualname.partition(".")[0]) or _without_private(module)
    return f"{home}.{qualname}"


def _public_home(cls: type, module: str, name: str) -> str:
    """The shortest prefix of the module that exports the class, or the class around it."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        if parts[length - 1].startswith("_"):
            continue
        offered = _dict_of(".".join(parts[:length])).get(name)
        nested = "." in qualname_of(cls)
        if offered is cls or (nested and type(offered) is type and module_of(offered) == module):
            return ".".join(parts[:length])
    return ""


def _dict_of(module_name: str) -> dict[str, Any]:
    """The content of a loaded module. A lazy module is not triggered to load anything."""
    module = sys.modules.get(module_name)
    if not isinstance(module, ModuleType):
        return {}
    held: dict[str, Any] = object.__getattribute__(module, "__dict__")
    return held


def _without_private(module: str) -> str:
    parts = module.split(".")
    private = next((i for i, p in enumerate(parts) if p.startswith("_")), len(parts))
    return ".".join(parts[:private]) if private else module
