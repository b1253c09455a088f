"""Records the result of a `%%mv_check` cell as an event that is bound to a version, so that gates can read it.

A check can also measure: if its last expression is a dict of numbers, they are kept with the event, with intervals and
slices, for the card of the version.
"""

from __future__ import annotations

from math import isnan
from numbers import Real
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UsageError
from nbmodelver.model.cards import Figure
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.store.ref_names import valid_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbmodelver.model import Json, Version
    from nbmodelver.model.events import Event
    from nbmodelver.repo.core.open_store import OpenStore

MOST_SOURCE = 20_000
MOST_MESSAGE = 500
MOST_FIGURES = 200
MOST_NAME = 100
FORMS = (1, 3, 4)
"""The lengths of a figure: value; value, low, high; value, low, high, rows."""


def latest(store: OpenStore, version_id: str, name: str) -> Event | None:
    """Return the newest event of a check with this name for a version, or None."""
    return newest(store, version_id).get(name)


def newest(store: OpenStore, version_id: str) -> dict[str, Event]:
    """Return name -> newest event of every check of a version, in the order of their first run."""
    about = store.moves.log.about(f"checks/{version_id}") if store.moves.has_events else []
    return {str(e.data.get("name")): e for e in about if e.kind == "check"}


def record(
    store: OpenStore,
    version: Version,
    name: str,
    *,
    passed: bool,
    message: str,
    source: str,
    figures: Sequence[Figure] = (),
) -> Event:
    """Write the event of a check. message: why it failed. source: the code of the cell. figures: what it measured.

    Figures are in clear in the event, as results of gates are. Raises BadName, StoreError.
    """
    store.moves.require_events()
    name = valid_name(name)
    data: dict[str, Json] = {"name": name, "version": version.id, "outcome": "pass" if passed else "fail"}
    if figures:
        data["figures"] = [[f.metric, f.part, f.value, f.low, f.high, f.rows] for f in figures]
    private: dict[str, Json] = {"message": message[:MOST_MESSAGE], "source": source[:MOST_SOURCE]}
    return store.moves.note(EventDraft("check", f"checks/{version.id}", data=data, private=private))


def figures_in(value: Any) -> tuple[Figure, ...]:
    """Return what a check measured, from the value of its last expression; () for any other value than such a dict.

    value: a dict of metric -> number, metric -> (value, low, high), metric -> (value, low, high, rows), or metric ->
    a dict of slice -> one of these. Raises UsageError for a dict of numbers and tuples in another form.
    """
    if type(value) is not dict or not value or not all(map(_is_numeric, _leaves(value))):
        return ()
    found = tuple(_figures(value))
    if len(found) > MOST_FIGURES:
        raise UsageError(f"the check measured {len(found)} figures; the limit is {MOST_FIGURES}", "measure fewer")
    return found


def _leaves(value: Mapping[Any, Any]) -> Iterator[Any]:
    for measured in value.values():
        yield from measured.values() if type(measured) is dict else (measured,)


def _is_numeric(leaf: Any) -> bool:
    return all(isinstance(n, Real) and not isinstance(n, bool) for n in (leaf if type(leaf) is tuple else (leaf,)))


def _figures(value: Mapping[Any, Any]) -> Iterator[Figure]:
    for metric, measured in value.items():
        parts = measured if type(measured) is dict else {"": measured}
        for part, one in parts.items():
            if not _is_figure(one) or not (_is_name(metric) and _is_name(part)):
                said = f"the check measured {str(metric)[:MOST_NAME]!r} in a form that cannot be kept"
                raise UsageError(said, "return {'f1': 0.8}, {'f1': (0.8, LOW, HIGH)} or {'f1': {SLICE: ...}}")
            numbers = [repr(float(n)) for n in (one if isinstance(one, tuple) else (one,))]
            rows = str(int(one[3])) if len(numbers) == FORMS[-1] else ""
            low, high = numbers[1:3] if len(numbers) > 1 else ("", "")
            yield Figure(metric, part, numbers[0], low, high, rows)


def _is_name(name: Any) -> bool:
    return type(name) is str and len(name) <= MOST_NAME


def _is_figure(value: Any) -> bool:
    """Return True for a number, and for a tuple of numbers whose second is not above its third. value: numeric."""
    numbers = value if type(value) is tuple else (value,)
    if len(numbers) not in FORMS:
        return False
    return len(numbers) == 1 or (numbers[1] <= numbers[2] and not any(isnan(n) for n in numbers))


def figures(event: Event) -> tuple[Figure, ...]:
    """Return what a check measured, from its event."""
    rows = event.data.get("figures")
    name = str(event.data.get("name"))
    return tuple(Figure(*row, check=name) for row in _rows(rows))


def _rows(rows: Json) -> Iterator[tuple[str, str, str, str, str, str]]:
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, list) and len(row) == 6:
            metric, part, value, low, high, count = map(str, row)
            yield metric, part, value, low, high, count
