"""The comparison of fresh data with the training set of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong
from nbmodelver.views.diff import section_blocks
from nbmodelver.views.figures import ago, plural
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model.monitoring import LastMonitored, Monitored


def monitored(found: Monitored) -> Shown:
    """The outcome in one line, then the columns that drifted, and what else differs."""
    columns = len({d.column for d in found.drifts if d.verdict != "extreme values"})
    of = f"{columns} of {plural(found.compared, 'column')} drifted since training"
    said = Span(of, "bad" if found.failed else "plain") if columns else Span("no drift", "good")
    rows = f" · {found.rows[1]:,} rows, trained on {found.rows[0]:,} ({found.name})"
    blocks: list[Block] = [line(strong(found.shown), ": ", said, dim(rows))]
    if found.section is not None and found.section.rows:
        blocks += section_blocks(found.section)
    else:
        blocks += [line(dim(note)) for note in found.notes]
    return Shown(Document(tuple(blocks), "monitoring"), found)


def last_monitored(found: Sequence[LastMonitored]) -> Shown:
    """The newest outcome of each version."""
    if not found:
        hint = dim(" · compare: %mv_monitor FILE --model churn@production")
        return Shown(Document((line("nothing was compared yet", hint),), "monitoring"), [])
    rows = tuple(
        TableRow(
            (
                strong(m.shown), Span("no drift", "good") if m.passed else Span(m.said, "bad"),
                Span(m.source, "code"), dim(ago(m.at_utc), m.at_utc), dim(m.by),
            )
        )
        for m in found
    )  # fmt: skip
    return Shown(Document((Table(("version", "", "data", "compared", "by"), rows),), "monitoring"), list(found))
