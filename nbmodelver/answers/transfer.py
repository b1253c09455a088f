"""Answers about stores and bundles: init, export, import, trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import transfer
from nbmodelver.actions import trust as trusting

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def init(path: str | None, folder: Path) -> tuple[Repo, Shown]:
    """Create a store, or open the one that exists. folder: where it is without a path."""
    done = transfer.init(path, folder)
    hint = (
        f" · {views.plural(done.versions, 'version')}"
        if done.existed
        else " · empty: %mv_commit makes the first version"
    )
    where = views.Span(done.repo.where, "code")
    return done.repo, views.sentence("store at ", where, views.Span(hint, "dim"), value=done.repo)


def trust(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List, give or revoke trust."""
    if not call["version"]:
        known = repo.trust.all()
        if known:
            return views.config(dict(known))
        return views.sentence("only your own stores are trusted", value={})
    done = trusting.revoke(repo, call["version"]) if call["revoke"] else trusting.give(repo, call["version"])
    name = views.Span(done.version.name, "strong")
    if not done.origins:
        return views.sentence(name, " was created here and needs no trust", value=())
    if call["revoke"]:
        return views.sentence(name, " is no longer trusted", value=done.origins)
    runs = (f"{', '.join(names)} ({', '.join(what) or 'code of a notebook'})" for names, what in done.runs.items())
    with_imports = f"; imports {', '.join(done.imports)}" if done.imports else ""
    writes = f"; %mv_rollback {done.version.name} --modules writes {', '.join(done.modules)}" if done.modules else ""
    what = f"{'; '.join(runs) or 'plain data only'}{with_imports}{writes}"
    return views.sentence(name, f" may be loaded now, from {', '.join(done.origins)}: {what}", value=done.origins)


def export(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Write a bundle."""
    request = transfer.ExportRequest(call["version"], call["output"] or "", allow_secrets=call["allow_secret"] or ())
    done = transfer.export(repo, request, progress)
    return views.exported(str(done.path), done.size_bytes, done.version.name)


def import_(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Add the version of a bundle to the store."""
    done = transfer.import_(repo, call["file"], progress)
    name = done.version.name
    state = " is already in the store as " if done.again else " was imported as "
    hint = f" · {', '.join(done.untrusted)}: only with %mv_rollback {name} --trust" if done.untrusted else ""
    file, version = views.Span(done.path.name, "code"), views.Span(name, "strong")
    return views.sentence(file, state, version, views.Span(hint, "dim"), value=done.version)
