"""The checks of a pipeline, and notebooks compared with their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Mark, Span, Table, TableRow, dim, line, strong, without_empty
from nbmodelver.views.figures import plural
from nbmodelver.views.registry import gates
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model.pipelines import CheckedNotebook, PipelineCheck

MARKS: dict[str, Mark] = {"same": "same", "skipped": "", "failed": "removed"}


def ci_checked(found: PipelineCheck) -> Shown:
    """The outcome in one line, and a row for each check; the way out of those that failed."""
    failed = found.failed
    what = f"{found.target.address} to {found.stage or 'a stage'}" if found.target is not None else "store"
    said = Span(f"{plural(len(failed), 'check')} failed", "bad") if failed else Span("all checks pass", "good")
    there = dim(" · it is there already") if found.is_there else ""
    blocks: list[Block] = [line(strong(what), ": ", said, there), gates(found.results)]
    blocks += [line(dim(f"{r.gate}: {r.hint}")) for r in failed if r.hint]
    return Shown(Document(tuple(blocks), "pipeline"), found)


def checked_notebooks(found: Sequence[CheckedNotebook]) -> Shown:
    """A row for each notebook that differs or was not compared, and the number of all."""
    failed = [n for n in found if n.outcome == "failed"]
    same = sum(n.outcome == "same" for n in found)
    first = Span(f"{plural(len(failed), 'notebook')} failed", "bad") if failed else Span("no notebook differs", "good")
    blocks: list[Block] = [line(first, dim(f" · {same} as in their versions · {plural(len(found), 'file')}"))]
    rows = tuple(
        TableRow((strong(n.path), n.version, n.said, dim(n.hint)), MARKS[n.outcome])
        for n in found
        if n.outcome != "same"
    )
    if rows:
        blocks.append(without_empty(Table(("", "", "", ""), rows)))
    return Shown(Document(tuple(blocks), "notebooks"), list(found))
