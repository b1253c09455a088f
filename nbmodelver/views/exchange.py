"""Exports to other systems and imports from them: what was written, what does not arrive, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong
from nbmodelver.views.figures import plural, size
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model.exchange import ImportedVersion, LeftOut, SystemExport, SystemImport

MOST_ROWS = 20
MOST_LINES = 12


def exported_to(done: SystemExport) -> Shown:
    """An export: one line, then what does not arrive as it is, and notes. A dry run has a row for each version."""
    return Shown(Document(tuple(_exported(done)), "exchange"), done)


def _exported(done: SystemExport) -> Iterator[Block]:
    written = [one for one in done.versions if one.status != "again"]
    again = len(done.versions) - len(written)
    verb = "would write" if done.dry_run else "wrote"
    pieces = [
        f"{plural(len(written), 'version')} ({size(sum(one.size_bytes for one in written))})" if written else "",
        f"{again} already there" if again else "",
    ]
    what = " · ".join(filter(None, pieces)) if written else "has everything"
    yield line(*((strong(done.target), f" {what}") if not written else (f"{verb} ", what, " to ", strong(done.target))))
    if done.dry_run and written:
        rows = [TableRow((one.name, size(one.size_bytes))) for one in written[:MOST_ROWS]]
        yield Table(("version", "size"), tuple(rows))
        yield from _more(len(written) - MOST_ROWS)
    proofs = [one for one in written if one.proof]
    if proofs:
        yield line(dim(f"{proofs[-1].name}: {proofs[-1].proof}"))
    yield from _lines(done.labels)
    yield from _left_out(done.left_out)
    yield from _lines(done.notes)


def imported_from(done: SystemImport) -> Shown:
    """An import: one line, a row for each new version, then what does not come in, and notes."""
    return Shown(Document(tuple(_imported(done)), "exchange"), done)


def _imported(done: SystemImport) -> Iterator[Block]:
    new = [one for one in done.versions if one.status != "again"]
    again = len(done.versions) - len(new)
    if not new:
        yield line(f"nothing new in {done.source}", dim(f" · {plural(again, 'version')} already here"))
    else:
        verb = "would import" if done.dry_run else "imported"
        known = dim(f" · {again} already here") if again else ""
        yield line(f"{verb} {plural(len(new), 'version')} from ", strong(done.source), known)
    rows = [_row(one) for one in new[:MOST_ROWS]]
    if rows:
        yield Table(("version", "there", "variables", ""), tuple(rows))
        yield from _more(len(new) - MOST_ROWS)
    yield from _left_out(done.left_out)
    yield from _lines(done.notes)


def _row(one: ImportedVersion) -> TableRow:
    state = Span(f"needs trust: %mv_trust {one.name}", "warn") if one.untrusted else ""
    if one.status == "changed":
        state = "changed there"
    return TableRow((strong(one.name) if one.name else dim("new"), one.title, ", ".join(one.values), state))


def _left_out(left_out: Sequence[LeftOut]) -> Iterator[Block]:
    """Yield a line for each thing that does not arrive; the versions of equal ones together."""
    together: dict[tuple[str, str], list[str]] = {}
    for one in left_out:
        together.setdefault((one.what, one.why), []).append(one.version)
    for (what, why), versions in list(together.items())[:MOST_LINES]:
        names = versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"
        yield line(Span(f"{names}: {what}", "warn"), dim(f" · {why}"))
    yield from _more(len(together) - MOST_LINES)


def _lines(lines: Sequence[str]) -> Iterator[Block]:
    for text in lines[:MOST_LINES]:
        yield line(dim(text))
    yield from _more(len(lines) - MOST_LINES)


def _more(count: int) -> Iterator[Block]:
    if count > 0:
        yield line(dim(f"and {count} more"))
