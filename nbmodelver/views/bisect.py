"""The result of a search for the first bad version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Fold, Span, Table, TableRow, dim, line, spans, strong, title
from nbmodelver.views.figures import number, plural
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from nbmodelver.model import Bisected, Json, VersionVerdict


def bisected(found: Bisected) -> Shown:
    """The first bad version, and the command that shows its changes."""
    good, bad, between, flips = found.last_good, found.first_bad, found.between, found.flips
    first = [strong(bad.version.name), " is the first bad version", *_value(bad)]
    if bad.version.message:
        first.append(dim(f" · {bad.version.message}"))
    blocks: list[Block] = [title("bisect ", Span(found.condition.splitlines()[0], "code")), line(*first)]
    blocks.append(line("last good: ", strong(good.version.name), *_value(good)))
    if between:
        names = ", ".join(one.version.name for one in between)
        blocks.append(
            line(Span(f"not tested: {names}: {between[0].why}; the first bad version may be one of them", "warn"))
        )
    if len(flips) > 1:
        names = ", ".join(f"{one.version.name} {one.verdict}" for one in flips)
        blocks.append(line(Span(f"the verdict changed {len(flips)} times: {names}", "warn")))
    counts = f"{plural(found.versions, 'version')}, {found.distinct:,} different, {len(found.tested):,} tested"
    rows = tuple(
        TableRow((one.version.name, one.verdict, "" if one.value is None else _text(one.value), dim(one.why)))
        for one in found.tested
    )
    blocks.append(Fold(spans(dim(counts)), (Table(("version", "verdict", "value", ""), rows),), in_text=False))
    blocks.append(line("→ ", Span(f"%mv_diff {good.version.name} {bad.version.name}", "code")))
    return Shown(Document(tuple(blocks), "bisect"), found)


def _value(tested: VersionVerdict) -> list[str | Span]:
    return [] if tested.value is None else [dim(f" ({_text(tested.value)})")]


def _text(value: Json) -> str:
    return number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
