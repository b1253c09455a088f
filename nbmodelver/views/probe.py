"""Renders the test whether the models of a version still predict the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, TextLine, dim, line, strong
from nbmodelver.views.figures import number, plural
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from nbmodelver.model import Probed, ProbedModel, Version

MOST_PACKAGES = 8


def probed(found: Probed) -> Shown:
    """One line per model, and how this environment differs from that of the version."""
    blocks: list[Block] = [_model(found.version, one) for one in found.models]
    blocks += [line(dim(f"  {text}")) for text in found.environment[:MOST_PACKAGES]]
    more = len(found.environment) - MOST_PACKAGES
    if more > 0:
        blocks.append(line(dim(f"  and {more} more differences of the environment")))
    return Shown(Document(tuple(blocks), "predictions"), found)


def _model(version: Version, one: ProbedModel) -> TextLine:
    head = (strong(one.model), f" of {version.name} ")
    if one.error:
        return line(*head, Span(f"cannot be tested on {one.data}: {one.error}", "bad"))
    on = f" on {plural(one.rows, 'row')} of {one.data}"
    step = dim(f" · largest difference {number(one.largest)}") if one.largest else ""
    if one.different:
        return line(
            *head,
            Span(f"predicts something else for {one.different:,} of {one.rows:,} rows of {one.data}", "bad"),
            step,
        )
    return line(*head, Span(f"predicts the same{on}", "good"), step)
