"""Names bound by `import`: no values to keep, but after a restart the next cell fails without them."""

from __future__ import annotations

import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs.definitions import importable

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 1000
_OF_MODULES = (types.FunctionType, types.BuiltinFunctionType)


def found(values: Mapping[str, Any]) -> dict[str, str]:
    """Name -> what `import` bound it to: "numpy" for a module, "sklearn.svm:SVC" for what stands in one.

    Of the public names only, at most 1000; what was defined in the notebook is none.
    """
    named = ((name, where(value)) for name, value in values.items() if not name.startswith("_"))
    return dict([(name, place) for name, place in named if place][:MOST])


def is_import(value: Any) -> bool:
    """True for a module, and for a function or class that stands in one: importing it again gives it back."""
    return isinstance(value, types.ModuleType) or bool(where(value))


def where(value: Any) -> str:
    """What `import` bound a name to that holds this value: "numpy", "sklearn.svm:SVC"; "" for any other value."""
    if isinstance(value, types.ModuleType):
        name = value.__dict__.get("__name__")
        return name if isinstance(name, str) and name != "__main__" and sys.modules.get(name) is value else ""
    if (isinstance(value, type) or type(value) in _OF_MODULES) and importable(value):
        return f"{value.__module__}:{value.__qualname__}"
    return ""


def bind(imports: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The objects by name, and why the others cannot be imported here."""
    objects, failed = {}, {}
    for name, place in imports.items():
        module, _, path = place.partition(":")
        try:
            at: Any = importlib.import_module(module)
            for step in filter(None, path.split(".")):
                at = getattr(at, step)
            objects[name] = at
        except (Exception, SystemExit) as error:  # A script imported as a module may end itself.
            failed[name] = f"{type(error).__name__}: {error}"
    return objects, failed
