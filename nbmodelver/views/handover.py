"""Renders a model that was written alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, dim, line, strong
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from nbmodelver.model.handover import Handover


def handed_over(found: Handover) -> Shown:
    """What was written where, what the proof found, and what is missing."""
    head = (strong(found.title), " ", Span(found.variable, "code"), " written to ", Span(str(found.folder), "code"))
    form = "pickle: loading it runs code" if found.format == "pickle" else found.format
    serve = f" · serve it: python {found.folder}/app.py" if "app.py" in found.files else ""
    blocks: list[Block] = [
        line(*head, dim(f" · {form}")),
        line(Span(found.proof, "good" if found.is_proven else "bad")),
        *(line(Span(note, "warn")) for note in found.notes),
        line(dim(f"{', '.join(found.files)} · load it: python {found.folder}/load.py{serve}")),
    ]
    return Shown(Document(tuple(blocks), "model"), found)
