"""The table of codecs.

The file of a library is imported only when one of its values, or one of its tags in a recipe, occurs.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import renewed
from nbmodelver.errors import NotLoadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nbmodelver.codecs.codec import Codec, Helper


# Root module of a type -> the file with its codecs. Add a library with one line here.
_LIBRARIES: dict[str, str] = {
    "builtins": "python",
    "collections": "python",
    "datetime": "python",
    "decimal": "python",
    "fractions": "python",
    "uuid": "python",
    "pathlib": "python",
    "zoneinfo": "python",
    "pytz": "zones",
    "dateutil": "zones",
    "types": "python",
    "array": "python",
    "random": "python",
    "struct": "python",
    "numpy": "numpy",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "polars": "polars",
    "scipy": "scipy",
    "torch": "torch",
    "msgspec": "msgspec",
    "matplotlib": "matplotlib",
    "attr": "attrs",
    "pydantic": "pydantic",
    "patsy": "patsy",
}

_MARKS = {"__attrs_attrs__": "attr"}
"""Attribute that a decorator sets on a class -> root module of its library, whose file defines `reduce_class`."""
_WITHOUT = {"pyarrow": "arrowless"}
"""Library that is not installed -> the file that reads what can be read without it."""

ENTRY_POINTS = "nbmodelver.codecs"
"""The entry point group:

name = root module of the types, value = a module with `find` and `BY_TAG`, like those here.
"""

_by_type: dict[type, Codec | None] = {}
_helpers: dict[type, Helper | None] = {}


def find(kind: type) -> Codec | None:
    """The codec for values of exactly this type, or None."""
    try:
        return _by_type[kind]
    except KeyError:
        codec = _by_type[kind] = _look_up(kind)
        return codec


def helper(kind: type) -> Helper | None:
    """The reduction that a library's file prefers for this type, or None."""
    try:
        return _helpers[kind]
    except KeyError:
        found = _helpers[kind] = _look_up_helper(kind)
        return found


def class_helper(cls: type) -> Helper | None:
    """The reduction of a notebook class that a library's decorator or metaclass made, or None."""
    for mark, root in _MARKS.items():
        if mark in vars(cls):
            reduce: Helper = library(root).reduce_class
            return reduce
    return None if type(cls) is type else helper(type(cls))


def _look_up_helper(kind: type) -> Helper | None:
    for base in kind.__mro__:
        root = str(base.__module__).partition(".")[0].lstrip("_")
        where = renewed.__name__ if root in renewed.ROOTS else _home(root)
        find_helper = None if where is None else getattr(importlib.import_module(where), "helper", None)
        if find_helper is not None:
            found: Helper | None = find_helper(kind)
            return found
    return None


def by_tag(tag: str) -> Codec:
    """The codec with this tag.

    Raises NotLoadable if this nbmodelver does not have it or its library is not installed.
    """
    table: dict[str, Codec] = library(tag.partition(".")[0]).BY_TAG
    if tag not in table:
        raise NotLoadable(f"no codec '{tag}' in this nbmodelver", "try: pip install --upgrade nbmodelver")
    return table[tag]


def library(root: str) -> Any:
    """The file of codecs for this library. Raises NotLoadable if there is none or the library is not installed."""
    where = _home(root)
    if where is None:
        raise NotLoadable(f"no codecs for '{root}' in this nbmodelver", "try: pip install --upgrade nbmodelver")
    try:
        return importlib.import_module(where)
    except ImportError as error:
        if root in _WITHOUT:
            return importlib.import_module(f"nbmodelver.codecs.{_WITHOUT[root]}")
        raise NotLoadable(f"this value needs the package '{root}'", f"try: pip install {root}") from error


_ATTENDED: dict[str, str] = {"sklearn": "sklearn"}
"""Root module of a class named in a pickle -> the file whose `attended()` is active during its load."""


@contextmanager
def attending(classes: Iterable[str]) -> Iterator[Callable[[Any], None]]:
    """Context manager for unpickling a value with these classes ("module:name").

    It yields a function that the caller calls with the loaded value.
    """
    roots = {name.partition(":")[0].partition(".")[0] for name in classes} & _ATTENDED.keys()
    with ExitStack() as stack:
        examiners = []
        for root in sorted(roots):
            with suppress(ImportError):  # If the library is missing, the load reports it.
                home = importlib.import_module(f"nbmodelver.codecs.{_ATTENDED[root]}")
                examiners.append(stack.enter_context(home.attended()))

        def examine(value: Any) -> None:
            for examiner in examiners:
                examiner(value)

        yield examine


def _look_up(kind: type) -> Codec | None:
    root = str(kind.__module__).partition(".")[0].lstrip("_")
    if root not in sys.modules and root not in _LIBRARIES:
        return None
    where = _home(root)
    if where is None:
        return None
    try:
        codec: Codec | None = importlib.import_module(where).find(kind)
    except (ImportError, AttributeError):
        # This file does not support this release of the library: its values are pickled.
        return None
    return codec


def _home(root: str) -> str | None:
    if root in _LIBRARIES:
        return f"nbmodelver.codecs.{_LIBRARIES[root]}"
    if root in ("python", "zones"):
        return f"nbmodelver.codecs.{root}"
    return _foreign_homes().get(root)


@cache
def _foreign_homes() -> dict[str, str]:
    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
