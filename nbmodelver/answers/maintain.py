"""Answers about maintenance of a store and its settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import maintain
from nbmodelver.actions import remote_transfers as transfers
from nbmodelver.errors import UsageError
from nbmodelver.repo.notices.channels import PREFIX as CHANNEL
from nbmodelver.repo.notices.channels import Channels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Json, Progress
    from nbmodelver.repo import Repo
    from nbmodelver.repo.maintain.purge import Purged
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def purge(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Remove variables and input files from all versions. Raises UsageError if none is named."""
    what = [*call["names"], *(call["file"] or ())]
    if not what:
        raise UsageError("nothing is named to remove", "name a variable, or a file: --file PATH")
    if call["remote"]:
        reached = transfers.purge_remote(repo, call["remote"], what, confirmed=call["yes"], progress=progress)
        deleted = None if reached.collected is None else reached.collected.deleted_bytes
        here = _purged(call, what, reached.purged)
        return views.purged_remote(here, reached, reached.remote, deleted, reached.writers)
    return _purged(call, what, maintain.purge(repo, maintain.PurgeRequest(what, confirmed=call["yes"])))


def _purged(call: Call, what: Sequence[str], done: Purged) -> Shown:
    where = _shortened(done.versions) or "parameters, metrics and packs only"
    verb = "was removed from" if call["yes"] else "would be removed from"
    hint = "" if call["yes"] else " · --yes removes it permanently"
    names = views.Span(", ".join(what), "strong")
    return views.sentence(names, f" {verb} {where}", views.Span(hint, "dim"), value=done)


_MOST_NAMED = 20


def _shortened(versions: Sequence[str]) -> str:
    """The names of versions, or their number and range if they are many."""
    if len(versions) <= _MOST_NAMED:
        return ", ".join(versions)
    return f"{views.plural(len(versions), 'version')}, {versions[0]} to {versions[-1]}"


def forget(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Forget versions, or restore forgotten ones."""
    if call["undo"]:
        restored = repo.take_back(call["versions"])
        names = ", ".join(v.name for v in restored)
        return views.sentence(views.Span(names or "nothing", "strong"), " restored", value=restored)
    request = maintain.ForgetRequest(
        call["versions"],
        keep={period: call[f"keep_{period}"] for period in ("last", "hourly", "daily", "weekly", "monthly")},
        best=call["best"] or {},
        tagged=call["keep_tagged"],
        within=call["within"],
        force=call["force"],
        dry_run=call["dry_run"],
    )
    done = maintain.forget(repo, request)
    return views.forgotten(
        done.versions, done, kept=done.kept, protected=done.protected, dry_run=done.dry_run,
        freed_bytes=done.freed_bytes, garbage_bytes=done.garbage_bytes, exact=done.exact, over_bytes=done.over_bytes,
    )  # fmt: skip


def backup(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Copy the store."""
    done = repo.backup(Path(call["folder"]), full=call["full"], progress=progress)
    return views.backed_up(
        done, done.folder, done.versions, files=done.files, copied_bytes=done.bytes, problems=done.problems
    )


def repair(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Quarantine damaged files and recover the rest."""
    done = repo.repair(dry_run=not call["yes"])
    return views.repaired(
        done, moved=done.moved, saved=(done.saved_parts, done.saved_records), refs=done.refs, lost=done.lost,
        quarantine=done.quarantine, dry_run=done.dry_run,
    )  # fmt: skip


def stats(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show what uses space."""
    found = repo.stats()
    return views.stats(
        found, names=found.by_name, kinds=found.by_kind, versions=found.by_version, parts=(found.plain, found.deltas),
        files=found.files, garbage_bytes=found.garbage_bytes, limit=call["limit"],
    )  # fmt: skip


def verify(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Check the store."""
    done = maintain.verify(repo, maintain.VerifyRequest(bool(call["full"]), call["sample"]), progress)
    sample = done.request.sample
    scope = "every byte" if done.request.full else "structure"
    if sample and not done.request.full:
        scope += f" and {sample:g} % of the parts"
    checked = f"{scope} of {views.plural(done.versions, 'version')}"
    return views.verify(done.problems, checked, whole=done.request.full)


def gc(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Remove data that no version needs."""
    return views.gc(maintain.gc(repo, maintain.GcRequest(call["dry_run"], call["now"], call["upgrade"])))


def config(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Show or change a setting."""
    key, value = call["key"], call["value"]
    if key and key.startswith(CHANNEL):
        return _channel(key, value)
    if key and value is not None:
        maintain.set_setting(repo, key, value)
    found = maintain.settings(repo, key)
    return views.config(found if key else {**found, **_shown(Channels().masked())})


def _channel(key: str, value: object) -> Shown:
    """Show or change the address of a channel of this user."""
    name, channels = key.removeprefix(CHANNEL), Channels()
    if value is not None:
        channels.set(name, "" if value in ("off", False) else str(value))
    known = channels.masked()
    return views.config(_shown({name: known.get(name, "")}))


def _shown(channels: dict[str, str]) -> dict[str, Json]:
    return {CHANNEL + name: address for name, address in channels.items()}
