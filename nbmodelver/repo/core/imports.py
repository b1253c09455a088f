"""Names bound by `import`. They are recorded with a version and imported again by a rollback after a restart."""

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
    """Return the import of each public name: "numpy" for a module, "sklearn.svm:SVC" for an object of a module.

    Definitions of the notebook are not included. At most MOST names are returned.
    """
    sources = ((name, where(value)) for name, value in values.items() if not name.startswith("_"))
    return dict([(name, source) for name, source in sources if source][:MOST])


def is_import(value: Any) -> bool:
    """Return True for a module, and for a function or class that importing its module again returns."""
    return isinstance(value, types.ModuleType) or bool(where(value))


def where(value: Any) -> str:
    """Return the import that gives this value: "numpy" or "sklearn.svm:SVC"; "" if it was not imported."""
    if isinstance(value, types.ModuleType):
        name = value.__dict__.get("__name__")
        return name if isinstance(name, str) and name != "__main__" and sys.modules.get(name) is value else ""
    if (isinstance(value, type) or type(value) in _OF_MODULES) and importable(value):
        return f"{value.__module__}:{value.__qualname__}"
    return ""


def bind(imports: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Import objects. Returns them by name, and name -> error message for those that failed.

    imports: name -> "module" or "module:qualified name". This runs code of the imported modules.
    """
    objects, failed = {}, {}
    for name, source in imports.items():
        module, _, path = source.partition(":")
        try:
            at: Any = importlib.import_module(module)
            for step in filter(None, path.split(".")):
                at = getattr(at, step)
            objects[name] = at
        except (Exception, SystemExit) as error:  # A script that is imported as a module may call sys.exit.
            failed[name] = f"{type(error).__name__}: {error}"
    return objects, failed
