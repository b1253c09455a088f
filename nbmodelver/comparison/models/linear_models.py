"""Linear models coefficient by coefficient, paired by the name of the feature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.kinds.libraries import library_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

ADAPTERS = {"sklearn": "sklearn_linear", "statsmodels": "statsmodels"}
"""Libraries with `linear_model(value) -> LinearModel | None`, and the file in this folder that has it."""
ROUNDING = 1e-9
"""Relative change below which a coefficient is the same up to rounding."""
BY_POSITION = "x{}"
"""The name of a feature without a name."""


@dataclass(frozen=True)
class LinearModel:
    """The coefficients of one fitted model.

    features: n names. outputs: m labels of classes or targets; ("",) for one output. weights: (m, n) float64.
    intercepts: (m,) float64; None without. errors: (m, n) standard errors; None if unknown. scaler: the class that
    scaled the features to a standard deviation of one, "" for none; scales: (n,) its divisors.
    is_named: False if the features have only positions.
    """

    features: tuple[str, ...]
    outputs: tuple[str, ...]
    weights: NDArray[Any]
    intercepts: NDArray[Any] | None = None
    errors: NDArray[Any] | None = None
    scaler: str = ""
    scales: NDArray[Any] | None = None
    is_named: bool = True


@dataclass(frozen=True)
class CoefficientChange:
    """One coefficient on both sides. error: its standard error before; NaN if unknown."""

    name: str
    before: float
    after: float
    error: float = math.nan

    @property
    def differs(self) -> bool:
        """True if it changed by more than rounding."""
        return not math.isclose(self.before, self.after, rel_tol=ROUNDING, abs_tol=1e-300) and not (
            math.isnan(self.before) and math.isnan(self.after)
        )

    @property
    def step(self) -> float:
        """The change: after minus before."""
        return self.after - self.before

    @property
    def is_flipped(self) -> bool:
        """True if the sign is the other one."""
        return self.before * self.after < 0

    @property
    def size(self) -> float:
        """How much it changed: in standard errors if they are known."""
        size = abs(self.step) / self.error if self.error > 0 else abs(self.step)
        return math.inf if math.isnan(size) else size


@dataclass(frozen=True)
class LinearDiff:
    """Two linear models.

    pairs: coefficients that both have. added, removed: features of one side, with their coefficients.
    intercepts: of each output. outputs: labels that only one side has: added, removed. cosine: of the two vectors of
    paired coefficients; NaN if one is zero.
    """

    before: LinearModel
    after: LinearModel
    pairs: tuple[CoefficientChange, ...]
    added: tuple[tuple[str, float], ...]
    removed: tuple[tuple[str, float], ...]
    intercepts: tuple[CoefficientChange, ...]
    outputs: tuple[tuple[str, ...], tuple[str, ...]]
    cosine: float

    @property
    def is_comparable(self) -> bool:
        """False for features without names in another number: nothing says which is which."""
        named = self.before.is_named and self.after.is_named
        return named or len(self.before.features) == len(self.after.features)

    @property
    def is_scaled_otherwise(self) -> bool:
        """True if both have a scaler, and its divisors differ."""
        sides = self.before.scales, self.after.scales
        if sides[0] is None or sides[1] is None or self.before.features != self.after.features:
            return False
        return not np.allclose(sides[0], sides[1], rtol=ROUNDING, atol=0)


def linear_model_of(value: Any) -> LinearModel | None:
    """The coefficients of a fitted linear model; None for another value. Calls no method of user classes."""
    library = library_of(type(value))
    stem = getattr(library, "__name__", "").rpartition(".")[2]
    if stem not in ADAPTERS:
        return None
    adapter: Callable[[Any], LinearModel | None] = import_module(
        f"nbmodelver.comparison.models.{ADAPTERS[stem]}"
    ).linear_model
    return adapter(value)


def made(
    features: list[str] | None, outputs: tuple[str, ...], weights: NDArray[Any], intercepts: Any = None, **more: Any
) -> LinearModel:
    """A linear model. features: None, or names in another number or with repeats, to number them by position."""
    count = weights.shape[1]
    if features is None or len(features) != count or len(set(features)) != count:
        features = [BY_POSITION.format(i) for i in range(count)]
    is_named = features != [BY_POSITION.format(i) for i in range(count)]
    wide = None
    if intercepts is not None and np.size(intercepts) in (1, len(outputs)):
        wide = np.broadcast_to(np.asarray(intercepts, np.float64).ravel(), len(outputs))
    return LinearModel(tuple(features), outputs, np.asarray(weights, np.float64), wide, is_named=is_named, **more)


def linear_diff(before: LinearModel, after: LinearModel) -> LinearDiff:
    """Pair the coefficients of two models by feature and output. Features without names are paired by position."""
    names = {side.features: side.features for side in (before, after)}
    if len(before.features) == len(after.features) and not (before.is_named and after.is_named):
        named = before.features if before.is_named else after.features
        names = dict.fromkeys(names, named)
    old, new = names[before.features], names[after.features]
    places = [{f: i for i, f in enumerate(side)} for side in (old, new)]
    lines = [{o: i for i, o in enumerate(side.outputs)} for side in (before, after)]
    outputs = [o for o in after.outputs if o in lines[0]]
    pairs = tuple(
        CoefficientChange(
            titled(feature, output),
            float(before.weights[lines[0][output], places[0][feature]]),
            float(after.weights[lines[1][output], places[1][feature]]),
            _error(before, lines[0][output], places[0][feature]),
        )
        for feature in new
        if feature in places[0]
        for output in outputs
    )
    return LinearDiff(
        before,
        after,
        pairs,
        tuple(_of_features(after, [f for f in new if f not in places[0]], places[1])),
        tuple(_of_features(before, [f for f in old if f not in places[1]], places[0])),
        tuple(_intercepts(before, after, outputs)),
        (
            tuple(o for o in after.outputs if o not in lines[0]),
            tuple(o for o in before.outputs if o not in lines[1]),
        ),
        _cosine(pairs),
    )


def titled(feature: str, output: str) -> str:
    """The name of a coefficient: the feature, and the class or target if there are several."""
    return f"{feature} · {output}" if output else feature


def _error(model: LinearModel, output: int, feature: int) -> float:
    return float(model.errors[output, feature]) if model.errors is not None else math.nan


def _of_features(model: LinearModel, names: list[str], places: dict[str, int]) -> Iterator[tuple[str, float]]:
    for name in names:
        for i, output in enumerate(model.outputs):
            yield titled(name, output), float(model.weights[i, places[name]])


def _intercepts(before: LinearModel, after: LinearModel, outputs: list[str]) -> Iterator[CoefficientChange]:
    if before.intercepts is None or after.intercepts is None:
        return
    for output in outputs:
        sides = (
            float(side.intercepts[side.outputs.index(output)])
            for side in (before, after)
            if side.intercepts is not None
        )
        yield CoefficientChange(titled("intercept", output), *sides)


def _cosine(pairs: tuple[CoefficientChange, ...]) -> float:
    old, new = (np.array([getattr(p, side) for p in pairs], np.float64) for side in ("before", "after"))
    scale = float(np.linalg.norm(old)) * float(np.linalg.norm(new))
    return float(np.clip(old @ new / scale, -1, 1)) if scale > 0 and math.isfinite(scale) else math.nan
