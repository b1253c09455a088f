"""Records exports and imports as events, so that an exported file leads back to its version.

The store may be read-only, and a store of an older format has no events: an export and an import do not fail then.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from nbmodelver.catalogue.events.lines import file_hash
from nbmodelver.errors import StoreError
from nbmodelver.repo.core.moves import EventDraft

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Json, Version
    from nbmodelver.repo.core.open_store import OpenStore

FILES = "files/"


def record_export(store: OpenStore, version: Version, path: Path, force: str = "") -> None:
    """Write the event of an export, with the hash of the file."""
    data: dict[str, Json] = {"version": version.id, "bytes": path.stat().st_size, "forced": bool(force)}
    _note(store, EventDraft("export", FILES + file_hash(path), force, data))


def record_import(store: OpenStore, version: Version, path: Path) -> None:
    """Write the event of an import, with the hash of the file."""
    _note(store, EventDraft("import", FILES + file_hash(path), data={"version": version.id}))


def record_exchange(store: OpenStore, kind: Literal["export", "import"], system: str, count: int) -> None:
    """Write the event of an export to another system, or of an import. count: the number of versions."""
    _note(store, EventDraft(kind, f"systems/{system}", data={"system": system, "versions": count}))


def version_of_file(store: OpenStore, path: Path) -> str:
    """Return the id of the version that was exported to a file of this content, or imported from it; "" if none was."""
    about = store.moves.log.about(FILES + file_hash(path)) if store.moves.has_events else []
    return str(about[-1].data.get("version", "")) if about else ""


def _note(store: OpenStore, draft: EventDraft) -> None:
    if store.moves.has_events:
        with suppress(StoreError):
            store.moves.note(draft)
