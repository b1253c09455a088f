"""The section about the layers of one model: first one sentence about all tensors, then each tensor that changed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.comparison.models.layer_diff import LayerDiff, layer_diff, tensors_of
from nbmodelver.model import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.comparison.models.layer_diff import Role, TensorChange, TensorData
    from nbmodelver.comparison.sides import Side
    from nbmodelver.model import Json

COLUMNS = ("tensor", "how", "before", "after", "relative change", "cosine", "entries changed")
MAX_ROWS = 40
"""Changed tensors with a row of their own: those that changed most."""
MAX_SAME = 200
MAX_NAMED = 3
"""Changed tensors that the sentence names; more are counted."""
PLURAL = {"weight": "tensors", "buffer": "buffers", "optimizer": "tensors of the optimizer's state"}
ORDER = ("retrained", "changed", "incomparable", "scaled", "fine-tuned", "touched", "rounding", "frozen")


def layers(name: str, before: Side, after: Side) -> Sequence[Section]:
    """The sections about tensors; none if one of the values has no tensors. Reads both values."""
    old, new = tensors_of(before.load()), tensors_of(after.load())
    return () if old is None or new is None else tuple(sections(name, layer_diff(old, new)))


def sections(name: str, found: LayerDiff) -> Iterator[Section]:
    """Yield "layers.NAME", and "optimizer-state.NAME" folded: state changes in every step of the training."""
    of_model, of_optimizer = (_only(found, is_optimizer=one) for one in (False, True))
    if of_model.pairs or of_model.added or of_model.removed:
        yield _section(f"layers.{name}", f"{name} · layers", of_model, summary(found))
    if of_optimizer.pairs or of_optimizer.added or of_optimizer.removed:
        title = f"{name} · optimizer state"
        yield replace(_section(f"optimizer-state.{name}", title, of_optimizer, summary(of_optimizer)), folded=True)


def _only(found: LayerDiff, *, is_optimizer: bool) -> LayerDiff:
    """The tensors of the optimizer, or all others."""
    pairs = tuple(p for p in found.pairs if (p.after.role == "optimizer") == is_optimizer)
    sides = (
        {n: t for n, t in tensors.items() if (t.role == "optimizer") == is_optimizer}
        for tensors in (found.added, found.removed)
    )
    return LayerDiff(pairs, *sides)


def _section(section_id: str, title: str, found: LayerDiff, words: str) -> Section:
    changed = sorted((p for p in found.pairs if p.differs), key=_how_much, reverse=True)
    shown = {p.name for p in changed[:MAX_ROWS]}
    rows = [_row(p) for p in found.pairs if p.name in shown]
    rows += [Row((n, "added", None, _placed(t), None, None, None), "added") for n, t in found.added.items()]
    rows += [Row((n, "removed", _placed(t), None, None, None, None), "removed") for n, t in found.removed.items()]
    rows += [_row(p) for p in found.pairs if not p.differs][:MAX_SAME]
    phrases = [words]
    if len(changed) > MAX_ROWS:
        phrases.append(f"the {MAX_ROWS} tensors that changed most are shown; {len(changed) - MAX_ROWS:,} more changed")
    return Section(section_id, title, COLUMNS, tuple(rows), note="; ".join(phrases))


def summary(found: LayerDiff) -> str:
    """The difference in one line: "12 tensors: 10 frozen · head.weight fine-tuned (5.0 %, cosine 0.999)"."""
    phrases = []
    if found.is_retrained:
        phrases.append("retrained: the weights are not comparable one by one, compare the predictions")
    roles: tuple[Role, ...] = ("weight", "buffer", "optimizer")
    phrases += [f"{len(of):,} {_nouns(role, len(of))}: {_counted(of)}" for role in roles if (of := found.of(role))]
    counts = ((found.added, "added"), (found.removed, "removed"))
    phrases += [f"{len(tensors):,} {word}" for tensors, word in counts if tensors]
    return " · ".join(phrases)


def _nouns(role: Role, count: int) -> str:
    return PLURAL[role] if count != 1 else PLURAL[role].replace("tensors", "tensor").replace("buffers", "buffer")


def _counted(pairs: Sequence[TensorChange]) -> str:
    same = sum(not p.differs for p in pairs)
    changed = [p for p in pairs if p.differs]
    if not changed:
        return "all frozen" if pairs[0].after.role == "weight" else "all the same"
    phrases = [f"{same:,} frozen" if pairs[0].after.role == "weight" else f"{same:,} the same"] if same else []
    if len(changed) <= MAX_NAMED:
        return " · ".join([*phrases, *(f"{p.name} {_words(p)}".lstrip() for p in changed)])
    for verdict in ORDER:
        alike = [p for p in changed if p.verdict == verdict]
        if alike:
            phrases.append(f"{len(alike):,} {_verdict(alike[0])}{_largest(alike)}")
    return " · ".join(phrases)


def _largest(pairs: Sequence[TensorChange]) -> str:
    """The tensor that changed most among fine-tuned ones, if it stands out."""
    if pairs[0].verdict not in ("fine-tuned", "touched") or len(pairs) < 2:
        return ""
    most = max(pairs, key=_how_much)
    return f" (at most {_percent(_how_much(most))}, {most.name})"


def _how_much(pair: TensorChange) -> float:
    return math.inf if pair.measures is None else pair.measures.relative


def _words(pair: TensorChange) -> str:
    """How one tensor changed: "fine-tuned (5.0 %, cosine 0.999)"."""
    found = pair.measures
    detail = []
    if found is not None and found.share:
        if math.isfinite(found.relative):
            detail.append(_percent(found.relative))
        if math.isfinite(found.cosine) and pair.verdict not in ("rounding", "touched", "scaled"):
            detail.append(f"cosine {found.cosine:.3f}")
        if found.rank:
            detail.append(f"an update of rank {found.rank}")
    words = ", ".join(filter(None, (_verdict(pair), _moved(pair))))
    return f"{words} ({', '.join(detail)})" if detail else words


def _verdict(pair: TensorChange) -> str:
    found = pair.measures
    if found is None:
        return "another shape" if pair.before.shape != pair.after.shape else "not comparable"
    if found.not_finite[0] != found.not_finite[1]:
        return f"{found.not_finite[1]:,} entries NaN or infinite (before: {found.not_finite[0]:,})"
    if found.share and found.relative == math.inf:
        return "changed from zero"
    return {"rounding": "equal up to rounding", "scaled": "scaled"}.get(pair.verdict, pair.verdict)


def _moved(pair: TensorChange) -> str:
    """Name, dtype and device, if they differ."""
    phrases = [f"was {pair.former}"] if pair.former else []
    old, new = pair.placed
    return ", ".join([*phrases, f"{old} → {new}"]) if old else ", ".join(phrases)


def _row(pair: TensorChange) -> Row:
    found = pair.measures
    figures: Iterator[Json] = iter(())
    if found is not None and found.share:
        figures = (_rounded(v) for v in (found.relative, found.cosine, found.share))
    rank = f"an update of rank {found.rank}" if found is not None and found.rank else ""
    how = ", ".join(filter(None, (_verdict(pair), rank, f"was {pair.former}" if pair.former else "")))
    cells = (pair.name, how, *(side or None for side in pair.placed), *figures)
    return Row((*cells, *(None,) * (len(COLUMNS) - len(cells))), "changed" if pair.differs else "same")


def _placed(tensor: TensorData) -> str:
    return f"{list(tensor.shape)} {tensor.dtype}"


def _rounded(value: float) -> Json:
    return float(f"{value:.3g}") if math.isfinite(value) and value < 0.9 else round(value, 4) if value < 1e9 else None


def _percent(share: float) -> str:
    if share >= 10:
        return f"× {share:.3g}"
    return f"{100 * share:.1f} %" if share >= 0.001 else f"{100 * share:.1g} %"
