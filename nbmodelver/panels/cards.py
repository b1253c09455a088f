"""Handles the requests of a panel about model cards: the card, what people state in it, and its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.actions import card_files
from nbmodelver.actions.card_files import CardFileRequest
from nbmodelver.errors import NbmodelverError, UsageError
from nbmodelver.model.cards import NOT_STATED
from nbmodelver.panels import entries
from nbmodelver.registry import card, reading, statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model.cards import Card, CardSection
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params

_KEYS = {label: key for key, label in statements.MODEL.items()}


def show(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return `ICard`: the card of a registered version, and the texts that people stated about its model."""
    repo = context.repo()
    address = params.text("address")
    registered = reading.resolve(repo, address)
    return _message(card.card(repo, registered.address), statements.of_model(repo, registered.model))


def _message(found: Card, stated: dict[str, str]) -> Message:
    return {
        "address": found.title,
        "not_stated": found.not_stated,
        "sections": [_section(s) for s in found.sections if s.rows],
        "texts": [{"key": key, "label": label, "text": stated.get(key, "")} for key, label in statements.MODEL.items()],
    }


def _section(found: CardSection) -> Message:
    rows = [{"label": label, "text": text, "is_stated": NOT_STATED not in text} for label, text in found.rows]
    return {"title": found.title, "by_hand": found.by_hand, "rows": rows}


def state(context: PanelContext, params: Params, request: Request) -> Message:
    """Keep what people state about a model. An empty text takes an earlier one back; the log keeps both."""
    repo = context.repo()
    repo.wait_for_pending()  # A commit in the background comes first.
    model = reading.resolve(repo, params.text("address")).model
    texts = _texts(params.table("texts"))
    statements.state_model(repo, model, texts)
    labels = ", ".join(statements.MODEL[key].lower() for key in texts)
    return context.done(request, f"card of {model}: {labels} stated", push=True)


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """Return the texts of a request. Raises UsageError if it has none, or if one is not a string."""
    found = {key: text.strip() for key, text in values.items() if isinstance(text, str)}
    if not found or len(found) < len(values):
        raise UsageError("state_card: 'texts' must contain a text for each key", "reload the page")
    return found


def destination(context: PanelContext, params: Params, _request: Request) -> Message:
    """The file of a card, and why it cannot be written. The page can then offer another file."""
    repo = context.repo()
    address = reading.resolve(repo, params.text("address")).address
    text = params.text("path", "").strip() or card_files.default_name(repo, address)
    try:
        path = card_files.file_of(repo, CardFileRequest(address, text, context.notebook.folder))
    except NbmodelverError as error:
        return {"name": address, "path": text, "file": text, "problem": entries.failure(error)}
    return {"name": address, "path": text, "file": str(path), "problem": None}


def write(context: PanelContext, params: Params, request: Request) -> Message:
    """Write the file of a card. A relative path starts at the notebook's folder. An existing file needs `overwrite`."""
    asked = CardFileRequest(
        params.text("address"), params.text("path", ""), context.notebook.folder, params.flag("overwrite")
    )
    done = card_files.write(context.repo(), asked)
    said = f"card of {done.title} written to {done.path}"
    return {**context.done(request, said), "path": str(done.path), "size_bytes": done.size_bytes}


READING: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"card": show, "card_destination": destination}
"""Handlers that read. Each runs in a thread of its own."""

CHANGING: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"state_card": state}
"""Handlers that write an event. They run in the mutation queue."""

FILES: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"write_card": write}
"""Handlers that write a file. Each runs in a thread of its own."""

TASK_NAMES = {"state_card": ("statement in the card of", "address")}
"""How the page names a waiting request: words, and the parameter that follows them."""
