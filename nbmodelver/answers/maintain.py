"""Answers of what keeps a store small and whole, and of its settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.errors import UsageError
from nbmodelver.repo import Retention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


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


_MOST_NAMED = 20


def _few(versions: Sequence[str]) -> str:
    if len(versions) <= _MOST_NAMED:
        return ", ".join(versions)
    return f"{views.plural(len(versions), 'version')}, {versions[0]} to {versions[-1]}"


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
