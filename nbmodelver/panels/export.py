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


def estimate(context: PanelContext, params: Params, request: Request) -> Message:
    """Return `IExportEstimate`: what the file would contain, with sizes and secrets. Nothing is written."""
    repo = context.repo()
    found = bundle.estimated(repo, repo[params.text("id")], request)
    return {
        "variables": [
            {"name": v.kept.name, "kind": v.kept.kind, "type": v.kept.type, "size_bytes": v.kept.size_bytes,
             "format": v.format, "file_bytes": v.file_bytes, "is_exact": v.is_exact, "needs_trust": v.needs_trust,
             "secret": v.secret, "problem": v.problem, "together": list(v.together)}
            for v in found.variables
        ],
        "modules": [{"path": m.path, "size_bytes": m.size_bytes, "secret": m.secret} for m in found.modules],
        "cells": found.cells,
        "notebook_bytes": found.notebook_bytes,
        "packages": found.packages,
        "group_bytes": found.group_bytes,
        "inputs": [
            {"path": i.path, "size_bytes": i.size_bytes, "is_kept": i.is_kept, "reason": i.reason} for i in found.inputs
        ],
    }  # fmt: skip


def export(context: PanelContext, params: Params, request: Request) -> Message:
    """Write a bundle. A relative path starts at the notebook's folder. An existing file needs `overwrite`."""
    asked = transfer.ExportRequest(
        params.text("id"),
        params.text("path", ""),
        context.notebook.folder,
        overwrite=params.flag("overwrite"),
        check_first=True,
        allow_secrets=params.texts("allow_secrets"),
        options=bundle.BundleOptions(
            names=params.texts("names"),
            without_data=params.flag("without_data"),
            without_files=params.flag("without_files"),
            with_models=params.flag("with_models"),
            is_sliced=params.flag("slice"),
        ),
        is_signed=params.flag("sign"),
    )
    done = transfer.export(context.repo(), asked, request)
    shown = views.exported(str(done.path), done.size_bytes, done.version.name)
    return {**context.done(request, first_line(shown)), "path": str(done.path), "size_bytes": done.size_bytes}
