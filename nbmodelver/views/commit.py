"""The one line that a commit answers with, and a line for each name that was not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Document, Line, Span, dim, line, strong
from nbmodelver.views.figures import change, duration, new_of, number, plural, some
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from nbmodelver.model import Skipped, Version


def commit(version: Version, parent: Version | None = None, notes: Sequence[str] = ()) -> Shown:
    """`v7 · 3 names · 1.2 MB new of 540 MB · 0.08 s · acc 0.91 (+0.02)`, then what was not kept and why.

    parent: the version to which metrics are compared. notes: sentences to add, one a line.
    """
    facts = [
        plural(len(version.kept), "name"),
        new_of(version.new_bytes, version.raw_bytes),
        duration(version.duration_s),
    ]
    first: list[str | Span] = [strong(version.name)]
    for fact in facts:
        first += [dim(" · "), fact]
    for piece in metric_spans(version, parent):
        first += [dim(" · "), *piece]
    lines = [line(*first), *warnings(version, parent), *(line("  ", dim(n)) for n in notes)]
    return Shown(Document(tuple(lines), f"version {version.name}"), version)


def warnings(version: Version, parent: Version | None = None) -> Iterator[Line]:
    """What was not kept, and what will come back otherwise: in full where it is new, in one line where it is not."""
    known = set(parent.skipped) if parent else set()
    yield from skipped_lines([s for s in version.skipped if s not in known])
    before = [s.name for s in version.skipped if s in known]
    if before:
        yield line(Span(f"  {len(before)} not kept, as before: ", "warn"), some(before))
    noted = {(k.name, note) for k in parent.kept.values() for note in k.notes} if parent else set()
    yield from _kept_notes(version, noted)


def _kept_notes(version: Version, known: Collection[tuple[str, str]]) -> Iterator[Line]:
    """What kept values will be like when they come back, where that differs: a line for each note that is new."""
    names: dict[str, list[str]] = {}
    before: dict[str, None] = {}
    for kept in version.kept.values():
        for note in kept.notes:
            if (kept.name, note) in known:
                before[kept.name] = None
            else:
                names.setdefault(note, []).append(kept.name)
    for note, members in names.items():
        yield line("  ", strong(some(members)), dim(f": {note}"))
    if before:
        yield line(dim(f"  notes as before: {some(list(before))}"))


def metric_spans(version: Version, parent: Version | None = None) -> Iterator[tuple[str | Span, ...]]:
    """Each metric with its change since the parent: "acc 0.91 (+0.02)"."""
    for name, value in version.metrics.items():
        before = parent.metrics.get(name) if parent else None
        step = change(before, value) if before is not None else ""
        yield (f"{name} ", strong(number(value)), dim(f" ({step})" if step else ""))


def skipped_lines(skipped: Sequence[Skipped], before: str = "  not kept: ") -> Iterator[Line]:
    """What was not kept: where in it the culprit is, and the reason; names with the same reason in one line."""
    together: dict[tuple[str, str], list[str]] = {}
    for s in skipped:
        where = f" at {s.path}" if s.path and s.path != s.name else ""
        together.setdefault((where, s.reason), []).append(s.name)
    for (where, reason), names in together.items():
        yield line(Span(before, "warn"), strong(some(names)), dim(where), f": {reason}")
