"""Checks the parameters of a request, because a page may send anything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UsageError
from nbmodelver.model import KINDS
from nbmodelver.panels.entries import WORDS
from nbmodelver.repo.core.directions import SAYABLE
from nbmodelver.repo.inspect.timeline import Filter

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TEXT = 1_000_000


class Params:
    """Reads parameters by name and type. Every method raises UsageError if the value is invalid."""

    def __init__(self, method: str, values: Mapping[str, Any]) -> None:
        self._method = method
        self._values = values

    def _invalid(self, name: str, wanted: str) -> UsageError:
        return UsageError(f"{self._method}: '{name}' must be {wanted}", "reload the page")

    def has(self, name: str) -> bool:
        """Return True if the parameter is present and not null."""
        return self._values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text. Without a default it is required."""
        value = self._values.get(name, default)
        if value is None and default is not None:
            value = default
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise self._invalid(name, "a text")
        return value

    def flag(self, name: str) -> bool:
        """Return a bool; False if it is missing."""
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise self._invalid(name, "true or false")
        return value

    def count(self, name: str, default: int, most: int) -> int:
        """Return an integer of at least 0; a larger one than `most` becomes `most`."""
        value = self._values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._invalid(name, "a whole number, 0 or more")
        return min(value, most)

    def number(self, name: str) -> int:
        """Return an integer."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._invalid(name, "a whole number")
        return value

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; [] if it is missing."""
        value = self._values.get(name) or []
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self._invalid(name, "a list of texts")
        return value

    def table(self, name: str) -> dict[str, Any]:
        """Return an object; {} if it is missing."""
        value = self._values.get(name) or {}
        if not isinstance(value, dict):
            raise self._invalid(name, "an object")
        return value

    def metrics(self, name: str = "metrics") -> dict[str, float | tuple[float, str]]:
        """Return an object of numbers by name. NaN and infinities are the WORDS of entries.py.

        A value may also be a list of a number and "higher" or "lower".
        """
        found = self.table(name)
        if not all(is_metric(v) or _is_directed(v) for v in found.values()):
            raise self._invalid(name, "an object of numbers")
        return {n: (float(v[0]), v[1]) if isinstance(v, list) else _measured(v) for n, v in found.items()}

    def any(self, name: str) -> Any:
        """Return the value without a check; None if it is missing."""
        return self._values.get(name)

    def filter(self, name: str = "filter") -> Filter:
        """Return the filter of a history."""
        inner = Params(f"{self._method}: {name}", self.table(name))
        metric = Params(f"{self._method}: metric", inner.table("metric"))
        kind = inner.text("kind", "")
        if kind and kind not in KINDS:
            raise inner._invalid("kind", f"one of {', '.join(KINDS)}")
        return Filter(
            text=inner.text("text", ""),
            kind=next((k for k in KINDS if k == kind), None),
            tag=inner.text("tag", ""),
            branch=inner.text("branch", ""),
            name=inner.text("name", ""),
            metric=metric.text("name", ""),
            at_least=metric.bound("at_least"),
            at_most=metric.bound("at_most"),
            auto=inner.any("auto") is not False,
        )

    def bound(self, name: str) -> float | None:
        """Return a finite number; None if it is missing."""
        value = self._values.get(name)
        if value is not None and not is_number(value):
            raise self._invalid(name, "a number")
        return value


def is_metric(value: Any) -> bool:
    """Return True for a number, and for the words of NaN and the infinities."""
    return is_number(value) or (isinstance(value, (str, float)) and str(value) in WORDS)


def _is_directed(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and is_metric(value[0]) and value[1] in SAYABLE


def _measured(value: Any) -> float:
    found: float = float(value) if isinstance(value, str) else value
    return found


def is_number(value: Any) -> bool:
    """Return True for a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
