"""Handles the requests about remotes: their list, push, fetch, pull, and who can read an encrypted one.

A push and a fetch need no live values. They run in threads of their own with a store opened once more, as another
process would, so cells run meanwhile. A pull moves the notebook, so it waits its turn as a rollback does.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import encryption
from nbmodelver.actions import remote_transfers as transfers
from nbmodelver.actions import remotes as acts
from nbmodelver.errors import NoStore, UsageError
from nbmodelver.panels.export import first_line
from nbmodelver.panels.merging import choices, merge_plan, texts
from nbmodelver.remote.outgoing import PushOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbmodelver.model import VersionId
    from nbmodelver.model.remotes import BranchStanding, Pulled
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params
    from nbmodelver.remote.remotes import RemoteConfig
    from nbmodelver.repo import Repo

MOST_VERSIONS = 20
"""Versions in one list: of a branch that is ahead or behind, or of a transfer."""


# -- reading


def remotes(context: PanelContext, _params: Params, _request: Request) -> Message:
    """Return all remotes as they were last seen, with their branches; nothing without a store. Asks no remote."""
    try:
        repo = context.repo()
    except NoStore:
        return {"remotes": []}
    return {"remotes": [_remote(repo, one) for one in acts.remotes(repo)]}


def _remote(repo: Repo, known: acts.KnownRemote) -> Message:
    config, abilities = known.config, known.config.abilities
    return {
        "name": config.name,
        "address": config.address,
        "rule": config.rule,
        "rights": "" if abilities is None else "read and write" if abilities.writes else "read only",
        "lazy": config.lazy,
        "encrypted": bool(config.encryption),
        "checked_at_utc": "" if abilities is None else abilities.checked_at_utc,
        "seen_at_utc": known.seen_at_utc,
        "pushed_by": known.pushed_by,
        "pushed_at_utc": known.pushed_at_utc,
        "unsent": len(known.unsent),
        "problem": known.problem,
        "branches": [_branch(repo, config, one) for one in known.branches],
    }


def _branch(repo: Repo, config: RemoteConfig, one: BranchStanding) -> Message:
    newest = one.there or one.here
    owners = [] if newest is None else acts.seen_versions(repo, config, [newest])
    return {
        "branch": one.branch,
        "relation": one.relation,
        "is_current": one.branch == repo.history.branch,
        "here": one.here,
        "there": one.there,
        "is_fetched": one.there is not None and repo.history.records.exists(one.there),
        "author": owners[0].author if owners else "",
        "ahead": _versions(repo, config, one.ahead),
        "behind": _versions(repo, config, one.behind),
    }


def _versions(repo: Repo, config: RemoteConfig, ids: Sequence[VersionId]) -> Message:
    shown = acts.seen_versions(repo, config, ids[:MOST_VERSIONS])
    return {"count": len(ids), "versions": [asdict(one) for one in shown]}


def remote_members(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return the public keys that open an encrypted remote, and the public key of this user. Asks the remote."""
    found = encryption.members(context.repo(), params.text("name"))
    return {"keys": list(found.keys), "own": found.own}


# -- transfers that need no live values


def push_to(context: PanelContext, params: Params, request: Request) -> Message:
    """Send a branch. branch: default: the current one. branch_as: its name at the remote.

    allow_secrets: names of versions that may be sent although they look as if they had a secret.
    """
    repo = context.repo()
    repo.wait_for_pending()  # A commit in the background comes first.
    branch = params.text("branch", "") or repo.history.branch
    allowed = frozenset(params.texts("allow_secrets"))
    options = PushOptions(transfers.selection([branch]), params.text("branch_as", ""), allow_secrets=allowed)
    done = transfers.push_to(transfers.apart(repo), transfers.PushRequest(params.text("remote", ""), options), request)
    names = _names(repo, done.versions)
    return {
        **context.done(request, first_line(views.pushed(done, names)), push=True),
        **_amounts(names, done.bytes, done.seconds),
        "branches": [c.ref.removeprefix("heads/") for c in done.changes if c.ref.startswith("heads/")],
        "is_empty": done.did_nothing,
    }


def fetch_from(context: PanelContext, params: Params, request: Request) -> Message:
    """Bring all that is new. The notebook and its branches stay as they are. lazy: default: as the remote is set."""
    repo = context.repo()
    repo.wait_for_pending()
    lazy = params.flag("lazy") if params.has("lazy") else None
    done = transfers.fetch_from(
        transfers.apart(repo), transfers.FetchRequest(params.text("remote", ""), lazy=lazy), request
    )
    repo.parts.refresh()
    names = _names(repo, done.versions)
    return {
        **context.done(request, first_line(views.fetched(done, names)), push=True),
        **_amounts(names, done.bytes, done.seconds),
        "branches": list(done.branches or {}),
        "is_empty": done.did_nothing,
    }


def _amounts(names: Sequence[str], size_bytes: int, seconds: float) -> Message:
    return {
        "count": len(names), "versions": list(names[:MOST_VERSIONS]), "size_bytes": size_bytes, "duration_s": seconds,
    }  # fmt: skip


