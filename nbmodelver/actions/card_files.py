"""Files of model cards beside a notebook: where a card would be written, and the writing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import bundle
from nbmodelver.actions import transfer
from nbmodelver.registry import card, card_formats, reading

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class CardFileRequest:
    """A card to write.

    path: the file, "" for the default name. Its end says the format: .html, .json, any other Markdown. folder: where a
    relative path starts. overwrite: replace an existing file.
    """

    address: str
    path: str = ""
    folder: Path = field(default_factory=Path)
    overwrite: bool = False


@dataclass(frozen=True)
class CardFile:
    """A card that was written. title: the address of its version."""

    title: str
    path: Path
    size_bytes: int


def default_name(repo: Repo, address: str) -> str:
    """Return the default file name of a card: "churn-1.0.0-card.md". Raises UnknownModel."""
    registered = reading.resolve(repo, address)
    return f"{registered.model}-{registered.number}-card.md"


def file_of(repo: Repo, request: CardFileRequest) -> Path:
    """Return the file of a request, which can be written.

    Raises UnknownModel, UsageError, StoreReadOnly; FileExists unless overwrite.
    """
    path = transfer.file_named(request.path.strip() or default_name(repo, request.address), request.folder)
    transfer.require_writable(path, overwrite=request.overwrite)
    return path


def write(repo: Repo, request: CardFileRequest) -> CardFile:
    """Write a card, all of it or nothing. Raises what `file_of` raises, and StoreFull, Damaged."""
    path = file_of(repo, request)
    found = card.card(repo, request.address)
    data = card_formats.text_of(found, file_name=path.name).encode("utf-8", "replace")
    with bundle.replacement_of(path, request.overwrite) as file:
        file.write(data)
    return CardFile(found.title, path, len(data))
