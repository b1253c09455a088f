"""scikit-learn: which parameters its estimators lack here, and which release made them. Its values are pickled.

A release of scikit-learn may add a parameter to an estimator. An estimator of an older release loads without it and
fails when it is used, so each is compared with the parameters that its class has here.
"""

from __future__ import annotations

import inspect
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn
from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning

from nbmodelver.codecs import notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_OBJECTS = 200_000
"""Maximum number of objects of one value that are inspected."""

_HAS_NO_PARTS = frozenset({str, bytes, int, float, complex, bool, type(None), range, type})
_NOTHING = object()


@contextmanager
def attended() -> Iterator[Callable[[Any], None]]:
    """Context manager for unpickling; it yields a function that the caller calls with the value.

    Both add notes about differences. The warning of scikit-learn about a value of another release becomes a note.
    """
    made_with: list[str] = []
    with warnings.catch_warnings():
        show = warnings.showwarning

        def hear(message: Any, *rest: Any, **more: Any) -> None:
            if isinstance(message, InconsistentVersionWarning):
                made_with.append(str(message.original_sklearn_version))
                notes.made_with("scikit-learn", made_with[-1], sklearn.__version__)
            else:
                show(message, *rest, **more)

        warnings.showwarning = hear
        warnings.simplefilter("always", InconsistentVersionWarning)
        yield lambda value: examine(value, made_with[0] if made_with else "")


def examine(value: Any, made_with: str = "") -> None:
    """Add a note for each estimator class in the value whose instances lack parameters.

    made_with: the release that made the value, "" if unknown.
    """
    noted: set[str] = set()
    way_out = f"load it with scikit-learn {made_with}" if made_with else "load it with the release that made it"
    for estimator in estimators(value):
        missing = lacking(estimator)
        name = type(estimator).__name__
        if missing and name not in noted:
            noted.add(name)
            said = ", ".join(f"'{parameter}'" for parameter in missing)
            notes.note(
                f"{name} lacks {said}, which scikit-learn {sklearn.__version__} needs: it can fail when used;"
                f" fit it again, or {way_out}"
            )


def lacking(estimator: Any) -> tuple[str, ...]:
    """The parameters that the class of an estimator has here and that this estimator has no value for."""
    own = vars(estimator)
    cls: type = type(estimator)
    missing = (name for name in _parameters(cls) if name not in own)
    return tuple(name for name in missing if inspect.getattr_static(cls, name, _NOTHING) is _NOTHING)


@cache
def _parameters(cls: type) -> tuple[str, ...]:
    """The names of the arguments of `__init__`, which scikit-learn requires to be attributes too."""
    init = inspect.getattr_static(cls, "__init__")
    init = getattr(init, "deprecated_original", init)
    if init is object.__init__:
        return ()
    try:
        found = list(inspect.signature(init).parameters.values())[1:]
    except (TypeError, ValueError):
        return ()
    return tuple(p.name for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))


def estimators(value: Any) -> Iterator[Any]:
    """Yield every estimator in a value: parameters, fitted parts, in containers and attributes of other objects.

    Calls nothing of the objects that it inspects.
    """
    waiting = [value]
    seen: set[int] = set()
    while waiting and len(seen) < MOST_OBJECTS:
        found = waiting.pop()
        if type(found) in _HAS_NO_PARTS or id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, BaseEstimator):
            yield found
        waiting += _parts(found)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*dict.values(value), *_attributes(value)]
    if isinstance(value, list | tuple | set | frozenset):
        return [*value] if type(value) in (list, tuple, set, frozenset) else _attributes(value)
    if isinstance(value, np.ndarray):
        return value.ravel().tolist() if value.dtype.hasobject and value.dtype.names is None else []
    return _attributes(value)


def _attributes(value: Any) -> list[Any]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return []
    return list(own.values()) if type(own) is dict else []
