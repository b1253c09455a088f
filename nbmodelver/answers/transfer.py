"""Answers about stores and bundles: init, export, import, trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import bundle, views
from nbmodelver.actions import trust as trusting
from nbmodelver.repo import Repo, open_repo
from nbmodelver.repo.core import locate

if TYPE_CHECKING:
    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def init(path: str | None) -> tuple[Repo, Shown]:
    """Make a store, or open the one that is there."""
    folder = locate.as_store(Path(path)) if path else Path.cwd() / locate.FOLDER
    existed = (folder / "format").is_file()
    repo = open_repo(folder, create=True)
    count = repo.history.records.count()
    said = f" · {views.plural(count, 'version')}" if existed else " · empty: %mv_commit makes the first version"
    return repo, views.sentence("store at ", views.Span(repo.where, "code"), views.Span(said, "dim"), value=repo)


def trust(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List, give or take back trust."""
    if not call["version"]:
        known = repo.trust.all()
        if known:
            return views.config(dict(known))
        return views.sentence("you trust no origin but your own stores", value={})
    done = trusting.revoke(repo, call["version"]) if call["revoke"] else trusting.give(repo, call["version"])
    name = views.Span(done.version.name, "strong")
    if not done.origins:
        return views.sentence(name, " was made here: nothing to trust", value=())
    if call["revoke"]:
        return views.sentence(name, " is trusted no longer", value=done.origins)
    runs = (f"{', '.join(names)} ({', '.join(what) or 'code of a notebook'})" for names, what in done.runs.items())
    with_imports = f"; imports {', '.join(done.imports)}" if done.imports else ""
    writes = f"; %mv_rollback {done.version.name} --modules writes {', '.join(done.modules)}" if done.modules else ""
    what = f"{'; '.join(runs) or 'plain data only'}{with_imports}{writes}"
    return views.sentence(name, f" may be loaded now, from {', '.join(done.origins)}: {what}", value=done.origins)


def export(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Write a bundle."""
    version = repo[call["version"]]
    path = Path(call["output"] or bundle.default_name(version)).expanduser()
    bundle.write(repo, version, path, progress, allow_secrets=call["allow_secret"] or ())
    return views.exported(str(path), path.stat().st_size, version.name)


def import_(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Bring a bundle's version into the store."""
    path = Path(call["file"]).expanduser()
    imported = bundle.bring_in(repo, path, progress)
    version = imported.version
    pickled = [] if repo.trusts(version) else [n for g in version.groups if g.pickled for n in g.names]
    how = "is there already as " if imported.again else "is here as "
    note = f" · {', '.join(pickled)}: only with %mv_rollback {version.name} --trust" if pickled else ""
    said = (views.Span(path.name, "code"), f" {how}", views.Span(version.name, "strong"), views.Span(note, "dim"))
    return views.sentence(*said, value=version)
