"""Two models tensor by tensor: which weights are frozen, touched, fine-tuned or retrained.

Tensors are paired by name, then by shape in order. Permuted units of a layer look like a layer that was retrained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nbmodelver.comparison.models.low_rank import low_rank
from nbmodelver.kinds.libraries import library_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

Role = Literal["weight", "buffer", "optimizer"]
Verdict = Literal["frozen", "rounding", "touched", "fine-tuned", "scaled", "changed", "retrained", "incomparable"]

ADAPTERS = frozenset({"keras", "sklearn", "torch"})
"""Libraries with `tensors(value) -> dict[str, TensorData] | None` in their file of this folder."""
ROUNDING, TOUCHED = 1e-6, 0.01
"""Limits of the relative change: below the first a change is rounding, below the second the tensor is touched."""
SIMILAR, UNRELATED = 0.9, 0.3
"""Limits of the cosine: a fine-tuned tensor stays above the first, one that was retrained falls below the second."""
WITH_RANK = frozenset({"touched", "fine-tuned", "changed"})
"""Verdicts of tensors whose change may come from an adapter."""
MAX_ENTRIES = 10_000
"""Entries of a dict that is read as a state dict; a larger one holds data."""
BLOCK = 1 << 15
"""Elements that are converted to float64 at a time, so that they stay in the processor's cache."""


@dataclass(frozen=True)
class TensorData:
    """One tensor of a model or an optimizer.

    read: returns the elements as a numeric array of `shape`, which is only read; None if it cannot be converted
    (sparse, quantized, without memory). is_trainable: whether the training may change it; None if that is not known.
    """

    shape: tuple[int, ...]
    dtype: str
    device: str
    read: Callable[[], NDArray[Any] | None]
    role: Role = "weight"
    is_trainable: bool | None = None

    @property
    def facts(self) -> tuple[str, str, str, str]:
        """Return a text with shape, dtype, device, and whether it is trained."""
        trained = "" if self.is_trainable is None else "trainable" if self.is_trainable else "not trainable"
        return str(list(self.shape)), self.dtype, self.device, trained


@dataclass(frozen=True)
class Measures:
    """How much one tensor changed.

    relative: the norm of the difference over the norm before; infinite if all elements were zero. cosine: of the two
    tensors as vectors; NaN if one is zero. largest: the largest difference. share: of changed elements, 0 to 1.
    not_finite: elements that are NaN or infinite, before and after; the other figures leave them out. rank: of the
    difference of two matrices if it is low, as that of a merged adapter; 0 otherwise.
    """

    relative: float = 0.0
    cosine: float = 1.0
    largest: float = 0.0
    share: float = 0.0
    not_finite: tuple[int, int] = (0, 0)
    rank: int = 0

    @property
    def verdict(self) -> Verdict:
        """The measures in one word."""
        if not self.share:
            return "frozen"
        if self.not_finite[0] != self.not_finite[1]:
            return "changed"
        if self.relative < ROUNDING:
            return "rounding"
        if self.relative < TOUCHED:
            return "touched"
        if self.cosine > 1 - 1e-9:
            return "scaled"
        if self.cosine >= SIMILAR:
            return "fine-tuned"
        return "retrained" if self.cosine < UNRELATED and self.relative > 2 * UNRELATED else "changed"


@dataclass(frozen=True)
class TensorChange:
    """One tensor on both sides. former: its name before, if it is another one. measures: None if not comparable."""

    name: str
    before: TensorData
    after: TensorData
    measures: Measures | None
    former: str = ""

    @property
    def verdict(self) -> Verdict:
        """How it changed, in one word."""
        return "incomparable" if self.measures is None else self.measures.verdict

    @property
    def differs(self) -> bool:
        """True if values, name, shape, dtype or device differ, or whether it is trained."""
        return self.verdict != "frozen" or bool(self.former) or self.placed != ("", "")

    @property
    def placed(self) -> tuple[str, str]:
        """Shape, dtype, device and whether it is trained, before and after, as far as both are known and differ."""
        facts = zip(self.before.facts, self.after.facts, strict=True)
        differing = [pair for pair in facts if pair[0] != pair[1] and all(pair)]
        return " ".join(old for old, _ in differing), " ".join(new for _, new in differing)


@dataclass(frozen=True)
class LayerDiff:
    """Two models, tensor by tensor, in the order of the later one."""

    pairs: tuple[TensorChange, ...]
    added: Mapping[str, TensorData] = field(default_factory=dict)
    removed: Mapping[str, TensorData] = field(default_factory=dict)

    def of(self, role: Role) -> tuple[TensorChange, ...]:
        """The paired tensors with this role."""
        return tuple(p for p in self.pairs if p.after.role == role)

    @property
    def is_retrained(self) -> bool:
        """True if all weights were retrained. Vectors decide only if there is no matrix: biases start at zero."""
        weights = [p for p in self.of("weight") if p.verdict != "incomparable"]
        decisive = [p for p in weights if len(p.after.shape) > 1] or weights
        return bool(decisive) and all(p.verdict == "retrained" for p in decisive)


