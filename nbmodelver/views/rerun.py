"""Renders the plan and the result of a re-run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import (
    Block,
    Document,
    Fold,
    Mark,
    Span,
    Style,
    Table,
    TableRow,
    dim,
    line,
    spans,
    strong,
    title,
    without_empty,
)
from nbmodelver.views.figures import duration, plural
from nbmodelver.views.html import to_html
from nbmodelver.views.shown import Shown
from nbmodelver.views.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model.rerun import Agreed, Rerun, RerunItem, RerunPlan

LOOKS: dict[Agreed, tuple[Style, Mark]] = {
    "bit-identical": ("good", "same"),
    "numerically equal": ("good", "same"),
    "cannot tell": ("warn", "changed"),
    "different": ("bad", "changed"),
    "missing": ("bad", "removed"),
}
MOST_NAMES = 12
MOST_LACKS = 3
PLURALS = {"metric": "Metrics", "variable": "Variables", "output": "Outputs"}


def rerun(found: Rerun) -> Shown:
    """The verdict in one line, then what differs with its cause; a plan if nothing ran."""
    blocks = list(_plan(found.plan) if not found.runs else _result(found))
    return Shown(Document(tuple(blocks), f"re-run of {found.plan.version.name}"), found)


def rerun_page(found: Rerun) -> str:
    """The result as a whole HTML page without scripts or addresses."""
    heading = visible(f"Re-run of {found.plan.version.name}").replace("&", "&amp;").replace("<", "&lt;")
    body = to_html(rerun(found).document)
    style = "body{font-family:system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}"
    scheme = '<meta name="color-scheme" content="light dark">'
    head = f'<meta charset="utf-8">{scheme}<title>{heading}</title><style>{style}</style>'
    return f"<!doctype html>\n<html lang=en><head>{head}</head><body>{body}</body></html>\n"


def rerun_lacks(plan: RerunPlan) -> str:
    """What the record lacks, in one line of plain text for the time before a re-run; "" if it lacks nothing."""
    if not plan.lacks:
        return ""
    left = len(plan.lacks) - MOST_LACKS
    more = f"; and {left} more" if left > 0 else ""
    return visible(f"lacks: {'; '.join(plan.lacks[:MOST_LACKS])}{more}")


def _plan(plan: RerunPlan) -> Iterator[Block]:
    cells = plural(plan.cells, "cell")
    yield line("would run ", strong(cells), f" of {plan.version.name} in {plan.environment}")
    yield from _beforehand(plan)
    packages = [f"{name} {release}" for name, release in plan.packages.items()]
    if packages:
        yield line(dim(f"imports {_some(packages)}"))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{more}"


def _beforehand(plan: RerunPlan) -> Iterator[Block]:
    """Yield what was known before anything ran: differences of the environment, gaps of the record, files."""
    yield from (line(Span("differs: ", "warn"), text) for text in plan.differences)
    yield from (line(Span("the record lacks: ", "warn"), text) for text in plan.lacks)
    if plan.recorded_files:
        yield line(dim(f"reads as recorded: {_some(plan.recorded_files)}"))
    if plan.files:
        yield line(dim(f"reads as they are now: {_some(plan.files)}"))


def _result(found: Rerun) -> Iterator[Block]:
    style = LOOKS[found.agreed][0]
    runs = f"ran {plural(found.runs, 'time')}" if found.runs > 1 else "ran once"
    counted = f"{plural(found.plan.cells, 'cell')} in {duration(found.duration_s)}"
    said = "reproduced" if found.is_reproduced else "not reproduced" if found.agreed != "cannot tell" else "cannot tell"
    exact = f", {found.agreed}" if found.is_reproduced else ""
    yield line(strong(found.plan.version.name), " ", Span(f"{said}{exact}", style), dim(f" · {counted} · {runs}"))
    if found.ended:
        yield line(Span(f"ended early: {found.ended}", "bad"))
    yield line(dim(f"in {found.plan.environment}, Python {found.plan.python}"))
    yield from _beforehand(found.plan)
    for what, heading in PLURALS.items():
        items = [i for i in found.items if i.what == what]
        if items:
            yield from _items(heading, items)


def _items(heading: str, items: Sequence[RerunItem]) -> Iterator[Block]:
    same = [i for i in items if i.agreed == "bit-identical"]
    others = [i for i in items if i.agreed != "bit-identical"]
    yield title(heading, level=2)
    if others:
        yield without_empty(Table(("", "verdict", "what differs", "likely cause"), tuple(map(_row, others))))
    if same:
        names = ", ".join(i.name for i in same)
        count = f"{len(same)} of {len(items)} bit-identical"
        if others:
            yield Fold(spans(dim(count)), (line(names),), in_text=False)
        else:
            yield line(Span("bit-identical: ", "good"), names if len(names) < 200 else count)


def _row(item: RerunItem) -> TableRow:
    style, mark = LOOKS[item.agreed]
    cause = f"{item.cause} (tested)" if item.is_tested else item.cause
    return TableRow((strong(item.name), Span(item.agreed, style), item.detail, cause), mark)
