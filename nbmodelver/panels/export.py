"""Where an export goes: looked at before anything is written, so that a person can still choose another place."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import bundle, system
from nbmodelver.errors import FileExists, NbmodelverError, StoreReadOnly, UsageError
from nbmodelver.panels import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import Version
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params


def destination(context: PanelContext, params: Params, _request: Request) -> Message:
    """Where an export would be written, and what is in the way."""
    version = context.repo()[params.text("id")]
    text = params.text("path", "").strip() or bundle.default_name(version)
    try:
        path = path_of(context.notebook.folder, version, text)
        check(path)
    except NbmodelverError as error:
        return {"name": version.name, "path": text, "file": text, "problem": entries.failure(error)}
    return {"name": version.name, "path": text, "file": str(path), "problem": None}


def path_of(folder: Path, version: Version, text: str) -> Path:
    """The file that a text means, from the notebook's folder; the default one for no text. Raises UsageError."""
    if "\0" in text:
        raise UsageError("a file's name cannot hold a null character", "type another name")
    try:
        return folder / Path(text.strip() or bundle.default_name(version)).expanduser()
    except RuntimeError as error:
        raise UsageError(f"'{text}': no such home folder", "give the whole path") from error


def check(path: Path, *, overwrite: bool = False) -> None:
    """Raises UsageError, StoreReadOnly or FileExists where the file cannot be written, or must not be unasked."""
    try:
        if path.is_dir():
            raise UsageError(f"'{path}' is a folder", "add a name for the file")
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder '{path.parent}'", "make it first, or choose another")
        if not os.access(path.parent, os.W_OK):
            raise StoreReadOnly(f"nothing can be written to the folder '{path.parent}'", "choose another folder")
        if path.exists() and not overwrite:
            raise FileExists(f"there is a file '{path.name}' already", "replace it, or choose another name")
    except OSError as error:
        raise UsageError(f"'{path.name[:60]}' cannot be a file: {error.strerror}", "choose another name") from error


@contextmanager
def replaced(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """A place to write to; a file to be overwritten stays as it is until the new one is whole."""
    if not (overwrite and path.exists()):
        yield path
        return
    new = path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}")
    try:
        yield new
        system.port.replace_at(new, path)
    finally:
        new.unlink(missing_ok=True)
