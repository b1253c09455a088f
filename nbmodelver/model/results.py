"""Results that are shown: the plan of a rollback, and a comparison as sections of tables, text and charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from nbmodelver.model.versions import Direction, Json, Kind, Skipped, Version

Effect = Literal["changes", "appears", "vanishes", "stays", "lost"]


@dataclass(frozen=True)
class Change:
    """The effect of a rollback on one name. effect: "lost" for a name that cannot be restored here, with a `reason`."""

    name: str
    effect: Effect
    kind: Kind = "other"
    type: str = ""
    size_bytes: int = 0
    reason: str = ""


Way = Literal["", "missing", "beside"]


@dataclass(frozen=True)
class Plan:
    """The effects of a rollback to `version`, computed before anything changes.

    load_bytes: raw bytes to read. environment: differences to the current environment, as sentences.
    notes: further effects, as sentences (a whole group is restored, a class is restored in its old form ...).
    saves_first: True if the current values differ from every version and are committed first.
    way: "missing" if only missing names are restored, "beside" if they are restored under other names.
    unsaved: current values that are replaced or removed and that no version can keep, each with the reason. Only an
    undo in the same kernel restores them.
    """

    version: Version
    changes: tuple[Change, ...]
    load_bytes: int = 0
    environment: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    saves_first: bool = False
    way: Way = ""
    unsaved: tuple[Skipped, ...] = ()

    def named(self, effect: Effect) -> tuple[str, ...]:
        """Return the names with this effect, in order."""
        return tuple(c.name for c in self.changes if c.effect == effect)

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form for the front-end, with id, name and message of the version."""
        return {
            "version": {"id": self.version.id, "name": self.version.name, "message": self.version.message},
            "changes": [asdict(c) for c in self.changes],
            "load_bytes": self.load_bytes,
            "environment": list(self.environment),
            "notes": list(self.notes),
            "saves_first": self.saves_first,
            "unsaved": [s.name for s in self.unsaved],
        }


Status = Literal["added", "removed", "changed", "same"]


@dataclass(frozen=True)
class Row:
    """One row of a section's table. cells: in the order of the section's columns."""

    cells: tuple[Json, ...]
    status: Status = "changed"


ChartKind = Literal["line", "scatter", "bars", "histogram"]


@dataclass(frozen=True)
class Series:
    """One series of a chart. y: None for a missing number. x: see Chart."""

    label: str
    y: tuple[float | None, ...]
    x: tuple[float, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A chart, as data.

    kind: "line" and "scatter" have x and y of equal length; "bars" one y per label; "histogram" counts in y and the
    edges of bins in x, one more than y. Several series are drawn over each other.
    better: the direction in which y is better, if it is a metric.
    """

    kind: ChartKind
    title: str
    series: tuple[Series, ...]
    labels: tuple[str, ...] = ()
    x_label: str = ""
    y_label: str = ""
    better: Direction = "unknown"

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form for the front-end."""
        series: list[Json] = [{"label": s.label, "x": list(s.x), "y": list(s.y)} for s in self.series]
        return {
            "kind": self.kind,
            "title": self.title,
            "x_label": self.x_label,
            "y_label": self.y_label,
            "labels": list(self.labels),
            "series": series,
            "better": self.better,
        }


@dataclass(frozen=True)
class Section:
    """One section of a comparison: a table, a text diff, or both, and charts.

    id: stable and dotted ("names", "params", "metrics", "profile.df", "code", "packages"). A front-end may render a
    known id in its own way; every other section is shown as a table.
    folded: details that are shown when they are asked for. lines: lines of a unified diff, without file headers.
    directions: direction of each row that is a metric, by name.
    """

    id: str
    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()
    note: str = ""
    charts: tuple[Chart, ...] = ()
    directions: Mapping[str, Direction] = field(default_factory=dict)
    folded: bool = False

    @property
    def differs(self) -> bool:
        """True if any row or line differs between the sides."""
        return bool(self.lines) or any(r.status != "same" for r in self.rows)


@dataclass(frozen=True)
class Diff:
    """A comparison of two versions, `before` and `after`, as sections."""

    before: Version
    after: Version
    sections: tuple[Section, ...]

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form, as the front-end reads it."""
        return {
            "before": {"id": self.before.id, "name": self.before.name, "message": self.before.message},
            "after": {"id": self.after.id, "name": self.after.name, "message": self.after.message},
            "sections": [section_to_dict(s) for s in self.sections],
        }


def section_from_dict(data: Mapping[str, Any]) -> Section:
    """Return the section for a JSON form of `section_to_dict`. Raises KeyError, TypeError for anything else."""
    return Section(
        str(data["id"]),
        str(data["title"]),
        tuple(data["columns"]),
        tuple(Row(tuple(r["cells"]), r["status"]) for r in data["rows"]),
        tuple(data["lines"]),
        str(data["note"]),
        tuple(_chart_from_dict(c) for c in data["charts"]),
        dict(data["directions"]),
        bool(data["folded"]),
    )


def _chart_from_dict(data: Mapping[str, Any]) -> Chart:
    series = tuple(Series(s["label"], tuple(s["y"]), tuple(s["x"])) for s in data["series"])
    labels = tuple(data["labels"])
    return Chart(data["kind"], data["title"], series, labels, data["x_label"], data["y_label"], data["better"])


def section_to_dict(section: Section) -> dict[str, Json]:
    """Return the JSON form of one section."""
    return {
        "id": section.id,
        "title": section.title,
        "columns": list(section.columns),
        "rows": [{"cells": list(r.cells), "status": r.status} for r in section.rows],
        "lines": list(section.lines),
        "note": section.note,
        "charts": [c.to_dict() for c in section.charts],
        "directions": dict(section.directions),
        "folded": section.folded,
    }


Profile = Mapping[str, Json]
"""The description of a value as JSON: shape, schema and column statistics of a dataset; class, parameters and size of a
model."""
