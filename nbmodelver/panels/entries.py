"""Converts versions, changes and errors to messages of panels (`labextension/src/core/protocol/messages.ts`)."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import SecretFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbmodelver.errors import NbmodelverError
    from nbmodelver.model import Cell, Change, Json, NameStep, Skipped, Version
    from nbmodelver.panels.labels import PanelLabels
    from nbmodelver.repo.inspect.columns import GraphPlace

Message = dict[str, Any]

WORDS = frozenset(("nan", "inf", "-inf"))
"""The words for floats that JSON cannot represent. Parameters are stored as these words too (`kinds.jsonable`)."""


def entry(version: Version, labels: PanelLabels) -> Message:
    """Return `IEntry`: a version in a list."""
    return {
        "id": version.id,
        "name": version.name,
        "number": version.number,
        "parents": list(version.parents),
        "branch": version.branch,
        "message": version.message,
        "note": labels.note_of(version),
        "author": version.author,
        "saved_at_utc": version.saved_at_utc,
        "auto": version.auto,
        "alarm": labels.alarm_of(version),
        "tags": labels.tags_of(version.id),
        "branches": labels.branches_of(version.id),
        "names": [
            {"name": k.name, "kind": k.kind, "type": k.type, "size_bytes": k.size_bytes} for k in version.kept.values()
        ],
        "params": version.ordered_params,
        "metrics": dict(version.metrics),
        "raw_bytes": version.raw_bytes,
        "new_bytes": version.new_bytes,
        "duration_s": version.duration_s,
        **_of_a_team(version, labels),
    }


def _of_a_team(version: Version, labels: PanelLabels) -> Message:
    """Return the fields that only versions of a store with remotes have."""
    found = {
        "tracked": labels.tracked_of(version.id),
        "is_twin": version.number in labels.twins,
        "values_at": labels.place_of(version),
    }
    return {name: value for name, value in found.items() if value}


def history_entry(version: Version, labels: PanelLabels, place: GraphPlace) -> Message:
    """Return `IHistoryEntry`: a version with its place in the graph."""
    graph = {"column": place.column, "edges": [list(edge) for edge in place.edges]}
    return {**entry(version, labels), "graph": graph}


def full(version: Version, labels: PanelLabels, cells: Sequence[Cell], environment: Mapping[str, Json]) -> Message:
    """Return `IVersion`: a version with its cells and environment."""
    kept = [{**_named(k), "notes": list(k.notes)} for k in version.kept.values()]
    return {
        **entry(version, labels),
        "kept": kept,
        "skipped": skipped(version.skipped),
        "cells": [
            {
                "source": c.source,
                "execution_count": c.execution_count,
                "duration_s": c.duration_s,
                "ok": c.ok,
                "outputs": c.outputs,
            }
            for c in cells
        ],
        "environment": dict(environment),
        "git": None if version.git is None else asdict(version.git),
        "has_notebook": version.notebook is not None,
    }


def _named(kept: Any) -> Message:
    return {"name": kept.name, "kind": kept.kind, "type": kept.type, "size_bytes": kept.size_bytes}


def skipped(found: Iterable[Skipped]) -> list[Message]:
    """Return a message for each variable that was not saved."""
    return [asdict(s) for s in found]


def changes(found: Iterable[Change]) -> list[Message]:
    """Return `IChange` for each change."""
    return [asdict(c) for c in found]


def step(found: NameStep, labels: PanelLabels, value_change: str = "") -> Message:
    """Return one step of `INameHistory`. value_change: what changed in the value, as text."""
    return {
        "entry": entry(found.version, labels),
        "status": found.status,
        "type": found.kept.type,
        "size_bytes": found.kept.size_bytes,
        "said": _summary(found, value_change),
    }


def _summary(found: NameStep, value_change: str) -> str:
    """Return a summary of the change in a few words."""
    if found.status == "removed":
        return "removed"
    words = [value_change] if value_change else []
    words += [f"same as in {found.same_as.name}"] if found.same_as else []
    if found.before is not None and found.before.type != found.kept.type:
        words.append(f"was {found.before.type}")
    words += found.kept.notes
    return "; ".join(words)


def failure(error: NbmodelverError) -> Message:
    """Return `IFailure`: an error with its class name and hint."""
    found = {"code": type(error).__name__, "message": error.message, "hint": error.hint}
    if isinstance(error, SecretFound):
        secrets = [{"where": where, "why": why} for where, why in error.found]
        return {**found, "secret": {"version": error.version, "found": secrets}}
    return found


def clean(value: Any) -> Any:
    """Return a value that JSON can represent: NaN and infinities become WORDS, lone surrogates become "?"."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else str(float(value))
    if isinstance(value, dict):
        return {clean(str(k)): clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(v) for v in value]
    return value