def tensors_of(value: Any) -> dict[str, TensorData] | None:
    """The tensors of a model, an optimizer or a state dict, by name; None if the value has none.

    Calls no method of user classes. The library's adapter is imported only when one of its values turns up.
    """
    if isinstance(value, dict):
        return _flattened(value, "")
    library = library_of(type(value))
    stem = getattr(library, "__name__", "").rpartition(".")[2]
    if stem not in ADAPTERS:
        return None
    adapter: Callable[[Any], dict[str, TensorData] | None] = import_module(
        f"nbmodelver.comparison.models.{stem}"
    ).tensors
    return adapter(value) or None


def _flattened(value: dict[Any, Any], prefix: str, depth: int = 4) -> dict[str, TensorData] | None:
    """The tensors in a dict of tensors, models and further dicts: a checkpoint. The entries of an optimizer's state
    dict, which has "param_groups", have the role of an optimizer.
    """
    if len(value) > MAX_ENTRIES:
        return None
    is_optimizer = dict.__contains__(value, "param_groups")
    found: dict[str, TensorData] = {}
    for key, one in dict.items(value):
        name = f"{prefix}{key}"
        inner = (
            (_flattened(one, f"{name}.", depth - 1) if depth else None) if isinstance(one, dict) else tensors_of(one)
        )
        for path, tensor in (inner or {}).items():
            full = path if isinstance(one, dict) else f"{name}.{path}".rstrip(".")
            role: Role = "optimizer" if is_optimizer else tensor.role
            found[full] = replace(tensor, role=role)
    return found or None


def layer_diff(before: Mapping[str, TensorData], after: Mapping[str, TensorData]) -> LayerDiff:
    """Pair the tensors of two models and measure how much each changed."""
    pairs = {name: name for name in after if name in before}
    renamed = dict(_renamed(before, after))
    pairs |= renamed
    changes = tuple(_change(name, pairs[name], before, after) for name in after if name in pairs)
    taken = set(pairs.values())
    return LayerDiff(
        changes,
        {name: tensor for name, tensor in after.items() if name not in pairs},
        {name: tensor for name, tensor in before.items() if name not in taken},
    )


def _renamed(before: Mapping[str, TensorData], after: Mapping[str, TensorData]) -> Iterator[tuple[str, str]]:
    """Yield pairs of names, new and old, of tensors with equal shape and role that only one side has, in order."""
    waiting: dict[tuple[tuple[int, ...], Role], list[str]] = {}
    for name, tensor in before.items():
        if name not in after:
            waiting.setdefault((tensor.shape, tensor.role), []).append(name)
    for name, tensor in after.items():
        same = waiting.get((tensor.shape, tensor.role)) if name not in before else None
        if same:
            yield name, same.pop(0)


def _change(name: str, old: str, before: Mapping[str, TensorData], after: Mapping[str, TensorData]) -> TensorChange:
    a, b = before[old], after[name]
    sides = (a.read(), b.read()) if a.shape == b.shape else (None, None)
    known = None if sides[0] is None or sides[1] is None else measured(sides[0], sides[1])
    if known is not None and known.verdict in WITH_RANK and sides[0] is not None and sides[1] is not None:
        known = replace(known, rank=low_rank(sides[0], sides[1], a.dtype))
    return TensorChange(name, a, b, known, old if old != name else "")


def measured(before: NDArray[Any], after: NDArray[Any]) -> Measures:
    """Compare two arrays of equal shape and any numeric dtype, in float64 and in blocks. NaN equals NaN."""
    old, new = before.reshape(-1), after.reshape(-1)
    dot = squares_old = squares_new = squares_step = largest = 0.0
    changed, bad_old, bad_new = 0, 0, 0
    for start in range(0, old.size, BLOCK):
        a, b = (_floats(side[start : start + BLOCK]) for side in (old, new))
        sums = float(a @ a), float(b @ b)
        different = int(np.count_nonzero(a != b))
        if not all(map(math.isfinite, sums)):
            different -= int((np.isnan(a) & np.isnan(b)).sum())
            finite = np.isfinite(a), np.isfinite(b)
            bad_old, bad_new = bad_old + int((~finite[0]).sum()), bad_new + int((~finite[1]).sum())
            a, b = a[finite[0] & finite[1]], b[finite[0] & finite[1]]
            sums = float(a @ a), float(b @ b)
        squares_old, squares_new = squares_old + sums[0], squares_new + sums[1]
        if not different:
            dot += sums[0]
            continue
        changed += different
        step = b - a
        dot, squares_step = dot + float(a @ b), squares_step + float(step @ step)
        largest = max(largest, float(np.abs(step, out=step).max(initial=0.0)))
    if not changed:
        return Measures(not_finite=(bad_old, bad_new))
    relative = math.sqrt(squares_step / squares_old) if squares_old else math.inf
    cosine = dot / math.sqrt(squares_old * squares_new) if squares_old and squares_new else math.nan
    return Measures(relative, cosine, largest, changed / old.size, (bad_old, bad_new))


def _floats(values: NDArray[Any]) -> NDArray[np.float64]:
    """Numbers as float64; a complex number as two."""
    if values.dtype.kind == "c":
        values = np.ascontiguousarray(values).view(values.real.dtype)
    return values.astype(np.float64)
