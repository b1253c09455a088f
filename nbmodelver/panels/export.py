"""Handles the requests for an export: whether the file can be written, and the export itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import bundle, views
from nbmodelver.actions import transfer
from nbmodelver.errors import NbmodelverError
from nbmodelver.panels import entries

if TYPE_CHECKING:
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params
    from nbmodelver.views import Shown


def first_line(shown: Shown) -> str:
    """The first line of an answer as text."""
    return views.to_text(shown.document, 400).strip().partition("\n")[0].strip()


def destination(context: PanelContext, params: Params, _request: Request) -> Message:
    """The file that an export would write, and why it cannot be written. The page can then offer another file."""
    version = context.repo()[params.text("id")]
    text = params.text("path", "").strip() or bundle.default_name(version)
    try:
        path = transfer.file_of(version, text, context.notebook.folder)
        transfer.require_writable(path)
    except NbmodelverError as error:
        return {"name": version.name, "path": text, "file": text, "problem": entries.failure(error)}
    return {"name": version.name, "path": text, "file": str(path), "problem": None}


def export(context: PanelContext, params: Params, request: Request) -> Message:
    """Write a bundle. A relative path starts at the notebook's folder. An existing file needs `overwrite`."""
    asked = transfer.ExportRequest(
        params.text("id"),
        params.text("path", ""),
        context.notebook.folder,
        overwrite=params.flag("overwrite"),
        check_first=True,
    )
    done = transfer.export(context.repo(), asked, request)
    shown = views.exported(str(done.path), done.size_bytes, done.version.name)
    return {**context.done(request, first_line(shown)), "path": str(done.path), "size_bytes": done.size_bytes}
