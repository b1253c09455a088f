"""Handles the requests for a bundle file: what it contains, and the import of all of it or of some variables.

The page reads small bundles by itself. It asks for the content only where the file is too large for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import bundle, views
from nbmodelver.actions import transfer
from nbmodelver.bundle import names
from nbmodelver.panels import entries

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.actions.transfer import ImportedBundle
    from nbmodelver.bundle import Inside
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params


def show(context: PanelContext, params: Params, request: Request) -> Message:
    """Return `IBundle`: the content of a bundle. Every hash is checked, and nothing of it is run or stored."""
    path = transfer.file_named(params.text("path"), context.notebook.folder)
    return _message(bundle.inspect(path, request))


def _message(found: Inside) -> Message:
    version, packages = found.version, found.environment.get("packages")
    files = {name: size for name, size in found.members.items() if not name.startswith(names.PARTS)}
    parts = [size for name, size in found.members.items() if name.startswith(names.PARTS)]
    return {
        "version": {
            key: getattr(version, key) for key in ("name", "message", "note", "author", "saved_at_utc")
        } | {"params": dict(version.params), "metrics": dict(version.metrics)},
        "variables": [
            {"name": k.name, "kind": k.kind, "type": k.type, "size_bytes": k.size_bytes,
             "format": str(v.get("format", "")), "needs_trust": bool(v.get("needs_trust")),
             "together": list(version.group_of(k.name).names)}
            for v in found.variables for k in [version.kept[str(v["name"])]]
        ],
        "files": [{"name": name, "size_bytes": size} for name, size in files.items()],
        "parts": {"count": len(parts), "size_bytes": sum(parts)},
        "python": str(found.environment.get("python", "")),
        "packages": len(packages) if isinstance(packages, dict) else 0,
        "digest": found.digest,
        "signature": "none" if not found.is_signed else _signature(found),
        "signer": found.signer,
    }  # fmt: skip


def _signature(found: Inside) -> str:
    """Return how far the signature is verified. One that is wrong was refused."""
    return "pinned" if found.is_pinned else "valid" if found.signer else "unchecked"


def import_(context: PanelContext, params: Params, request: Request) -> Message:
    """Add the version of a bundle to the store. A missing store is created. names: import only these variables."""
    repo = context.notebook.repo(create=True)
    repo.wait_for_pending()  # A commit in the background comes first.
    asked = transfer.ImportRequest(
        str(transfer.file_named(params.text("path"), context.notebook.folder)),
        only=params.texts("names"),
        digest=params.text("digest", ""),
    )
    done = transfer.import_(repo, asked, request)
    reply = context.done(request, _summary(done), push=True)
    return {
        **reply,
        "entry": entries.entry(done.version, context.cached.labels),
        "again": done.again,
        "untrusted": list(done.untrusted),
    }


def _summary(done: ImportedBundle) -> str:
    state = "is already in the store as" if done.again else "was imported as"
    names = views.plural(len(done.version.kept), "variable")
    return f"{done.path.name} {state} {done.version.name} · {names}"


READING: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"bundle": show}
"""Handlers that read. Each runs in a thread of its own."""

CHANGING: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"import": import_}
"""Handlers that add a version. They run in the mutation queue."""

TASK_NAMES = {"import": ("import of", "path")}
"""How the page names a waiting request: words, and the parameter that follows them."""
