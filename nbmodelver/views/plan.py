"""What a rollback would do, before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Mark, Span, Table, TableRow, cut, dim, line, strong, title
from nbmodelver.views.figures import plural, size, some
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Change, Effect, Plan

EFFECTS: dict[Effect, tuple[Mark, str]] = {
    "lost": ("lost", "cannot come back"),
    "changes": ("changed", "changes back"),
    "vanishes": ("removed", "vanishes"),
    "appears": ("added", "comes back"),
}
"""What may cost something comes first."""

WAYS = {
    "": ("Rollback to", "Rolled back to"),
    "missing": ("Bring back from", "Brought back from"),
    "beside": ("Copy from", "Copied from"),
}
"""The title before and after, by the plan's way."""


def plan(planned: Plan, *, done: bool = False, branch: str = "", back: str = "%mv_undo") -> Shown:
    """The plan: names by effect, bytes to load, environment, notes.

    done: said after the fact. branch: gone to. back: the verb that takes it back.
    """
    version = planned.version
    message = dim(f"  {version.message}") if version.message else ""
    said = f"On {branch} at" if branch else WAYS[planned.way][done]
    blocks: list[Block] = [title(f"{said} {version.name}", message)]
    rows = tuple(_row(c) for effect in EFFECTS for c in planned.changes if c.effect == effect)
    if rows:
        blocks += cut(Table(("", "", "", "", ""), rows, frozenset({3})))
        blocks += _stays(planned, done=done)
    elif planned.way == "missing":
        blocks.append(line("nothing changes: none of its names is missing"))
    else:
        some = planned.named("stays") if len(planned.changes) < len(version.kept) else ()
        held = f"{', '.join(some)} as in {version.name}" if some else "this version"
        blocks.append(line(f"nothing changes: the notebook already holds {held}"))
    blocks += _lines(planned, done=done, back=back)
    return Shown(Document(tuple(blocks), f"rollback to {version.name}"), planned)


def _row(change: Change) -> TableRow:
    mark, words = EFFECTS[change.effect]
    amount = size(change.size_bytes) if change.size_bytes else ""
    why = dim(f"{change.reason}") if change.reason else ""
    return TableRow((strong(change.name), words, Span(change.type, "code"), amount, why), mark)


def _counted(count: int, words: str) -> str:
    """Such as: 1 name comes back, 2 names come back."""
    verb, _, rest = words.partition(" ")
    if count != 1:
        verb = verb.removesuffix("es") if verb.endswith("shes") else verb.removesuffix("s")
    return f"{plural(count, 'name')} {verb} {rest}".rstrip()


def _stays(planned: Plan, *, done: bool) -> Iterator[Block]:
    stays = planned.named("stays")
    if stays:
        yield line(dim(f"{'stayed' if done else 'stays'} as it is: {some(stays)}"))


def _lines(planned: Plan, *, done: bool, back: str) -> Iterator[Block]:
    counts = [_counted(len(planned.named(e)), w) for e, (_, w) in EFFECTS.items() if planned.named(e)]
    if counts:
        yield line(dim(f"{', '.join(counts)} · {size(planned.load_bytes)} {'loaded' if done else 'to load'}"))
    for difference in planned.environment:
        yield line(Span("environment: ", "warn"), difference)
    yield from (line(dim(note)) for note in planned.notes)
    unsaved = {s.name for s in planned.unsaved}
    loses = {*planned.named("changes"), *planned.named("vanishes")} - unsaved
    if planned.saves_first or loses:
        when = "first" if planned.saves_first else "already"
        saved = "the state before was saved" if done else f"the present state is saved {when}"
        yield line(dim(f"{saved}: {back} brings it back"))
