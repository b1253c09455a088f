"""The plan of a rollback, and its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Mark, Span, Table, TableRow, cut, dim, line, strong, title
from nbmodelver.views.figures import size, some
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Change, Effect, Plan

EFFECTS: dict[Effect, tuple[Mark, str, str]] = {
    "lost": ("lost", "cannot be restored", "not restored"),
    "changes": ("changed", "will change", "changed"),
    "vanishes": ("removed", "will be removed", "removed"),
    "appears": ("added", "will be added", "added"),
}
"""Effect -> mark, text before and text after the rollback. Effects that may lose something come first."""

WAYS = {
    "": ("Rollback to", "Rolled back to"),
    "missing": ("Restore from", "Restored from"),
    "beside": ("Copy from", "Copied from"),
}
"""Way of a plan -> title before and after the rollback."""


def plan(planned: Plan, *, done: bool = False, branch: str = "", back: str = "%mv_undo") -> Shown:
    """The plan: names by effect, bytes to load, environment, notes.

    done: True after the rollback. branch: the branch switched to. back: the verb that undoes it.
    """
    version = planned.version
    message = dim(f"  {version.message}") if version.message else ""
    said = f"On {branch} at" if branch else WAYS[planned.way][done]
    blocks: list[Block] = [title(f"{said} {version.name}", message)]
    rows = tuple(_row(c, done) for effect in EFFECTS for c in planned.changes if c.effect == effect)
    if rows:
        blocks += cut(Table(("", "", "", "", ""), rows, frozenset({3})))
        blocks += _unchanged(planned)
    elif planned.way == "missing":
        blocks.append(line("nothing will change: none of its variables is missing"))
    else:
        some = planned.named("stays") if len(planned.changes) < len(version.kept) else ()
        held = f"{', '.join(some)} as in {version.name}" if some else "this version"
        blocks.append(line(f"nothing will change: the notebook already holds {held}"))
    blocks += _lines(planned, done=done, back=back)
    return Shown(Document(tuple(blocks), f"rollback to {version.name}"), planned)


def _row(change: Change, done: bool) -> TableRow:
    mark, *words = EFFECTS[change.effect]
    amount = size(change.size_bytes) if change.size_bytes else ""
    why = dim(f"{change.reason}") if change.reason else ""
    return TableRow((strong(change.name), words[done], Span(change.type, "code"), amount, why), mark)


def _unchanged(planned: Plan) -> Iterator[Block]:
    stays = planned.named("stays")
    if stays:
        yield line(dim(f"unchanged: {some(stays)}"))


def _lines(planned: Plan, *, done: bool, back: str) -> Iterator[Block]:
    found = [(len(planned.named(effect)), words[done]) for effect, (_mark, *words) in EFFECTS.items()]
    counts = [f"{count:,} {words}" for count, words in found if count]
    if counts:
        yield line(dim(f"{', '.join(counts)} · {size(planned.load_bytes)} {'loaded' if done else 'to load'}"))
    for difference in planned.environment:
        yield line(Span("environment: ", "warn"), difference)
    yield from (line(dim(note)) for note in planned.notes)
    unsaved = {s.name for s in planned.unsaved}
    loses = {*planned.named("changes"), *planned.named("vanishes")} - unsaved
    if planned.saves_first or loses:
        when = "first" if planned.saves_first else "already"
        saved = "the previous state was saved" if done else f"the current state is saved {when}"
        yield line(dim(f"{saved}: {back} restores it"))