def _names(repo: Repo, ids: Sequence[VersionId]) -> list[str]:
    exists = repo.history.records.exists
    return [repo.history.version(id_).name if exists(id_) else id_[:8] for id_ in ids]


# -- the list of remotes


def add_remote(context: PanelContext, params: Params, request: Request) -> Message:
    """Add a remote, after finding out what the place can do. A missing store is created."""
    repo = context.notebook.repo(create=True)
    name, address = params.text("name"), params.text("address").strip()
    if not address:
        raise UsageError("a remote needs an address", "give a folder, or s3://bucket/prefix")
    options, lazy, encrypt = texts(params, "options"), params.flag("lazy"), params.flag("encrypt")
    config = acts.add_remote(repo, acts.AddRequest(name, address, options, lazy, encrypt))
    return context.done(request, _added(config), push=True)


def _added(config: RemoteConfig) -> str:
    """Return one line about a remote that was added. Of an encrypted one, it names the key file to keep a copy of."""
    if not config.encryption:
        return f"remote {config.name} added"
    path = encryption.own_key().path
    kept = f"; keep a copy of {path}: without a key nobody can read it" if path is not None else ""
    return f"encrypted remote {config.name} added{kept}"


def share_remote(context: PanelContext, params: Params, request: Request) -> Message:
    """Let the owner of a public key read an encrypted remote."""
    name, key = params.text("name"), params.text("key").strip()
    if not key:
        raise UsageError("no public key is given", "paste the public key of your colleague: %mv_remote key prints it")
    done = encryption.share(context.repo(), name, [key])
    said = f"{done.remote} can be read with {views.plural(len(done.keys), 'key')}"
    return context.done(request, said if done.new else f"{said}, as before")


def check_remote(context: PanelContext, params: Params, request: Request) -> Message:
    """Find out again what a remote can do and what one's rights allow."""
    config = acts.check_remote(context.repo(), params.text("name"))
    return context.done(request, f"remote {config.name} checked: {config.rule}", push=True)


def remove_remote(context: PanelContext, params: Params, request: Request) -> Message:
    """Remove a remote from the store; nothing changes there. Raises NotPushed if values are only there."""
    config = acts.remove_remote(context.repo(), params.text("name"))
    return context.done(request, f"remote {config.name} removed; nothing changed there", push=True)


# -- changing variables


def pull_from(context: PanelContext, params: Params, request: Request) -> Message:
    """Bring a branch, and the notebook to its newest version. merge, take, trust: as in `PullRequest`."""
    repo = context.repo()
    repo.wait_for_pending()
    asked = transfers.PullRequest(
        params.text("remote", ""),
        params.text("branch", ""),
        params.flag("merge"),
        choices(params),
        trust=params.flag("trust"),
    )
    with context.reporting(request):
        done = transfers.pull_from(repo, asked, context.notebook.restores.actions, request)
    context.push()
    return {
        **context.done(request, _pulled(done)),
        **_amounts(_names(repo, done.fetched.versions), done.fetched.bytes, done.fetched.seconds),
        "branch": done.branch,
        "outcome": done.outcome,
        "version": _arrived(repo, done),
        "authors": list(done.authors),
        "note": done.note,
    }


def _arrived(repo: Repo, done: Pulled) -> str:
    """Return the name of the version at which the branch is now, "" if it did not move."""
    if done.merged is not None:
        return done.merged.name
    there = done.before.there
    return _names(repo, [there])[0] if there is not None and done.outcome in ("moved", "loaded") else ""


def _pulled(done: Pulled) -> str:
    """Return one line about a pull, for a notification."""
    branch, remote, ahead = done.branch, done.fetched.remote, len(done.before.ahead)
    if done.outcome == "merged" and done.merged is not None:
        return f"{branch} merged with {remote}: {done.merged.name}"
    if done.outcome == "ahead":
        return f"{branch} is {views.plural(ahead, 'version')} ahead of {remote}"
    if done.outcome == "up to date":
        return f"{branch} is up to date with {remote}"
    by = f" by {', '.join(done.authors)}" if done.authors else ""
    moved = f"{branch}: {views.plural(len(done.before.behind), 'version')} pulled{by}"
    return " · ".join(filter(None, ["" if done.outcome == "fetched" else moved, done.note]))


READING: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "remotes": remotes,
    "merge_plan": merge_plan,
    "remote_members": remote_members,
}
"""Handlers that read. Each runs in a thread of its own."""

TRANSFERS: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "push_to": push_to,
    "fetch_from": fetch_from,
    "add_remote": add_remote,
    "check_remote": check_remote,
    "remove_remote": remove_remote,
    "share_remote": share_remote,
}
"""Handlers that wait for a network. Each runs in a thread of its own, and ends itself if it is cancelled."""

VARIABLES: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"pull_from": pull_from}
"""Handlers that change variables. They run in the mutation queue."""

TASK_NAMES = {"pull_from": ("pull from", "remote")}
"""How the page names a waiting request: words, and the parameter that follows them."""
