"""The plan of a merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, dim, line, strong, title
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from nbmodelver.model import MergePreview


def merge_plan(planned: MergePreview) -> Shown:
    """The plan of a merge: one line for each name, its conflicts below it, and the command that decides them."""
    ancestor = f"common ancestor {planned.base}" if planned.base else "no common ancestor"
    blocks: list[Block] = [title(f"Merge of {planned.theirs} into {planned.ours}", dim(f"  {ancestor}"))]
    for name in planned.names:
        first, *rest = name.lines()
        words = first.removeprefix(name.name)
        blocks.append(line(strong(name.name), Span(words, "warn") if name.unresolved else words))
        blocks += [line(text) for text in rest]
    if not planned.names:
        blocks.append(line("nothing would change"))
    blocks += [line(dim(note)) for note in planned.notes]
    if planned.conflicts:
        command = f"%mv_merge {planned.theirs} --take {planned.conflicts[0]}=ours"
        blocks.append(line("needs a decision: ", ", ".join(planned.conflicts), dim("  → "), Span(command, "code")))
    return Shown(Document(tuple(blocks), f"merge of {planned.theirs}"), planned)
