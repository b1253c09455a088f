"""The history of a variable, its origin, and the best version by a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nbmodelver.views.blocks import Block, Document, Mark, Span, Table, TableRow, dim, line, strong
from nbmodelver.views.figures import ago, number, plural, size
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from nbmodelver.model import Kept, Status, Version, VersionId


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
