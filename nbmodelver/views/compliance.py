"""The report for an audit: a short view of it, and one HTML page that loads nothing, for light, dark and paper."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong
from nbmodelver.views.shown import Shown
from nbmodelver.views.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbmodelver.model.reports import ComplianceReport, ReportTable

EVIDENCE = (
    "This report is evidence from the records of nbmodelver. It is no legal advice, it enforces nothing, and it proves "
    "nothing about acts outside nbmodelver."
)
STYLE = """
:root{color-scheme:light dark;--dim:#59636e;--rule:#d0d7de;--bad:#b3261e;--warn:#8a5a00;--good:#1a7f37;--back:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--dim:#9198a1;--rule:#3d444d;--bad:#ff7b72;--warn:#e3b341;--good:#3fb950;
--back:#151b23}}
body{font:15px/1.5 system-ui,sans-serif;max-width:78rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2.2rem 0 .4rem;border-bottom:1px solid var(--rule)}
.headline{font-weight:600}.damage{color:var(--bad)}.dim,.note{color:var(--dim)}
.note{margin:.2rem 0 .5rem;font-size:.92em}
.problem{color:var(--bad);font-weight:600}nav a{margin-right:.9rem;white-space:nowrap}a{color:inherit}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92em}
th,td{text-align:left;vertical-align:top;padding:.28rem .8rem .28rem 0;border-bottom:1px solid var(--rule)}
th{font-weight:600;color:var(--dim);white-space:nowrap}td{overflow-wrap:break-word;white-space:pre-line;
max-width:32rem}
.prevented{color:var(--good)}.visible{color:inherit}.not-covered,.unknown{color:var(--warn);white-space:nowrap}
pre{background:var(--back);padding:.8rem;overflow-x:auto;font-size:.8em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.6rem 0}dt{color:var(--dim)}
dd{margin:0;overflow-wrap:anywhere}
@page{size:A4 landscape;margin:12mm}
@media print{:root{--dim:#444;--rule:#bbb;--back:#fff}body{max-width:none;padding:0;font-size:8pt;color:#000;
background:#fff}nav,details{display:none}.wide{overflow:visible}h2{break-after:avoid}tr{break-inside:avoid}
thead{display:table-header-group}}
"""


def compliance(found: ComplianceReport, files: Sequence[str] = ()) -> Shown:
    """The headline, what is not known, and the number of rows of each table. files: that were written."""
    blocks: list[Block] = [
        line(strong("compliance report"), " · ", Span(found.headline, "bad" if found.damage else "plain"))
    ]
    if files:
        mark = found.checkpoint.fingerprint if found.checkpoint is not None else f"none: {found.no_checkpoint}"
        blocks += [line("  ", Span(path, "code")) for path in files]
        blocks.append(line("checkpoint ", strong(mark), dim(" · keep it where those who write the store cannot")))
    else:
        blocks.append(line(dim("nothing was written · as files: --to FOLDER")))
    blocks += [
        line(f"not known: {u.what}: {u.count:,}", dim(f" · {u.way_out}" if u.way_out else ""))
        for u in found.not_known
        if u.count is not None
    ]
    rows = tuple(TableRow((t.title, f"{len(t.rows):,}", Span(t.problem, "bad"))) for t in found.tables)
    blocks.append(Table(("table", "rows", ""), rows))
    return Shown(Document(tuple(blocks), "compliance report"), found)


def compliance_page(found: ComplianceReport) -> str:
    """The report as one HTML page. All text is escaped; the page has no script and loads nothing."""
    scope = found.scope or "all models"
    period = f"{found.since or 'the beginning'} to {found.until or found.at_utc[:10]}"
    facts = {
        "Scope": scope, "Period of events": period, "Store": found.store or "not known", "Made": found.at_utc,
        "Software": found.software, "Checkpoint": _checkpoint(found),
    }  # fmt: skip
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>Compliance report: {_safe(scope)}</title><style>{STYLE}</style></head><body>",
        f"<h1>Compliance report: {_safe(scope)}</h1>",
        f'<p class="headline{" damage" if found.damage else ""}">{_safe(found.headline)}</p>',
        f'<p class="dim">{EVIDENCE}</p>',
        "<dl>" + "".join(f"<dt>{_safe(k)}</dt><dd>{_safe(v)}</dd>" for k, v in facts.items()) + "</dl>",
        _contents(found.tables),
        *_damage(found),
        *_unknown(found),
        *_rules(found),
        *(_table(t) for t in found.tables),
        "<details><summary>Bill of materials (CycloneDX 1.6, JSON)</summary>",
        f"<pre>{_safe(json.dumps(found.bom, indent=1, ensure_ascii=False), lines=True)}</pre></details>",
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _checkpoint(found: ComplianceReport) -> str:
    if found.checkpoint is None:
        return f"none: {found.no_checkpoint}"
    return f"{found.checkpoint.fingerprint}, after {found.checkpoint.events:,} events"


def _contents(tables: Sequence[ReportTable]) -> str:
    links = [("not-known", "What is not known"), ("rules", "Rules"), *((t.id, t.title) for t in tables)]
    shown = (f'<a href="#{_safe(id_)}">{_safe(title)}</a>' for id_, title in links)
    return f"<nav>{' '.join(shown)}</nav>"


def _damage(found: ComplianceReport) -> Iterable[str]:
    if found.damage:
        items = "".join(f"<li>{_safe(one)}</li>" for one in found.damage)
        yield f'<h2 id="damage">Damage</h2><ul class="damage">{items}</ul>'


def _unknown(found: ComplianceReport) -> Iterable[str]:
    rows = [(_count(u.count), u.what, u.way_out) for u in found.not_known]
    yield f'<h2 id="not-known">What is not known</h2>{_rows(("number", "what", "way out"), rows, "unknown")}'


def _count(count: int | None) -> str:
    return "not countable" if count is None else f"{count:,}"


def _rules(found: ComplianceReport) -> Iterable[str]:
    yield '<h2 id="rules">Rules</h2>'
    yield (
        '<p class="note">prevented: our software refuses it, other software does not. visible: a record shows it '
        "afterwards. not covered: nothing here shows it.</p>"
    )
    body = "".join(
        f"<tr><td>{_safe(r.rule)}</td><td>{_safe(r.question)}</td><td>{_safe(r.evidence)}</td><td>{_safe(r.source)}</td>"
        f'<td class="{r.cover.replace(" ", "-")}">{_safe(r.cover)}</td></tr>'
        for r in found.rules
    )
    yield _framed(("rule", "question", "evidence", "where it comes from", "cover"), body)


def _table(table: ReportTable) -> str:
    note = f'<p class="note">{_safe(table.note)}</p>' if table.note else ""
    problem = f'<p class="problem">{_safe(table.problem)}</p>' if table.problem else ""
    body = _rows(table.columns, table.rows) if table.rows else f"<p>{_safe(table.empty)}</p>"
    return f'<h2 id="{_safe(table.id)}">{_safe(table.title)}</h2>{note}{problem}{body}'


def _rows(columns: Sequence[str], rows: Iterable[Sequence[str]], style: str = "") -> str:
    first = f' class="{style}"' if style else ""
    body = "".join(
        f"<tr><td{first}>" + "</td><td>".join(_safe(cell, lines=True) for cell in row) + "</td></tr>" for row in rows
    )
    return _framed(columns, body)


def _framed(columns: Sequence[str], body: str) -> str:
    head = "".join(f'<th scope="col">{_safe(c)}</th>' for c in columns)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _safe(text: object, *, lines: bool = False) -> str:
    return escape(visible(text, lines=lines), quote=True)
