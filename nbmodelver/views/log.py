"""The history: one row per version, newest first, optionally with a graph of forks and merges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import (
    Block,
    Cell,
    Document,
    Span,
    Table,
    TableRow,
    dim,
    line,
    strong,
    without_empty,
)
from nbmodelver.views.figures import ago, number, plural, size
from nbmodelver.views.refs import RefLabels
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from nbmodelver.model import Version, VersionId

MAX_METRICS = 3

OPEN_END = "…"
"""In the graph: a parent of the version is not listed, so the version below is not its parent."""


def log(
    versions: Sequence[Version],
    refs: RefLabels | None = None,
    *,
    graph: bool = False,
    more: int = 0,
    now: datetime | None = None,
    metric: str = "",
    alarms: Mapping[VersionId, str] | None = None,
    states: Mapping[VersionId, str] | None = None,
    hidden: int = 0,
) -> Shown:
    """The versions in the given order.

    more: number of further versions that are not shown. metric: gets a column of its own; the versions are sorted by
    it. alarms: version -> sentence of the alarm that it brought in; it is marked. states: version -> why it must not be
    used. hidden: number of archived versions that are not listed.
    """
    refs = refs or RefLabels()
    if not versions:
        return Shown(Document((line(dim("no versions")),), "history"), [])
    drawn = lanes(versions) if graph else [""] * len(versions)
    metrics = tuple(dict.fromkeys([*([metric] if metric else []), *_metric_names(versions)]))[:MAX_METRICS]
    marks, why_not = alarms or {}, states or {}
    people = _People(versions)
    rows = tuple(
        _row(v, refs, lane, metrics, people, now=now, marks=_marks(v, marks.get(v.id, ""), why_not.get(v.id, "")))
        for v, lane in zip(versions, drawn, strict=True)
    )
    heads = ("", "", "", "", "message", "variables", *metrics, "new", "")
    table = Table(heads, rows, right=frozenset(range(6, 7 + len(metrics))))
    blocks: list[Block] = [without_empty(table)]
    if any(OPEN_END in lane for lane in drawn):
        blocks.append(line(dim(f"{OPEN_END} a parent of this version is not shown")))
    if hidden:
        blocks.append(line(dim(f"{plural(hidden, 'archived version')} not listed: --all lists them")))
    if more:
        blocks.append(
            line(dim(f"{plural(more, 'version' if metric else 'older version')} not shown: --limit N shows more"))
        )
    return Shown(Document(tuple(blocks), "history"), list(versions))


class _People:
    """What tells versions of several people apart: the author, and the id of a version whose number another one has."""

    def __init__(self, versions: Sequence[Version]) -> None:
        numbers = [v.number for v in versions]
        self._repeated = {n for n in numbers if numbers.count(n) > 1} if len(set(numbers)) < len(numbers) else set()
        self._are_several = len({v.author for v in versions}) > 1

    def name(self, version: Version) -> Cell:
        """The name, with the start of the id if it is not unique."""
        if version.number not in self._repeated:
            return strong(version.name)
        return strong(version.name), dim(f" {version.id[:8]}", "the start of the id, which names this version alone")

    def author(self, version: Version) -> tuple[Span, ...]:
        """The author, if the versions are those of several people."""
        return (dim(f" · {version.author}"),) if self._are_several and version.author else ()


def _row(
    version: Version,
    refs: RefLabels,
    lane: str,
    metrics: Sequence[str],
    people: _People,
    *,
    now: datetime | None,
    marks: Cell,
) -> TableRow:
    figures: list[Cell] = [number(version.metrics[m]) if m in version.metrics else "" for m in metrics]
    return TableRow(
        (
            Span(lane, "graph"),
            people.name(version),
            dim(ago(version.saved_at_utc, now), version.saved_at_utc),
            refs.labels(version.id),
            (
                Span(version.message) if version.message else dim(f"({version.auto})" if version.auto else ""),
                *people.author(version),
            ),
            _names(version),
            *figures,
            dim(size(version.new_bytes), f"{size(version.raw_bytes)} uncompressed"),
            marks,
        ),
        "current" if version.id == refs.head else "",
    )


def _marks(version: Version, alarm: str, state: str) -> Cell:
    """The deprecation and the alarm of a version, and the number of variables that were not kept."""
    found = [Span(state, "warn", state)] if state else []
    found += [Span(f"! {alarm}", "bad", alarm)] if alarm else []
    found += [Span(f"{len(version.skipped)} not kept", "warn")] if version.skipped else []
    return tuple(piece for at, one in enumerate(found) for piece in ((dim(" · "), one) if at else (one,)))


def _names(version: Version) -> Span:
    names = version.names
    shown = ", ".join(names[:4]) + (f" +{len(names) - 4}" if len(names) > 4 else "")
    return Span(shown, "code", ", ".join(names) if len(names) > 4 else "")


def _metric_names(versions: Sequence[Version]) -> tuple[str, ...]:
    """The metrics that most of the versions have, most frequent first."""
    counts: dict[str, int] = {}
    for version in versions:
        for name in version.metrics:
            counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts, key=lambda n: -counts[n])[:MAX_METRICS])


def lanes(versions: Sequence[Version]) -> list[str]:
    """The graph, one string per version: "●" in its lane, "│" for other lanes, corners where lanes meet.

    A lane follows one line of descent and waits for its next older version. It ends at a version whose parent is not
    listed; OPEN_END after the lanes of this version says so.
    """
    listed = {v.id for v in versions}
    waiting: list[VersionId | None] = []
    drawn = []
    for version in versions:
        own = waiting.index(version.id) if version.id in waiting else _placed(waiting, version.id)
        ends = [i for i, w in enumerate(waiting) if w == version.id and i != own]
        passing = [w is not None for w in waiting]
        parents = [p for p in version.parents if p in listed]
        for i in ends:
            waiting[i] = None
        waiting[own] = parents[0] if parents else None
        joined = [waiting.index(p) if p in waiting else _placed(waiting, p) for p in parents[1:]]
        picture = _picture(passing, own, ends, joined)
        drawn.append(picture if len(parents) == len(version.parents) else f"{picture} {OPEN_END}")
        while waiting and waiting[-1] is None:
            waiting.pop()
    width = max(map(len, drawn), default=0)
    return [d.ljust(width) for d in drawn]


def _placed(waiting: list[VersionId | None], version: VersionId) -> int:
    """The number of the first free lane, which now waits for the version."""
    at = waiting.index(None) if None in waiting else len(waiting)
    waiting[at : at + 1] = [version]
    return at


def _picture(passing: Sequence[bool], own: int, ends: Sequence[int], joined: Sequence[int]) -> str:
    touched = [own, *ends, *joined]
    near, far = min(touched), max(touched)
    out = ""
    for i in range(max(len(passing), far + 1)):
        passes = i < len(passing) and passing[i]
        lane = "│" if passes else " "
        if i == own:
            lane = "●"
        elif i in ends:
            lane = "╯"
        elif i in joined:
            lane = ("┤" if passes else "╮") if i > own else ("├" if passes else "╭")
        elif near < i < far:
            lane = "┼" if passes else "─"
        out += lane + ("─" if near <= i < far else " ")
    return out.rstrip()
