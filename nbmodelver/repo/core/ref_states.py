"""The texts of refs: bare ids of versions for branches and tags, and a value with its event for all others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from nbmodelver.catalogue.events.lines import canonical
from nbmodelver.errors import Damaged

if TYPE_CHECKING:
    from nbmodelver.model import Json

PLAIN = ("heads/", "tags/")
"""Refs whose value is the bare id of a version. All other refs that events move hold JSON."""


class RefState(NamedTuple):
    """The value of a ref and the event that set it; event: "" if no event did."""

    value: Json
    event: str = ""


def text_of(ref: str, value: Json, event: str) -> str | None:
    """Return the text of a ref with this value, None for None."""
    if value is None:
        return None
    return str(value) if ref.startswith(PLAIN) else canonical({"value": value, "event": event}).decode()


def state_of(ref: str, text: str | None) -> RefState | None:
    """Return the state of a ref with this text, None for None. Raises Damaged."""
    if text is None:
        return None
    if ref.startswith(PLAIN):
        return RefState(text)
    try:
        data = json.loads(text)
        return RefState(data["value"], str(data["event"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Damaged(f"the ref {ref} is damaged", "see what it should be: %mv_audit --verify") from None
