"""The verbs that need no kernel, each once: a parsed call and a repo in, a `Shown` out. For magics and command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbmodelver import bundle, views
from nbmodelver.errors import UnknownVersion, UsageError
from nbmodelver.repo import Query, Repo, Retention, open_repo
from nbmodelver.repo.core import directions
from nbmodelver.repo.core import locate as places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import Group, Progress, Version
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def refs_of(repo: Repo) -> views.RefLabels:
    """Where HEAD, branches and tags point, for the views."""
    history = repo.history
    head = history.head
    return views.RefLabels(
        head.id if head else None,
        history.branch,
        {n: v.id for n, v in history.branches().items()},
        {n: v.id for n, v in history.tags().items()},
    )


def parent_of(repo: Repo, version: Version) -> Version | None:
    """The first parent, or None."""
    return repo.history.version(version.parents[0]) if version.parents else None


def init(path: str | None) -> tuple[Repo, Shown]:
    """Make a store, or open the one that is there."""
    folder = places.as_store(Path(path)) if path else Path.cwd() / places.FOLDER
    existed = (folder / "format").is_file()
    repo = open_repo(folder, create=True)
    count = repo.history.records.count()
    said = f" · {views.plural(count, 'version')}" if existed else " · empty: %mv_commit makes the first version"
    return repo, views.sentence("store at ", views.Span(repo.where, "code"), views.Span(said, "dim"), value=repo)


def status(repo: Repo, _call: Call, _progress: Progress | None) -> Shown:
    """The store without a kernel."""
    return views.status(state_of(repo))


def state_of(repo: Repo, **more: Any) -> views.State:
    """What the status shows of the store itself."""
    settings: dict[str, Any] = {"live": False, **more}
    return views.State(
        store=repo.where,
        branch=repo.history.branch,
        head=repo.history.head,
        versions=repo.history.records.count(),
        stored_bytes=repo.size_bytes(),
        **settings,
    )


def log(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """The versions, newest first."""
    query = Query(where=call["where"], branch=call["branch"], tag=call["tag"], text=call["text"])
    if call["best"] and call["graph"]:
        raise UsageError("--best and --graph do not go together", "leave one of them out")
    with repo.history.appearing:
        total, found = repo.page(query, limit=None if call["best"] else call["limit"])
        refs = refs_of(repo)
    if call["best"]:
        found = repo.best(found, call["best"])
        total, found = len(found), found[: call["limit"]]
    metric = directions.split(call["best"] or "")[0]
    return views.log(found, refs, graph=bool(call["graph"]), more=total - len(found), metric=metric)


def show(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """One version, or some of its values."""
    names = call["names"]
    version = _version(repo, call["version"], "%mv_show HEAD")
    return views.show(
        version,
        refs_of(repo),
        directions=repo.directions([version]),
        note=repo.history.note(version),
        parent=parent_of(repo, version),
        profiles={n: repo.profile(version, n) for n in names} if names else None,
        cells=() if names else repo.cells(version),
        environment={} if names else repo.environment(version),
        modules={} if names else repo.modules(version),
        about_modules=() if names else repo.modules_of(version).notes,
    )


def diff(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Two versions, section by section."""
    head = repo.history.head
    if head is not None and not head.parents and call["a"] == "HEAD~1":
        hint = f"name two, as in %mv_diff {head.name} v2; what has changed since: %mv_status"
        raise UsageError(f"there is no version before {head.name}", hint)
    before, after = (_version(repo, call[side], "%mv_diff HEAD~1 HEAD") for side in ("a", "b"))
    return views.diff(repo.diff(before, after, call["names"]))


