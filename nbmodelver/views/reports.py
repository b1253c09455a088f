"""Short answers: what verify found, what gc removed, settings, an exported file, one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Document, Row, Span, Table, dim, line, strong
from nbmodelver.views.figures import plural, size
from nbmodelver.views.shown import Shown
from nbmodelver.views.values import value_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import GcReport, Json, Problem


def verify(problems: Sequence[Problem], checked: str = "") -> Shown:
    """The problems, or that there are none. checked: what was looked at, "structure of 12 versions"."""
    said = dim(f" · checked: {checked}" if checked else "")
    if not problems:
        return Shown(Document((line(Span("no problems", "good"), said),), "verify"), [])
    rows = tuple(
        Row((Span(p.what, "bad"), Span(p.object, "code"), p.version, strong(p.name) if p.name else ""))
        for p in problems
    )
    first = line(Span(plural(len(problems), "problem"), "bad"), said)
    table = Table(("what", "object", "version", "name"), rows)
    return Shown(Document((first, table, line(dim("versions not named here are whole"))), "verify"), list(problems))


def gc(report: GcReport) -> Shown:
    """What was or would be removed."""
    if not report.freed_bytes and not report.packs and not report.parts:
        said = line("nothing to remove", dim(f" · {size(report.kept_bytes)} in use"))
        return Shown(Document((said,), "gc"), report)
    verb = "would remove" if report.dry_run else "removed"
    what = f"{plural(report.parts, 'part')} in {plural(report.packs, 'pack')}"
    said = line(f"{verb} ", strong(size(report.freed_bytes)), f" ({what})", dim(f" · {size(report.kept_bytes)} stay"))
    return Shown(Document((said,), "gc"), report)


def config(settings: Mapping[str, Json]) -> Shown:
    """Settings and their values."""
    rows = tuple(Row((strong(k), Span(value_text(v), "code"))) for k, v in settings.items())
    return Shown(Document((Table(("", ""), rows),), "settings"), dict(settings))


def exported(path: str, size_bytes: int, what: str) -> Shown:
    """Where a bundle went. what: the version's name."""
    said = line(strong(what), " written to ", Span(path, "code"), dim(f" · {size(size_bytes)}"))
    return Shown(Document((said,), "export"), path)


def sentence(*pieces: str | Span, value: object = None) -> Shown:
    """One line of text around any result."""
    return Shown(Document((line(*pieces),), ""), value)
