"""The history of a variable, its origin, and the best version by a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nbmodelver.views.blocks import Block, CodeBlock, Document, Mark, Span, Table, TableRow, dim, line, strong
from nbmodelver.views.figures import ago, number, plural, size
from nbmodelver.views.shown import Shown
from nbmodelver.views.values import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from nbmodelver.model import Blame, CellInput, Kept, MakingCell, Status, TableCellBlame, Version, VersionId


class NameStep(Protocol):
    """A version in which a name is new, changed or removed. same_as: an older version with an equal value, or None."""

    @property
    def version(self) -> Version: ...  # noqa: D102  # fields
    @property
    def status(self) -> Status: ...  # noqa: D102
    @property
    def kept(self) -> Kept: ...  # noqa: D102
    @property
    def same_as(self) -> Version | None: ...  # noqa: D102


class NameSteps(Protocol):
    """The history of a name. changes: what changed in each step. more: the number of further steps."""

    @property
    def name(self) -> str: ...  # noqa: D102  # fields
    @property
    def steps(self) -> Sequence[NameStep]: ...  # noqa: D102
    @property
    def changes(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def more(self) -> int: ...  # noqa: D102


MARKS: dict[Status, Mark] = {"added": "added", "removed": "removed", "changed": "changed", "same": "same"}


def name_history(found: NameSteps, head: VersionId | None = None, now: datetime | None = None) -> Shown:
    """The versions in which a name changed. head: the current version, which is marked."""
    rows = tuple(_step(s, change, head, now) for s, change in zip(found.steps, found.changes, strict=True))
    blocks: list[Block] = [Table(("", "", "change", "size", "message"), rows, frozenset({3}))]
    if found.more:
        blocks.append(line(dim(f"{plural(found.more, 'older version')} not shown: --limit N shows more")))
    return Shown(Document(tuple(blocks), f"history of {found.name}"), found)


def _step(step: NameStep, change: str, head: VersionId | None, now: datetime | None) -> TableRow:
    version = step.version
    said = {"added": "new", "removed": "removed"}.get(step.status, change or "changed")
    if step.same_as is not None:
        said += f" (equal to {step.same_as.name})"
    return TableRow(
        (
            strong(f"{version.name} (HEAD)" if version.id == head else version.name),
            dim(ago(version.saved_at_utc, now), version.saved_at_utc),
            said,
            dim(size(step.kept.size_bytes) if step.status != "removed" else ""),
            version.message or dim(f"({version.auto})" if version.auto else ""),
        ),
        MARKS[step.status],
    )


def best(version: Version, metric: str, head: Version | None, better_by: float | None) -> Shown:
    """The best version by a metric. better_by: how much better than the current version `head`, None if unknown."""
    value = (strong(version.name), dim(" · "), f"{metric} ", strong(number(version.metrics[metric])))
    label = f"best version by {metric}"
    if head is None or version.id == head.id:
        is_head = (dim(" · the current version"),) if head is not None else ()
        return Shown(Document((line(*value, *is_head),), label), version)
    if better_by is None:
        said = dim(f" · the current version {head.name} does not have it")
    elif not better_by:
        said = dim(f" · as good as the current version {head.name}")
    else:
        said = Span(f" · {number(better_by)} better than the current version {head.name}", "good")
    commands = line(
        dim(f"  %mv_diff {version.name} {head.name} compares them, %mv_rollback {version.name} restores it")
    )
    return Shown(Document((line(*value, said), commands), label), version)


def blame(found: Blame, now: datetime | None = None) -> Shown:
    """The version since which a variable has its value, and the cells that made it."""
    kept = found.version.kept[found.name]
    first = line(strong(found.name), dim(f" · {kept.type} · "), *_since(found.since, now))
    return Shown(Document((first, *_cells(found.cells, found.since)), f"origin of {found.name}"), found)


def cell_blame(found: TableCellBlame, now: datetime | None = None) -> Shown:
    """The version since which one cell of a table has its value, its former value, and the cells that made it."""
    row = found.position if found.label is None else found.label
    place = f"{found.name}[{row}{f', {found.column}' if found.column else ''}]"
    blocks: list[Block] = [
        line(strong(place), f" = {value_text(found.value)}", dim(" · "), *_since(found.since, now)),
        line(dim(f"  the row is found by {'its position' if found.label is None else 'its label in the index'}")),
    ]
    if found.before is not None and found.ended:
        blocks.append(line(Span(f"  {found.before.name} could not be read: {found.ended}", "warn")))
    elif found.before is not None:
        old = f"in {found.before.name} it was {value_text(found.old)}"
        blocks.append(line("  ", old if found.had_cell else f"{found.before.name} has no such row or column"))
    return Shown(Document((*blocks, *_cells(found.cells, found.since)), f"origin of {place}"), found)


def _since(version: Version, now: datetime | None) -> Iterator[str | Span]:
    """Yield the version, its time and its message."""
    yield "since "
    yield strong(version.name)
    message = version.message or (f"({version.auto})" if version.auto else "")
    yield dim(f" ({ago(version.saved_at_utc, now)}){f' · {message}' if message else ''}", version.saved_at_utc)


def _cells(cells: Sequence[MakingCell], since: Version) -> Iterator[Block]:
    """Yield each cell with what it did and what it read."""
    if not cells:
        yield line(dim("  no cell is recorded that made it"))
    for made in cells:
        count = "" if made.cell.execution_count is None else made.cell.execution_count
        done = "assigned it" if made.is_sure else "can have changed it"
        where = f" (recorded in {made.version.name})" if made.version.id != since.id else ""
        failed = (Span(" failed", "bad"),) if not made.cell.ok else ()
        reads = [piece for one in made.inputs for piece in (", ", *_input(one))][1:]
        yield line(dim(f"[{count}]"), f" {done}{where}", *failed, *((" · reads ", *reads) if reads else ()))
        yield CodeBlock(tuple(made.cell.source.splitlines()))


def _input(one: CellInput) -> Iterator[str | Span]:
    yield strong(one.name)
    yield dim(f" (since {one.since.name})" if one.since is not None else f" ({one.reason})")
