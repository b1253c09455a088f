"""The answer of a repair: files moved, values recovered, branches changed and values lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong, title
from nbmodelver.views.figures import plural
from nbmodelver.views.reports import damage
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Problem


def repaired(
    value: object,
    *,
    moved: Sequence[Problem],
    saved: tuple[int, int],
    refs: Sequence[tuple[str, str]],
    lost: Sequence[Problem],
    quarantine: str,
    dry_run: bool,
) -> Shown:
    """The answer of a repair. saved: parts and records that were written again."""
    if not moved and not refs and not lost:
        return Shown(
            Document((line(Span("nothing to repair", "good"), dim(" · every byte was read")),), "repair"), value
        )
    blocks = tuple(_blocks(moved, saved, refs, lost, "quarantine/" if dry_run else quarantine, done=not dry_run))
    return Shown(Document(blocks, "repair"), value)


def _blocks(
    moved: Sequence[Problem],
    saved: tuple[int, int],
    refs: Sequence[tuple[str, str]],
    lost: Sequence[Problem],
    quarantine: str,
    *,
    done: bool,
) -> Iterator[Block]:
    parts, records = saved
    verb = "moved to " if done else "would move to "
    what = f"; {plural(parts, 'part')} and {plural(records, 'record')} {'' if done else 'can be '}recovered from them"
    if moved:
        said = dim(what if parts or records else "; nothing can be recovered from them")
        yield line(strong(plural(len(moved), "damaged file")), f" {verb}", Span(quarantine, "code"), said)
        yield Table(("", ""), tuple(TableRow((Span(p.object, "code"), damage(p)[0])) for p in moved))
    for name, now in refs:
        yield line(
            strong(name.removeprefix("heads/").removeprefix("tags/")),
            f" {'is now' if done else 'would be'} at {now}" if now else f" {'is' if done else 'would be'} gone",
        )
    if lost:
        yield title("Lost", level=2)
        rows = (TableRow((strong(p.version or p.object[:12]), strong(p.name), Span(p.what, "bad"))) for p in lost)
        yield Table(("version", "variable", ""), tuple(rows))
        names = " ".join(dict.fromkeys(p.version for p in lost if p.version))
        if names:
            yield line(dim(f"their other variables can be restored; forget them to run gc again: %mv_forget {names}"))
    if not done:
        yield line(dim("nothing was changed · --yes carries it out"))