def compare(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Several versions side by side."""
    asked = [repo[v] for v in call["versions"]]
    found = asked or list(reversed(repo.log(branch=repo.history.branch, limit=10)))
    return views.compare(found, repo.directions(found))


def tag(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Set, move, delete or list tags."""
    name = call["name"]
    if not name:
        return views.tags(repo.history.tags())
    if call["delete"]:
        repo.history.delete_tag(name)
        return views.sentence("tag ", views.Span(name, "strong"), " removed", value=repo.history.tags())
    version = repo.tag(name, call["version"], move=call["move"])
    return views.sentence(views.Span(version.name, "strong"), " is ", views.Span(name, "strong"), value=version)


def branch(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Make, delete or list branches."""
    name = call["name"]
    if not name:
        return views.branches(repo.history.branches(), repo.history.branch)
    if call["delete"]:
        repo.history.delete_branch(name)
        return views.sentence("branch ", views.Span(name, "strong"), " removed", value=repo.history.branches())
    version = repo.branch(name)
    go = views.Span(f" · go there: %mv_switch {name}", "dim")
    return views.sentence("branch ", views.Span(name, "strong"), f" starts at {version.name}", go, value=version)


def trust(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """List, give or take back trust."""
    if not call["version"]:
        known = repo.trust.all()
        if known:
            return views.config(dict(known))
        return views.sentence("you trust no origin but your own stores", value={})
    version = repo[call["version"]]
    origins = repo.origins(version)
    if not origins:
        return views.sentence(views.Span(version.name, "strong"), " was made here: nothing to trust", value=())
    for origin in origins:
        if call["revoke"]:
            repo.trust.remove(origin)
        else:
            repo.trust.add(origin)
    if call["revoke"]:
        return views.sentence(views.Span(version.name, "strong"), " is trusted no longer", value=origins)
    pickled = [g for g in (*version.groups, *version.definitions) if g.pickled]
    needs = "; ".join(f"{', '.join(g.names)} ({_imports(repo, g)})" for g in pickled)
    imports = sorted(set(repo.imports_needed(version).values()))
    with_imports = f"; imports {', '.join(imports)}" if imports else ""
    modules = repo.modules(version)
    writes = f"; %mv_rollback {version.name} --modules writes {', '.join(modules)}" if modules else ""
    what = f"{needs or 'plain data only'}{with_imports}{writes}"
    said = f" may be loaded now, from {', '.join(origins)}: {what}"
    return views.sentence(views.Span(version.name, "strong"), said, value=origins)


def _imports(repo: Repo, group: Group) -> str:
    return ", ".join(repo.vault.what_it_runs(group)) or "code of a notebook"


def purge(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Take names out of all versions."""
    names = call["names"]
    if not names:
        raise UsageError("purge needs the names to take out", "try: %mv_purge NAME")
    done = repo.purge(names, dry_run=not call["yes"])
    where = _few(done.versions) or "parameters, metrics and packs only"
    verb = "was taken out of" if call["yes"] else "would be taken out of"
    hint = "" if call["yes"] else " · for good with --yes"
    return views.sentence(
        views.Span(", ".join(names), "strong"), f" {verb} {where}", views.Span(hint, "dim"), value=done
    )


def _few(versions: Sequence[str]) -> str:
    if len(versions) <= _MOST_NAMED:
        return ", ".join(versions)
    return f"{views.plural(len(versions), 'version')}, {versions[0]} to {versions[-1]}"


_MOST_NAMED = 20


def forget(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Let versions vanish, or bring them back."""
    if call["undo"]:
        back = repo.take_back(call["versions"])
        names = ", ".join(v.name for v in back)
        return views.sentence(views.Span(names or "nothing", "strong"), " came back", value=back)
    rule = Retention(
        **{p: call[f"keep_{p}"] or 0 for p in ("last", "hourly", "daily", "weekly", "monthly")},
        best={metric: _whole(metric, n) for metric, n in (call["best"] or {}).items()},
        tagged=call["keep_tagged"],
        within_bytes=None if call["within"] is None else views.parsed_size(call["within"]),
    )
    done = repo.forget(call["versions"], keep=rule, force=call["force"], dry_run=call["dry_run"])
    return views.forgotten(
        done.versions, done, kept=done.kept, protected=done.protected, dry_run=done.dry_run,
        freed_bytes=done.freed_bytes, garbage_bytes=done.garbage_bytes, exact=done.exact, over_bytes=done.over_bytes,
    )  # fmt: skip


def _whole(metric: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise UsageError(f"--best {metric}={text}: how many?", f"for example: --best {metric}=3")
    return int(text)


def backup(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Copy the store."""
    done = repo.backup(Path(call["folder"]), full=call["full"], progress=progress)
    return views.backed_up(
        done, done.folder, done.versions, files=done.files, copied_bytes=done.bytes, problems=done.problems
    )


def repair(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Move damage away, save the rest."""
    done = repo.repair(dry_run=not call["yes"])
    return views.repaired(
        done, moved=done.moved, saved=(done.saved_parts, done.saved_records), refs=done.refs, lost=done.lost,
        quarantine=done.quarantine, dry_run=done.dry_run,
    )  # fmt: skip


def stats(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """What takes the room."""
    found = repo.stats()
    return views.stats(
        found, names=found.by_name, kinds=found.by_kind, versions=found.by_version, parts=(found.plain, found.deltas),
        files=found.files, garbage_bytes=found.garbage_bytes, limit=call["limit"],
    )  # fmt: skip


def verify(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Check the store."""
    full, sample = bool(call["full"]), call["sample"]
    count = len(repo.history.records.readable_ids()[0])
    problems = repo.verify(full=full, sample=sample, progress=progress)
    what = "every byte" if full else f"structure and {sample:g} % of the parts" if sample else "structure"
    return views.verify(problems, f"{what} of {views.plural(count, 'version')}", whole=full)


def gc(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Remove what no version needs."""
    if call["upgrade"] and not call["dry_run"]:
        repo.upgrade()
    return views.gc(repo.gc(dry_run=call["dry_run"], **({"grace_s": 0} if call["now"] else {})))


def config(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show or change a setting."""
    key, value = call["key"], call["value"]
    if key and value is not None:
        repo.settings.set(key, value)
    return views.config({key: repo.settings[key]} if key else repo.settings.all())


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


FACES: dict[str, Callable[[Repo, Call, Progress | None], Shown]] = {
    "status": status,
    "log": log,
    "show": show,
    "diff": diff,
    "compare": compare,
    "tag": tag,
    "branch": branch,
    "trust": trust,
    "purge": purge,
    "forget": forget,
    "backup": backup,
    "stats": stats,
    "repair": repair,
    "verify": verify,
    "gc": gc,
    "config": config,
    "export": export,
    "import": import_,
}


def _version(repo: Repo, word: str, way: str) -> Version:
    """The version that a word means. way: what stands before the name of a variable, for who gave only that."""
    try:
        return repo[word]
    except UnknownVersion as error:
        head = repo.history.head
        if head is None or word not in head.kept:
            raise
        raise UnknownVersion(error.message, f"for the variable: {way} {word}") from None


def branch_tip(repo: Repo, name: str) -> Version:
    """The latest version of a branch. Raises UnknownVersion with what exists."""
    branches = repo.history.branches()
    if name not in branches:
        raise UnknownVersion(
            f"no branch '{name}'", f"there is: {', '.join(branches) or 'no branch yet'}; new: %mv_branch {name}"
        )
    return branches[name]


def demand_head(repo: Repo) -> Version:
    """The present version. Raises UsageError before the first commit."""
    head = repo.history.head
    if head is None:
        raise UsageError("there are no versions yet", "make one: %mv_commit")
    return head
