"""Short answers: results of verify, gc, forget, backup and export, settings, and single sentences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, CodeBlock, Document, Fold, Span, Table, TableRow, dim, line, spans, strong
from nbmodelver.views.figures import ago, plural, size
from nbmodelver.views.shown import Shown
from nbmodelver.views.values import value_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbmodelver.model import GcReport, Json, Problem, Version


def verify(problems: Sequence[Problem], checked: str = "", *, whole: bool = False) -> Shown:
    """The problems, or that there are none.

    checked: what was checked, such as "structure of 12 versions". whole: True if every byte was checked, so that a
    version that is not listed is intact.
    """
    said = dim(f" · checked: {checked}" if checked else "")
    if not problems:
        return Shown(Document((line(Span("no problems", "good"), said),), "verify"), [])
    rows = tuple(
        TableRow((p.version, strong(p.name) if p.name else "", Span(damage(p)[0], "bad"), Span(damage(p)[1], "code")))
        for p in problems[:_SHOWN_PROBLEMS]
    )
    first = line(Span(plural(len(problems), "problem"), "bad"), said)
    table = Table(("version", "variable", "what", "object"), rows)
    more = f"{len(problems) - len(rows):,} more · " if len(rows) < len(problems) else ""
    rest = "" if more else "versions not listed here are intact · " if whole else "--full also checks the rest · "
    last = line(dim(f"{more}{rest}%mv_repair shows what can be recovered"))
    return Shown(Document((first, table, last), "verify"), list(problems))


def damage(problem: Problem) -> tuple[str, str]:
    """Return the damage and the damaged object of a problem.

    For "pack packs/0a is damaged: its end is missing" the text after "damaged" is the problem.
    """
    where, damaged, what = problem.what.partition(" is damaged")
    if not damaged:
        return problem.what, problem.object
    return f"damaged{what}", where.removeprefix("the ") if problem.object in ("record", "ref") else problem.object


def gc(report: GcReport) -> Shown:
    """The data that gc removed or would remove."""
    if not report.freed_bytes and not report.packs and not report.parts and not report.left_packs:
        said = line("nothing to remove", dim(f" · {size(report.kept_bytes)} in use"))
        return Shown(Document((said,), "gc"), report)
    verb = "would remove" if report.dry_run else "removed"
    what = f"{plural(report.parts, 'part')} in {plural(report.packs, 'pack')}"
    about, stay = "" if report.exact else "about ", dim(f" · {size(report.kept_bytes)} stay")
    if report.freed_bytes < 0:
        more = strong(f"{about}{size(-report.freed_bytes)} more")
        said = line(f"{verb} {what}; deltas that used them as base take ", more, stay)
    else:
        said = line(f"{verb} ", strong(f"{about}{size(report.freed_bytes)}"), f" ({what})", stay)
    return Shown(Document((said, *_left(report)), "gc"), report)


def _left(report: GcReport) -> list[Block]:
    """Files that another program has open."""
    if not report.left_packs:
        return []
    count = plural(report.left_packs, "file")
    return [line(f"{count} cannot be deleted, as another program has it open; the next gc deletes it")]


def forgotten(
    versions: Sequence[Version],
    value: object,
    *,
    kept: int,
    protected: Sequence[tuple[str, str]] = (),
    freed_bytes: int | None = None,
    garbage_bytes: int = 0,
    exact: bool = True,
    over_bytes: int = 0,
    dry_run: bool = False,
) -> Shown:
    """Which versions were forgotten, and what gc then frees.

    protected: versions that stay although no rule keeps them. over_bytes: by how much the remaining versions exceed the
    budget; 0 if they fit.
    """
    verb = "would be forgotten" if dry_run else "forgotten"
    blocks: list[Block] = [line(strong(plural(len(versions), "version")), f" {verb}", dim(f" · {kept:,} stay"))]
    if versions:
        rows = [
            TableRow((strong(v.name), dim(ago(v.saved_at_utc), v.saved_at_utc), v.message or v.auto)) for v in versions
        ]
        table = Table(("", "", ""), tuple(rows))
        few = len(rows) <= _SHOWN_ROWS
        blocks.append(table if few else Fold(spans(dim("which")), (table,), in_text=len(rows) <= 10 * _SHOWN_ROWS))
    if protected:
        blocks.append(
            line(dim("stay although no rule keeps them: " + "; ".join(f"{n} ({why})" for n, why in protected)))
        )
    if over_bytes:
        blocks.append(line(dim(f"versions that always stay need {size(over_bytes)}, which is more than that size")))
    if freed_bytes is not None:
        blocks.append(line(*_freed(freed_bytes, garbage_bytes, exact)))
    elif versions:
        blocks.append(line(dim("gc frees their data after an hour, or now with %mv_gc --now; --undo restores them")))
    return Shown(Document(tuple(blocks), "forgotten versions"), value)


_SHOWN_ROWS = 20
_SHOWN_PROBLEMS = 100


def _freed(freed_bytes: int, garbage_bytes: int, exact: bool) -> list[str | Span]:
    about = "" if exact else "about "
    if freed_bytes < 0:
        return [
            "gc would need ",
            strong(f"{about}{size(-freed_bytes)}"),
            " more: other versions are stored as deltas of this data",
        ]
    exactly = f" ({freed_bytes:,} bytes)" if freed_bytes >= 1000 else ""
    also = f" and {size(garbage_bytes)} that no version needs" if garbage_bytes > 0 else ""
    return ["gc would free ", strong(f"{about}{size(freed_bytes)}"), dim(f"{exactly}{also}")]


def backed_up(
    value: object, folder: str, versions: int, *, files: int, copied_bytes: int, problems: Sequence[Problem]
) -> Shown:
    """The outcome of a backup."""
    what = f"{plural(files, 'file')}, {size(copied_bytes)}" if files else "nothing new"
    said = line(strong(plural(versions, "version")), " in ", Span(folder, "code"), dim(f" · copied: {what}, checked"))
    if not problems:
        return Shown(Document((said,), "backup"), value)
    rows = tuple(TableRow((Span("not copied", "bad"), Span(p.object, "code"), damage(p)[0])) for p in problems)
    hint = line(dim("the store itself is damaged: %mv_repair shows what can be recovered"))
    return Shown(Document((said, Table(("", "", ""), rows), hint), "backup"), value)


def config(settings: Mapping[str, Json]) -> Shown:
    """Settings and their values."""
    rows = tuple(TableRow((strong(k), Span(value_text(v), "code"))) for k, v in settings.items())
    return Shown(Document((Table(("", ""), rows),), "settings"), dict(settings))


def exported(path: str, size_bytes: int, what: str) -> Shown:
    """The path and size of a bundle that was written. what: the name of the version."""
    said = line(strong(what), " written to ", Span(path, "code"), dim(f" · {size(size_bytes)}"))
    return Shown(Document((said,), "export"), path)


def as_json(value: object, data: Json) -> Shown:
    """A result as JSON text, for scripts."""
    lines = json.dumps(data, indent=1, ensure_ascii=False).splitlines()
    return Shown(Document((CodeBlock(tuple(lines), whole=True),), "JSON"), value)


def code(text: str, label: str, value: object = None) -> Shown:
    """A text that a program reads, such as an example of a file. value: None for the text itself."""
    block = CodeBlock(tuple(text.splitlines()), whole=True)
    return Shown(Document((block,), label), text if value is None else value)


def sentence(*pieces: str | Span, value: object = None) -> Shown:
    """One line of text around any result."""
    return Shown(Document((line(*pieces),), ""), value)
