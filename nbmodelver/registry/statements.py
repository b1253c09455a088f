"""What only people can state about a model or a dataset, kept as events. A later text replaces an earlier one.

Statements about data are sealed with the name of the dataset, which is not in clear in the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.model.cards import NOT_STATED
from nbmodelver.registry import policy, reading
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.model import Json
    from nbmodelver.model.cards import CardRow
    from nbmodelver.repo.core.open_store import OpenStore

MODEL = {
    "purpose": "Purpose",
    "users": "Intended users",
    "out_of_scope": "Out of scope",
    "limits": "Known limits",
    "ethics": "Ethical considerations",
    "contact": "Contact",
    "licence": "Licence",
    "collection": "How the data was collected",
    "consent": "Consent and legal basis",
    "personal_data": "Personal data",
    "retention": "Retention",
}
"""The rows of a model card that people state, in the order of the card."""

DATA = {
    "purpose": "Purpose",
    "source": "Source",
    "collection": "Collection",
    "personal_data": "Personal data",
    "consent": "Consent",
    "legal_basis": "Legal basis",
    "licence": "Licence",
    "retention": "Retention",
    "contact": "Contact",
}
"""The rows of a data card that people state."""

USE = ("purpose", "users", "out_of_scope", "limits", "ethics", "contact", "licence")
ABOUT_DATA = ("collection", "consent", "personal_data", "retention")
ANSWERS = {"personal_data": ("yes", "no", "unknown")}
"""Rows of a data card with these answers only."""
MOST_TEXT = 5_000
SUBJECT = "data"


def state_model(store: OpenStore, model: str, texts: Mapping[str, str]) -> None:
    """Keep what people state about a model. Raises UnknownModel, UsageError for an unknown key or a long text."""
    reading.require(store, model)
    policy.require_role(store, "writer", "state rows of a card")
    _require(texts, MODEL, "a model card")
    private: dict[str, Json] = {"card": dict(texts)}
    store.moves.note(EventDraft("describe", reading.MODELS + model, private=private))


def of_model(store: OpenStore, model: str) -> dict[str, str]:
    """Return what people stated about a model, the newest text of each key."""
    found: dict[str, str] = {}
    for event in store.moves.log.about(reading.MODELS + model):
        found |= _texts(event.private.get("card"))
    return {key: text for key, text in found.items() if text}


def state_data(store: OpenStore, name: str, texts: Mapping[str, str]) -> None:
    """Keep what people state about a dataset. Raises UsageError for an unknown key or answer, or a long text."""
    store.moves.require_events()
    policy.require_role(store, "writer", "state rows of a card")
    _require(texts, DATA, "a data card")
    for key, allowed in ANSWERS.items():
        if texts.get(key, "") not in ("", *allowed):
            raise UsageError(f"{key} cannot be '{texts[key][:40]}'", f"write one of: {', '.join(allowed)}")
    private: dict[str, Json] = {"data": name, "card": dict(texts)}
    store.moves.note(EventDraft("describe", SUBJECT, private=private))


def of_data(store: OpenStore, name: str) -> dict[str, str]:
    """Return what people stated about a dataset, the newest text of each key."""
    found: dict[str, str] = {}
    for event in store.moves.log.about(SUBJECT) if store.moves.has_events else ():
        if event.private.get("data") == name:
            found |= _texts(event.private.get("card"))
    return {key: text for key, text in found.items() if text}


def rows(texts: Mapping[str, str], template: Mapping[str, str], keys: tuple[str, ...] = ()) -> tuple[CardRow, ...]:
    """Return the rows of a template with what was stated. keys: only these, in this order."""
    return tuple((template[key], texts.get(key, NOT_STATED)) for key in keys or template)


def _texts(given: Json) -> dict[str, str]:
    return {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}


def _require(texts: Mapping[str, str], template: Mapping[str, str], what: str) -> None:
    for key, text in texts.items():
        if key not in template:
            raise UsageError(f"{what} has no '{key}'", nearest(key, template) or f"keys: {', '.join(template)}")
        if len(text) > MOST_TEXT:
            raise UsageError(f"the text of {key} is longer than {MOST_TEXT} characters", "make it shorter")
