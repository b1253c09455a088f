"""What an event did, as a phrase for lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model.events import Event


def what(event: Event, names: Mapping[str, str]) -> str:
    """What an event did, as a phrase: the moves of refs, or its subject. names: of versions, by id."""
    changes = [m for m in event.moves if m.before != m.after]
    moves = [f"{_ref(m.ref, names)}: {_value(m.before, names)} -> {_value(m.after, names)}" for m in changes]
    if event.kind == "register":
        return f"{event.subject.removeprefix('models/')}/{event.data.get('number')}"
    if event.kind == "schedule":
        return _of_schedule(event)
    if event.kind == "hook":
        return f"{event.data.get('when')} {event.data.get('verb')}: {event.data.get('outcome')}"
    if moves and len(moves) <= 3 and event.kind != "check":
        return "; ".join(moves)
    if moves and event.kind != "check":
        return f"{len(moves)} refs"
    more = [str(event.data[k]) for k in ("number", "name", "stage", "outcome", "place", "count") if k in event.data]
    version = names.get(str(event.data.get("version", "")), "")
    shown = version if event.subject.startswith("files/") else _ref(event.subject, names)
    return " ".join([shown, *more]).strip()


def _of_schedule(event: Event) -> str:
    """A schedule that is new, changed or removed, or one of its runs."""
    move = event.moves[0] if event.moves else None
    value = (move.after or move.before) if move is not None else None
    name = str(value.get("name")) if isinstance(value, dict) else str(event.data.get("name") or event.data.get("task"))
    if move is None:
        return f"{name} {event.data.get('outcome')}"
    return f"{name} {value.get('when')}" if move.after is not None and isinstance(value, dict) else f"{name} removed"


def _ref(ref: str, names: Mapping[str, str]) -> str:
    kind, _, rest = ref.partition("/")
    if kind in ("stages", "aliases"):
        return rest.replace("/", "@")
    if kind in ("models", "states", "checks", "deployments"):
        return names.get(rest, rest)
    return f"{kind.removesuffix('s').replace('head', 'branch')} {rest}".strip()


def _value(value: object, names: Mapping[str, str]) -> str:
    if isinstance(value, dict):
        return str(value.get("number") or value.get("state") or value.get("newest") or "set")
    return "none" if value is None else names.get(str(value), str(value)[:8])
