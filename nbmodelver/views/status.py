"""The status: store, branch, current version, and what a commit would save."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Mark, Span, Table, TableRow, cut, dim, line, strong
from nbmodelver.views.commit import finding_summary, metric_spans
from nbmodelver.views.figures import ago, plural, size, some
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Change, Effect, Findings, Version

EFFECTS: dict[Effect, tuple[Mark, str]] = {
    "lost": ("lost", "not kept"),
    "changes": ("changed", "changed"),
    "vanishes": ("removed", "removed"),
    "appears": ("added", "added"),
}


@dataclass(frozen=True)
class State:
    """The content of the status.

    changes: the live names compared with HEAD ("appears": new since then). live: False if there is no kernel to compare
    with. findings: of the checks of HEAD.
    """

    store: str
    branch: str
    head: Version | None = None
    versions: int = 0
    stored_bytes: int = 0
    auto: bool = False
    changes: Sequence[Change] = ()
    notes: Sequence[str] = ()
    live: bool = True
    findings: Findings | None = None


def status(state: State) -> Shown:
    """The state in a few lines."""
    return Shown(Document(tuple(_blocks(state)), "status"), state)


def _blocks(state: State) -> Iterator[Block]:
    head = state.head
    if head is None:
        yield line("on ", Span(state.branch, "accent"), dim(" · no versions yet: %mv_commit creates the first"))
    else:
        metrics = [p for piece in metric_spans(head) for p in (dim(" · "), *piece)]
        yield line(
            "on ",
            Span(state.branch, "accent"),
            " at ",
            strong(head.name),
            f" {head.message}" if head.message else "",
            dim(f" · {ago(head.saved_at_utc)}" if head.saved_at_utc else ""),
            *metrics,
        )
        yield from _found(state, head)
    left_out = [c.name for c in state.changes if c.effect == "appears" and c.reason]
    shown = [c for c in state.changes if c.name not in left_out]
    rows = tuple(_row(c) for effect in EFFECTS for c in shown if c.effect == effect)
    if rows:
        yield from cut(Table(("", "", "", "", ""), rows, frozenset({3})))
    elif head is not None and state.live:
        yield line("nothing has changed since")
    if left_out and head is not None:
        yield line(dim(f"not part of {head.name}: {some(left_out)}"))
    auto = " · commits automatically after each cell" if state.auto else ""
    yield line(dim(f"{state.store} · {plural(state.versions, 'version')} · {size(state.stored_bytes)}{auto}"))
    yield from (line(Span(note, "warn")) for note in state.notes)


def _found(state: State, head: Version) -> Iterator[Block]:
    """The findings about the current version that are not accepted, and what is left to check."""
    if state.findings is not None:
        open_ones = tuple(f for f in state.findings.found if not f.accepted)
        yield from finding_summary(replace(state.findings, found=open_ones), head)


def _row(change: Change) -> TableRow:
    mark, words = EFFECTS[change.effect]
    amount = size(change.size_bytes) if change.size_bytes else ""
    return TableRow((strong(change.name), words, Span(change.type, "code"), amount, dim(change.reason)), mark)
