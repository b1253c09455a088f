"""The table of libraries whose values have a kind and a profile of their own, and how another package adds its own.

Each has a file of the same name here. That file is imported when a value of the library turns up, and imports the
library itself only inside its functions: classifying needs nothing but class names.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Protocol, cast

from nbmodelver.kinds.static import mro, qualname_of, root_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model import Json, Kind

GROUP = "nbmodelver.kinds"
"""Entry points of this group, named for a top-level package, give a module that fits `Library`."""

OWN = {
    "catboost": "catboost",
    "keras": "keras",
    "lightgbm": "lightgbm",
    "numpy": "numpy",
    "pandas": "pandas",
    "polars": "polars",
    "pyarrow": "pyarrow",
    "scipy": "scipy",
    "sklearn": "sklearn",
    "statsmodels": "statsmodels",
    "tensorflow": "keras",
    "tf_keras": "keras",
    "torch": "torch",
    "xarray": "xarray",
    "xgboost": "xgboost",
}


class Library(Protocol):
    """What a library's file offers.

    CLASSES: class name to kind, for classes defined anywhere in the library; subclasses elsewhere count too. The
    value "other" says: known, and none of the kinds.
    """

    CLASSES: Mapping[str, Kind]

    def profile(self, kind: Kind, value: Any) -> dict[str, Json]:
        """What is particular to this value; may raise, the caller notes it."""
        ...


def library_of(cls: type) -> Library | None:
    """The library that knows the class or the nearest of its bases."""
    return _looked_up(cls)[0]


def library_kind(cls: type) -> Kind | None:
    """The kind that a library gives to the class or the nearest of its bases."""
    return _looked_up(cls)[1]


def _looked_up(cls: type) -> tuple[Library | None, Kind | None]:
    for base in mro(cls):
        library = _library(root_of(base))
        kind = library.CLASSES.get(qualname_of(base)) if library else None
        if kind:
            return library, kind
    return None, None


@cache
def _library(root: str) -> Library | None:
    if root in OWN:
        return cast("Library", import_module(f"nbmodelver.kinds.{OWN[root]}"))
    added = _added().get(root)
    return cast("Library", added.load()) if added else None


@cache
def _added() -> dict[str, EntryPoint]:
    return {e.name: e for e in entry_points(group=GROUP)}
