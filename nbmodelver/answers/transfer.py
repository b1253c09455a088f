"""Answers about stores and bundles: init, export, import, trust."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import bundle, views
from nbmodelver.actions import exchange, transfer
from nbmodelver.actions import rerun as rerunning
from nbmodelver.actions import trust as trusting
from nbmodelver.actions.handover.request import HandoverRequest
from nbmodelver.actions.handover.writing import hand_over
from nbmodelver.actions.maintain import parsed_size
from nbmodelver.bundle.rerun.running import RunLimits
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import Progress
    from nbmodelver.model.rerun import RerunPlan
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

OF_BUNDLE = ("output", "only", "no_data", "no_files", "portable", "slice", "notebook", "lock", "offline", "sign")
"""Options of a bundle."""

ALONE = ("model", "example", "serve", "image", "conda", "pixi", "onnx", "licence")
"""Arguments of the verb export that need a folder."""
SPELLED = {"licence": "license"}


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


def rerun(repo: Repo | None, call: Call, progress: Progress | None) -> Shown:
    """Run a version or a bundle again, and compare the results. `NotReproduced` carries the answer of a script."""
    limits = RunLimits(
        cell_limit_s=call["limit"], is_offline=call["offline"],
        memory_bytes=parsed_size(call["memory"]) if call["memory"] else 0,
    )  # fmt: skip
    request = rerunning.RerunRequest(
        call["version"], call["here"], call["dry_run"], call["once"], call["yes"], limits, Path.cwd()
    )
    found = rerunning.rerun(repo, request, progress, _say_what_is_lacking)
    if call["report"]:
        rerunning.write_report(Path(call["report"]), views.rerun_page(found))
    return views.as_json(found, found.to_dict()) if call["json"] else views.rerun(found)


def _say_what_is_lacking(plan: RerunPlan) -> None:
    """Print one line on stderr, so that a script still reads the result alone."""
    said = views.rerun_lacks(plan)
    if said:
        print(said, file=sys.stderr, flush=True)


def bundle_(call: Call, progress: Progress | None) -> Shown:
    """Show or check what a bundle contains, or write its files into a folder. No store is needed."""
    del progress
    path = Path(call["file"]).expanduser()
    if call["folder"] and call["action"] != "extract":
        raise UsageError(f"{call['action']} takes no folder", f"%mv_bundle {call['action']} {call['file']}")
    if call["action"] == "extract":
        name = path.name.removesuffix(".zip").removesuffix(".nbmv")
        return views.bundle_extracted(bundle.extract(path, Path(call["folder"] or name).expanduser()))
    found = bundle.inspect(path)
    if call["json"]:
        return views.as_json(found, found.to_dict())
    return views.bundle_inside(found, path.name) if call["action"] == "show" else views.bundle_intact(found, path.name)


def export(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Write a bundle, a model alone, or versions to another system."""
    if call["to"]:
        return _exported_to(repo, call, progress)
    if call["target"] is not None:
        raise UsageError(
            f"'{call['target']}' is one argument too many", "name a file: -o FILE, or a system: --to SYSTEM"
        )
    named, are = _given(call, ("all", "dry_run"))
    if named:
        raise UsageError(f"{named} {are} for another system", "name it: --to SYSTEM")
    if call["folder"]:
        named, are = _given(call, OF_BUNDLE)
        if named:
            raise UsageError(f"{named} {are} for a bundle, and --as writes one model alone", "leave out one of them")
        return views.handed_over(hand_over(repo, _handover(call)))
    named, are = _given(call, ALONE)
    if named:
        raise UsageError(f"{named} {are} for a model alone", "name a new folder: --as FOLDER")
    options = bundle.BundleOptions(
        names=call["only"] or (), without_data=call["no_data"], without_files=call["no_files"],
        with_models=call["portable"], is_sliced=call["slice"], has_lock=call["lock"], has_wheels=call["offline"],
    )  # fmt: skip
    request = transfer.ExportRequest(
        call["version"], call["output"] or "", allow_secrets=call["allow_secret"] or (), force=call["force"] or "",
        options=options, as_notebook=call["notebook"], is_signed=call["sign"],
    )  # fmt: skip
    done = transfer.export(repo, request, progress)
    return views.exported(str(done.path), done.size_bytes, done.version.name)


def _exported_to(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Write versions to another system. With --all the first argument is the target."""
    named, are = _given(call, (*(o for o in OF_BUNDLE if o != "only"), *ALONE, "folder"))
    if named:
        raise UsageError(f"{named} {are} not for another system", "leave it out, or leave out --to")
    alone = call["all"] and call["target"] is None
    target = call["version"] if alone else call["target"] or ""
    request = exchange.ExportToRequest(
        call["to"], target, () if call["all"] else (call["version"],), frozenset(call["only"] or ()),
        allow_secrets=frozenset(call["allow_secret"] or ()), dry_run=call["dry_run"],
    )  # fmt: skip
    return views.exported_to(exchange.export_to(repo, request, progress))


def _given(call: Call, options: Sequence[str]) -> tuple[str, str]:
    """Return the options that a call has, as a text, and "is" or "are"."""
    found = [f"--{SPELLED.get(option, option).replace('_', '-')}" for option in options if call[option]]
    return ", ".join(found), "is" if len(found) == 1 else "are"


def _handover(call: Call) -> HandoverRequest:
    """Return the request of a model that is written alone."""
    return HandoverRequest(
        call["version"], Path(call["folder"]).expanduser(), call["model"] or "", call["example"] or "",
        call["force"] or "", call["licence"] or "", serve=call["serve"], image=call["image"], conda=call["conda"],
        pixi=call["pixi"], onnx=call["onnx"],
    )  # fmt: skip


def import_(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Add the version of a bundle to the store, or versions of another system."""
    if call["system"]:
        if call["only"]:
            raise UsageError("--only is for bundles, and --from brings whole versions", "leave out one of them")
        found = exchange.import_from(
            repo, exchange.ImportFromRequest(call["system"], call["file"], call["dry_run"]), progress
        )
        return views.as_json(found, asdict(found)) if call["json"] else views.imported_from(found)
    done = transfer.import_(repo, transfer.ImportRequest(call["file"], only=call["only"] or ()), progress)
    name = done.version.name
    state = " is already in the store as " if done.again else " was imported as "
    hint = f" · {', '.join(done.untrusted)}: only with %mv_rollback {name} --trust" if done.untrusted else ""
    file, version = views.Span(done.path.name, "code"), views.Span(name, "strong")
    return views.sentence(file, state, version, views.Span(hint, "dim"), value=done.version)
