"""Schedules: the list with the newest runs, and what is installed or to install."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, CodeBlock, Document, Span, Table, TableRow, dim, line, strong, without_empty
from nbmodelver.views.figures import ago, duration
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model.schedules import Schedule, ScheduleChange, ScheduledRun


def schedules(found: Sequence[Schedule], idle: Sequence[str] = ()) -> Shown:
    """The schedules of a store, each with its newest run. idle: what runs in the pauses of this notebook."""
    blocks: list[Block] = []
    if found:
        rows = tuple(
            TableRow(
                (
                    strong(s.name), s.task if s.task != s.name else "", s.when, _arguments(s), _place(s),
                    *(_run(s.run) if s.run is not None else (dim("never ran"), "")),
                )
            )
            for s in found
        )  # fmt: skip
        blocks.append(without_empty(Table(("name", "task", "due", "arguments", "by", "last run", ""), rows)))
        blocks += [line(Span(s.missed, "warn")) for s in found if s.missed]
    blocks += [line(text, dim(" · in this notebook, until the kernel ends")) for text in idle]
    if not blocks:
        hint = dim(" · print what to install: %mv_schedule backup daily FOLDER")
        blocks.append(line("nothing is scheduled", hint))
    return Shown(Document(tuple(blocks), "schedules"), list(found))


def _arguments(one: Schedule) -> str | Span:
    return Span(" ".join(one.words), "code") if one.words else ""


def _place(one: Schedule) -> str | Span:
    if not one.is_mine:
        return dim(f"{one.by or 'someone'} on {one.host or 'another machine'}")
    if one.is_installed is False:
        return Span(f"no longer in {one.how}", "warn")
    return "by hand" if one.how == "hand" else one.how


def _run(run: ScheduledRun) -> Iterator[str | Span]:
    yield dim(ago(run.at_utc), run.at_utc)
    yield Span(f"failed: {run.said}", "bad") if run.outcome == "failed" else run.said


def schedule_change(done: ScheduleChange, *, is_installed: bool) -> Shown:
    """What was installed or removed, or the lines to install by hand."""
    one = done.schedule
    if done.is_removed:
        where = f" from {', '.join(done.places)}" if done.places else ""
        said = line(strong(one.name), f" removed{where}", *[dim(f" · {note}") for note in done.notes])
        return Shown(Document((said,), "schedule"), done)
    blocks: list[Block] = []
    if is_installed:
        into = "the crontab" if one.how == "cron" else done.places[-1]
        blocks.append(line(strong(one.name), f" runs {one.when} · in ", Span(into, "code")))
        blocks += [line(dim(note)) for note in done.notes]
        return Shown(Document(tuple(blocks), "schedule"), done)
    for text, place in zip(done.lines, done.places, strict=True):
        where = "add it with: " if one.how == "cron" else "write it to: "
        blocks += [line(dim(where), Span(place, "code")), CodeBlock(tuple(text.splitlines()), whole=True)]
    blocks += [line(dim(note)) for note in done.notes]
    blocks.append(line(dim("nothing is installed · --install does it")))
    return Shown(Document(tuple(blocks), "schedule"), done)


def scheduled_run(one: Schedule, run: ScheduledRun) -> Shown:
    """The outcome of a run in one line."""
    said = f" {run.outcome} in {duration(run.duration_s)}"
    return Shown(Document((line(strong(one.name), said, dim(f" · {run.said}")),), "scheduled run"), run)
