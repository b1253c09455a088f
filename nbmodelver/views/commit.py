"""The one-line answer of a commit, and one line for each name that was not saved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Document, Span, Style, TextLine, dim, line, strong
from nbmodelver.views.figures import change, duration, new_of, number, plural, some
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from nbmodelver.model import Direction, Finding, Findings, Level, Skipped, Version


LEVELS: tuple[Level, ...] = ("alarm", "note")
"""The gravest first."""


def commit(
    version: Version,
    parent: Version | None = None,
    notes: Sequence[str] = (),
    directions: Mapping[str, Direction] | None = None,
    findings: Findings | None = None,
    *,
    late: Sequence[Finding] = (),
) -> Shown:
    """The answer of a commit.

    The first line is `v7 · 3 variables · 1.2 MB new of 540 MB · 0.08 s · acc 0.91 (+0.02)`. The variables
    that were not saved follow.
    parent: the version to compare metrics with. notes: further sentences, one per line. directions: of the metrics; an
    "unknown" direction is reported when the metric is new. findings: of the checks; what an earlier version brought in
    is not repeated. late: findings about earlier versions that were not reported yet; they come first.
    """
    unknown = unknown_lines(
        [version], {m: d for m, d in (directions or {}).items() if not parent or m not in parent.metrics}
    )
    facts = [
        plural(len(version.kept), "variable"),
        new_of(version.new_bytes, version.raw_bytes),
        duration(version.duration_s),
    ]
    first: list[str | Span] = [strong(version.name)]
    for fact in facts:
        first += [dim(" · "), fact]
    for piece in metric_spans(version, parent, directions):
        first += [dim(" · "), *piece]
    not_saved = tuple(warnings(version, parent))
    noted = [line("  ", dim(n)) for n in notes]
    found = list(finding_lines(findings, version)) if findings is not None else []
    earlier = [_late(f) for f in late]
    lines = [*earlier, line(*first), *found, *not_saved, *unknown, *noted]
    is_warned = bool(earlier or found or not_saved or noted)
    warned = (*earlier, line(strong(version.name)), *found, *not_saved, *noted)
    aside = Document(warned, f"version {version.name}") if is_warned else None
    return Shown(Document(tuple(lines), f"version {version.name}"), version, aside)


def finding_lines(findings: Findings, version: Version) -> Iterator[TextLine]:
    """Yield the gravest finding that the version brought in, the number of the others, and what was not checked."""
    new = [f for level in LEVELS for f in findings.of(level) if f.since == version.name]
    for finding in new[:1]:
        yield line("  ", *_finding(finding))
    counts = [(sum(f.level == level for f in new[1:]), level) for level in LEVELS]
    more = " and ".join(plural(n, level) for n, level in counts if n)
    if more:
        yield line(dim(f"    {more} more: "), Span(new[0].command.rpartition(" ")[0], "code"))
    if findings.unchecked:
        yield _unchecked(findings, version)


def _late(finding: Finding) -> TextLine:
    """A finding about an earlier version, which was checked after its commit was answered."""
    return line(dim(f"{finding.since}, checked since: "), *_finding(finding))


def _finding(finding: Finding) -> Iterator[str | Span]:
    is_alarm = finding.level == "alarm"
    yield Span("! ", "bad", "alarm") if is_alarm else dim("note: ")
    yield Span(finding.text, "bad" if is_alarm else "plain")
    yield dim("  → ")
    yield Span(finding.command, "code")


def finding_summary(findings: Findings, version: Version) -> Iterator[TextLine]:
    """Yield every finding of a version, the gravest first, then the accepted ones and what was not checked."""
    for level in LEVELS:
        for finding in findings.of(level):
            sign = Span("! ", "bad", "alarm") if level == "alarm" else dim("note: ")
            since = dim(f" · since {finding.since}" if finding.since != version.name else "")
            yield line(sign, Span(finding.text, "bad" if level == "alarm" else "plain"), since)
    for finding in findings.found:
        if finding.accepted:
            yield line(dim(f"accepted: {finding.text} · {finding.accepted}"))
    if findings.unchecked:
        yield _unchecked(findings, version)


def _unchecked(findings: Findings, version: Version) -> TextLine:
    """The checks that did not fit into the time limit, with the command that runs them."""
    before = "HEAD~1" if version.parents else version.name
    command = f"%mv_diff {before} {'HEAD' if version.parents else version.name}"
    return line(dim(f"  not checked yet: {some(findings.unchecked)} · "), Span(command, "code"))


def warnings(version: Version, parent: Version | None = None) -> Iterator[TextLine]:
    """Yield lines about names that were not saved or will be restored differently.

    New ones are listed in full, and earlier ones are summarized in one line.
    """
    known = set(parent.skipped) if parent else set()
    yield from skipped_lines([s for s in version.skipped if s not in known])
    before = [s.name for s in version.skipped if s in known]
    if before:
        yield line(Span(f"  {len(before)} not kept, as before: ", "warn"), some(before))
    noted = {(k.name, note) for k in parent.kept.values() for note in k.notes} if parent else set()
    yield from _kept_notes(version, noted)


def _kept_notes(version: Version, known: Collection[tuple[str, str]]) -> Iterator[TextLine]:
    """Yield a line for each new note about how saved values will differ when they are restored."""
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


def metric_spans(
    version: Version, parent: Version | None = None, directions: Mapping[str, Direction] | None = None
) -> Iterator[tuple[str | Span, ...]]:
    """Yield each metric with its change since the parent: "acc 0.91 (+0.02)", styled good or bad by its direction."""
    for name, value in version.metrics.items():
        before = parent.metrics.get(name) if parent else None
        step = change(before, value) if before is not None else ""
        style = "dim" if before is None else verdict(value - before, (directions or {}).get(name))
        yield (f"{name} ", strong(number(value)), Span(f" ({step})" if step else "", style))


def verdict(step: float, direction: Direction | None) -> Style:
    """The style of a change: "good" or "bad"; "dim" without a change or with an unknown direction."""
    if direction not in ("higher", "lower") or not step or math.isnan(step):
        return "dim"
    return "good" if (step > 0) == (direction == "higher") else "bad"


def unknown_lines(versions: Sequence[Version], directions: Mapping[str, Direction]) -> Iterator[TextLine]:
    """Yield a line for each metric without a direction, with the option that states it."""
    for name, direction in directions.items():
        values = [v.metrics[name] for v in versions if name in v.metrics]
        if direction == "unknown" and values:
            yield line("  ", dim(f"direction of '{name}' unknown: --metric {name}={values[-1]:g}:lower (or :higher)"))


def skipped_lines(skipped: Sequence[Skipped], before: str = "  not kept: ") -> Iterator[TextLine]:
    """Yield the names that were not saved, the path of the object responsible, and the reason.

    Equal reasons share a line.
    """
    together: dict[tuple[str, str], list[str]] = {}
    for s in skipped:
        where = f" at {s.path}" if s.path and s.path != s.name else ""
        together.setdefault((where, s.reason), []).append(s.name)
    for (where, reason), names in together.items():
        yield line(Span(before, "warn"), strong(some(names)), dim(where), f": {reason}")
