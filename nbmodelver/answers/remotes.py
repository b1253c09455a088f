"""Answers about remotes: remote, push, fetch, pull and clone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import encryption, git
from nbmodelver.actions import remote_transfers as transfers
from nbmodelver.actions import remotes as acts
from nbmodelver.actions.restore import RollbackRequest
from nbmodelver.errors import UsageError
from nbmodelver.remote.fetch import EVERYTHING
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.remotes import to_json

if TYPE_CHECKING:
    from nbmodelver.actions.restore import Restores
    from nbmodelver.model import Json, Progress, VersionId
    from nbmodelver.remote.remotes import RemoteConfig
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def remote(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Add, list, check, share, clean or remove remotes."""
    action, name = call["action"], call["name"] or ""
    if action is None:
        found = acts.remotes(repo)
        if call["json"]:
            return views.as_json(found, [_as_json(one) for one in found])
        return views.remotes([_row(repo, one) for one in found], found)
    if action == "add":
        return _added(repo, call)
    if action == "share":
        keys = [call["address"]] if call["address"] else []
        return views.remote_members(encryption.share(repo, name, keys))
    if call["address"]:
        raise UsageError(f"{action} takes no address", f"%mv_remote {action} {name}")
    own = own_age_key(call)
    if own is not None:
        return own
    if action == "check":
        config = acts.check_remote(repo, name)
        return views.remote_added(_row(repo, acts.KnownRemote(config)), config)
    if action == "gc":
        options = transfers.CollectRequest(name, call["grace"], call["forgotten"], call["dry_run"])
        return views.remote_collected(transfers.collect_remote(repo, options, progress))
    config = acts.remove_remote(repo, name)
    return views.sentence("remote ", views.Span(config.name, "strong"), " removed; nothing changed there", value=config)


def own_age_key(call: Call) -> Shown | None:
    """Answer `remote key`, which needs no store: your public key. Return None for everything else."""
    return views.own_key(encryption.own_key()) if call["action"] == "key" else None


def _added(repo: Repo, call: Call) -> Shown:
    """Add a remote, and show what the place does."""
    name, recipients = call["name"] or "", tuple(call["recipient"] or ())
    if not name or not call["address"]:
        raise UsageError("add needs a name and an address", "try: %mv_remote add origin /mnt/team/study")
    if recipients and not call["encrypt"]:
        raise UsageError("--recipient is for encrypted remotes", "add --encrypt, or leave it out")
    request = acts.AddRequest(name, call["address"], call["option"] or {}, call["lazy"], call["encrypt"], recipients)
    config = acts.add_remote(repo, request)
    own = encryption.own_key() if config.encryption else None
    return views.remote_added(_row(repo, acts.KnownRemote(config)), config, own)


def push(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Send versions to a remote."""
    options = PushOptions(
        transfers.selection(call["branch"] or (), call["tag"] or (), call["model"] or (), everything=call["all"]),
        call["branch_as"] or "", call["force"], call["message"] or "", frozenset(call["allow_secret"] or ()),
        call["versions_only"], call["dry_run"], call["again"], call["accept_older"],
    )  # fmt: skip
    done = transfers.push_to(repo, transfers.PushRequest(call["remote"] or "", options), progress)
    if call["json"]:
        return views.as_json(done, done.to_dict())
    return views.pushed(done, names_of(repo, done.versions))


def fetch(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Bring versions from a remote."""
    names = call["only"] or ()
    chosen = transfers.selection(call["branch"] or (), call["tag"] or (), call["model"] or (), names=names)
    request = transfers.FetchRequest(
        call["remote"] or "", EVERYTHING if chosen.is_empty and not names else chosen, call["lazy"],
        call["accept_older"], call["dry_run"],
    )  # fmt: skip
    done = transfers.fetch_from(repo, request, progress)
    if call["json"]:
        return views.as_json(done, done.to_dict())
    return views.fetched(done, names_of(repo, done.versions))


def pull(repo: Repo, call: Call, progress: Progress | None, restores: Restores | None = None) -> Shown:
    """Bring the new versions of a branch, and the notebook to the newest one. With --pointer, one version."""
    if call["pointer"]:
        return _pointed(repo, call, progress, restores)
    request = transfers.PullRequest(
        call["remote"] or "", call["branch"] or "", call["merge"], call["take"] or {}, call["key"] or {},
        not call["no_load"], call["trust"], call["lazy"], call["accept_older"],
    )  # fmt: skip
    done = transfers.pull_from(repo, request, restores, progress)
    names = names_of(repo, done.fetched.versions)
    before, there = done.before.here, done.before.there
    ends = tuple(names_of(repo, [id_])[0] if id_ is not None else "" for id_ in (before, there))
    return views.pulled(done, names, (ends[0], ends[1]))


def _pointed(repo: Repo, call: Call, progress: Progress | None, restores: Restores | None) -> Shown:
    """Bring the version of a pointer file, and the notebook there."""
    version = git.follow_pointer(Path(call["pointer"]), repo, progress)[1]
    if restores is None or call["no_load"]:
        return views.sentence(views.Span(version.name, "strong"), f" {version.message} is here", value=version)
    planned = restores.plan(RollbackRequest(version.id, trust=call["trust"]))
    return views.plan(restores.rollback(planned), done=True)


def pull_pointer(call: Call, progress: Progress | None) -> Shown:
    """Bring the version of a pointer file on the command line, and let the store stand there."""
    repo, version = git.follow_pointer(Path(call["pointer"]), None, progress)
    repo.history.set_head(version.id)
    said = f" {version.message} is the current version of {repo.where}"
    return views.sentence(views.Span(version.name, "strong"), said, value=version)


def clone(call: Call, progress: Progress | None) -> tuple[Repo, Shown]:
    """Make a store with the versions of a remote."""
    branches, tags = call["branch"] or (), call["tag"] or ()
    request = transfers.CloneRequest(
        call["address"], Path(call["folder"]) if call["folder"] else None, call["lazy"], call["option"] or {},
        transfers.selection(branches, tags) if branches or tags else None, call["name"],
    )  # fmt: skip
    done = transfers.clone_from(request, progress)
    return done.repo, views.cloned(str(done.folder), done.fetched, done.repo.history.records.count(), done.repo)


def names_of(repo: Repo, versions: tuple[VersionId, ...] | list[VersionId]) -> list[str]:
    """Return "v7" for each version; the start of the id for one that is not here."""
    exists = repo.history.records.exists
    return [repo.history.version(id_).name if exists(id_) else id_[:12] for id_ in versions]


def _row(repo: Repo, known: acts.KnownRemote) -> views.RemoteRow:
    config = known.config
    own = repo.history.branch
    return views.RemoteRow(
        config.name, config.address, config.rule, _rights(config), config.lazy,
        tuple((one.branch, one.relation, len(one.ahead), len(one.behind), one.branch == own) for one in known.branches),
        len(known.unsent), known.problem, bool(config.encryption),
    )  # fmt: skip


def _rights(config: RemoteConfig) -> str:
    return "" if config.abilities is None else "read and write" if config.abilities.writes else "read only"


def _as_json(known: acts.KnownRemote) -> Json:
    branches: list[Json] = [
        {"branch": b.branch, "relation": b.relation, "here": b.here, "there": b.there, "ahead": list(b.ahead),
         "behind": list(b.behind)}
        for b in known.branches
    ]  # fmt: skip
    return {**to_json(known.config), "branches": branches, "unsent": list(known.unsent), "problem": known.problem}
