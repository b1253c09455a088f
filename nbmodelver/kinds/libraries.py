"""The libraries whose values have a kind and a profile of their own.

Each library has a file of the same name in this folder. The file is imported when a value of the library occurs, and
imports the library only inside its functions: classification needs only class names. Other packages add files with an
entry point.
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
"""The entry point group: name = top-level package, value = a module that implements `Library`."""

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
    """The interface of a library's file.

    CLASSES: class name -> kind, for classes defined anywhere in the library and for their subclasses. The value "other"
    means that the class is known and has no kind.
    """

    CLASSES: Mapping[str, Kind]

    def profile(self, kind: Kind, value: Any) -> dict[str, Json]:
        """The library-specific entries of a profile. It may raise; the caller adds a note."""
        ...


def library_of(cls: type) -> Library | None:
    """The library of the class, or of the nearest base that has one."""
    return _looked_up(cls)[0]


def library_kind(cls: type) -> Kind | None:
    """The kind that a library assigns to the class or to its nearest known base."""
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
