"""Compares two profiles of one name: a row for each difference, and rows with status "same" for the rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbmodelver.model import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Json, Kind, Profile, Status

COLUMNS = ("what", "before", "after", "change")
STATISTICS = ("dtype", "ordered", "nulls", "distinct", "min", "max", "mean", "std")
NOT_FACTS = (
    "kind",
    "columns",
    "layers",
    "importances",
    "params",
    "fitted",
    "fit",
    "curves",
    "note",
    "shape",
    "members",
    "tensors",
)
MAX_IMPORTANCES = 15
MOST_MEMBERS = 8
SMALL_BYTES = 10_000
MOST_PERCENT = 100_000
"""A change above this percentage is shown as a difference instead."""


def compare(kind: Kind, name: str, before: Profile, after: Profile) -> Section:
    """The section "profile.NAME" of a diff.

    Columns: property, before, after, and the change of numbers as text ("+2.1 %").
    """
    del kind
    rows = [*_facts(before, after), *_tables(before, after)]
    notes = dict.fromkeys(str(p["note"]) for p in (before, after) if p.get("note"))
    if any(p.get("sampled_rows") for p in (before, after)):
        notes["distinct values, top values and histograms cover a sample of the rows"] = None
    return Section(f"profile.{name}", name, COLUMNS, tuple(rows), note="; ".join(notes))


def _facts(before: Profile, after: Profile) -> Iterator[Row]:
    yield from rows_by_key({"type": before.get("type")}, {"type": after.get("type")})
    yield from rows_by_key(_extent(before), _extent(after))
    small = {k for k in before.keys() & after.keys() if _is_small(k, before[k]) and _is_small(k, after[k])}
    yield from rows_by_key(_plain_facts(before, small), _plain_facts(after, small))


def _is_small(key: str, value: Json) -> bool:
    """True for the size of a value that is small enough to have a row of its own; the size adds nothing."""
    return key.endswith("_bytes") and isinstance(value, int) and value < SMALL_BYTES


def _plain_facts(profile: Profile, without: set[str]) -> dict[str, Json]:
    left_out = {"type", *NOT_FACTS, *without}
    return {_label(k): _plain(k, v) for k, v in profile.items() if k not in left_out}


def _label(key: str) -> str:
    words = key.removesuffix("_bytes").replace("_", " ")
    return f"{words} (MB)" if key.endswith("_bytes") else words


def _plain(key: str, value: Json) -> Json:
    return float(f"{value / 1e6:.3g}") if key.endswith("_bytes") and isinstance(value, int) else value


def _extent(profile: Profile) -> dict[str, Json]:
    """The shape as named numbers, so that a changed number of rows is one row."""
    shape = profile.get("shape")
    if not isinstance(shape, list):
        return {}
    if len(shape) > 2:
        return {"shape": shape}
    return dict(zip(("rows", "columns"), shape, strict=False))


def _tables(before: Profile, after: Profile) -> Iterator[Row]:
    yield from _columns(_by_name(before, "columns"), _by_name(after, "columns"))
    yield from rows_by_key(_layers(before), _layers(after))
    yield from rows_by_key(_norms(before), _norms(after))
    for key in ("params", "fitted", "fit", "members"):
        yield from rows_by_key(_mapping(before, key), _mapping(after, key))
    yield from rows_by_key(*_largest(_importances(before), _importances(after)))


def rows_by_key(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> Iterator[Row]:
    """A row for each key: first in the order of `before`, then the keys that only `after` has."""
    for key in dict.fromkeys((*before, *after)):
        yield row(prefix + key, before.get(key), after.get(key), _status(key, before, after))


def _status(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Status:
    if key not in before:
        return "added"
    if key not in after:
        return "removed"
    return "same" if before[key] == after[key] else "changed"


def row(what: str, before: Json, after: Json, status: Status) -> Row:
    """One row of the section, with the change if both sides are numbers."""
    return Row((what, before, after, step(before, after) if status == "changed" else None), status)


def step(before: Json, after: Json) -> str | None:
    """The change between two numbers: relative ("+2.1 %"), or absolute ("+12") if `before` is zero or close to it."""
    if not (_is_number(before) and _is_number(after)):
        return None
    difference = float(after) - float(before)  # type: ignore[arg-type]  # numbers, checked above
    if not math.isfinite(difference) or difference == 0:
        return None
    percent = 100 * difference / abs(float(before)) if before else math.inf  # type: ignore[arg-type]
    if abs(percent) >= MOST_PERCENT:
        return f"{difference:+.4g}"
    return f"{percent:+.3g} %" if abs(percent) < 100 else f"{percent:+,.0f} %"


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Row]:
    for name in dict.fromkeys((*before, *after)):
        status = _status(name, before, after)
        if status == "changed":
            yield from _statistics(name or "values", before[name], after[name])
        else:
            dtypes = (side.get(name, {}).get("dtype") for side in (before, after))
            yield Row((name or "values", *dtypes, None), status)


def _statistics(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Row]:
    if before.get("categories") != after.get("categories"):
        sides = around_first_difference(before.get("categories"), after.get("categories"))
        yield Row((f"{name} · categories", *sides, None), "changed")
    for key in STATISTICS:
        if before.get(key) != after.get(key) and not _is_rounding(before.get(key), after.get(key)):
            yield row(f"{name} · {key}", before.get(key), after.get(key), "changed")
    if before.get("histogram") != after.get("histogram"):
        yield Row((f"{name} · histogram", before.get("histogram"), after.get("histogram"), None), "changed")
    elif before.get("top") != after.get("top"):
        yield Row((f"{name} · most frequent", _top(before), _top(after), None), "changed")


def _is_rounding(before: Json, after: Json) -> bool:
    """True for two numbers that differ by rounding only: a sum depends on the order of its rows."""
    return _is_number(before) and _is_number(after) and math.isclose(before, after, rel_tol=1e-9)  # type: ignore[arg-type]  # numbers


def around_first_difference(before: Json, after: Json) -> tuple[str, str]:
    """The members of two lists from their first difference on, at most `MOST_MEMBERS` each."""
    old, new = (one if isinstance(one, list) else [] for one in (before, after))
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = 0 if max(len(old), len(new)) <= MOST_MEMBERS else at
    return _members(old, start), _members(new, start)


def _members(listed: list[Json], start: int) -> str:
    some = ", ".join(str(one) for one in listed[start : start + MOST_MEMBERS])
    return f"{'… ' if start else ''}{some}{' …' if len(listed) > start + MOST_MEMBERS else ''}"


def _top(column: Mapping[str, Any]) -> Json:
    top = column.get("top")
    return ", ".join(f"{label} ({count})" for label, count in top[:5]) if isinstance(top, list) else None


def _by_name(profile: Profile, key: str) -> dict[str, Any]:
    """The entries by name; a repeated name gets its position: "x (2)"."""
    found: dict[str, Any] = {}
    entries = profile.get(key)
    for i, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            name = str(entry.get("name", i))
            found[name if name not in found else f"{name} ({i})"] = entry
    return found


def _layers(profile: Profile) -> dict[str, Json]:
    return {_titled(name): _layer(entry) for name, entry in _by_name(profile, "layers").items()}


def _norms(profile: Profile) -> dict[str, Json]:
    """The Euclidean norm of the weights of each layer: the one number that training changes in every layer."""
    layers = _by_name(profile, "layers").items()
    return {f"{_titled(name)} · norm": entry["norm"] for name, entry in layers if entry.get("norm") is not None}


def _titled(layer: str) -> str:
    """The title of a layer; a network of one layer has no name for it."""
    return f"layer {layer}".rstrip()


def _layer(entry: Mapping[str, Any]) -> str:
    shapes = ", ".join(f"{name} {shape}" for name, shape in (entry.get("weights") or {}).items())
    return f"{entry.get('type')} {shapes}".rstrip()


def _mapping(profile: Profile, key: str) -> Mapping[str, Any]:
    found = profile.get(key)
    return found if isinstance(found, dict) else {}


def _importances(profile: Profile) -> dict[str, Json]:
    pairs = profile.get("importances")
    listed = pairs if isinstance(pairs, list) else []
    return {f"importance of {p[0]}": p[1] for p in listed if isinstance(p, list) and len(p) == 2}


def _largest(before: dict[str, Json], after: dict[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Both sides restricted to the features with the largest importance on either side."""

    def weight(key: str) -> float:
        sides = (before.get(key), after.get(key))
        return max((abs(side) for side in sides if isinstance(side, (int, float))), default=0.0)

    shown = set(sorted({**before, **after}, key=weight, reverse=True)[:MAX_IMPORTANCES])
    return {k: v for k, v in before.items() if k in shown}, {k: v for k, v in after.items() if k in shown}
