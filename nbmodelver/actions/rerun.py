"""Runs a version, or the version in a bundle, again, and compares the results with the record."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import bundle
from nbmodelver.bundle.rerun import environments, explaining, folders, planning, running, verdicts
from nbmodelver.bundle.rerun.causes import FOLDER_NAME
from nbmodelver.bundle.rerun.running import RunLimits
from nbmodelver.errors import NeedsTrust, UsageError
from nbmodelver.model.rerun import AGREED, Rerun
from nbmodelver.repo import open_repo
from nbmodelver.repo.core import states

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.bundle.rerun.planning import PlannedRerun
    from nbmodelver.model import Cell, Progress, Version
    from nbmodelver.model.rerun import RerunItem, RerunPlan
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class RerunRequest:
    """What to run again, and how.

    target: a version, or the path of a bundle. here: use the Python of this process instead of a new environment.
    is_dry: only say what would happen. once: do not run again to test causes. allows_code: the user allowed the code
    of a bundle to run. folder: of the notebook, whose files cells read; None for none. Cells of a bundle get no files.
    """

    target: str
    here: bool = False
    is_dry: bool = False
    once: bool = False
    allows_code: bool = False
    limits: RunLimits = field(default_factory=RunLimits)
    folder: Path | None = None


def is_bundle(target: str) -> bool:
    """True if a target names a bundle and no version."""
    return target.endswith((".zip", ".nbmv", ".ipynb"))


def rerun(
    repo: Repo | None,
    request: RerunRequest,
    progress: Progress | None = None,
    announce: Callable[[RerunPlan], None] | None = None,
) -> Rerun:
    """Run a version again in a folder of its own. The notebook, the store and the files of the user stay as they are.

    repo: of the version; None for a bundle. announce: gets the plan before anything is installed or runs. Raises
    UsageError, NeedsTrust for code from elsewhere that is not trusted, ArchivedVersion, RerunFailed, BadBundle,
    Damaged.
    """
    with tempfile.TemporaryDirectory(prefix=FOLDER_NAME, ignore_cleanup_errors=True) as scratch:
        place = Path(scratch).resolve()
        ran: list[Cell] | None = None
        folder = request.folder
        if is_bundle(request.target):
            folder = None
            repo, version = _from_bundle(place, request)
            ran = bundle.ran_cells(Path(request.target).expanduser())
        elif repo is None:
            raise UsageError("there is no store here", f"name a bundle, or create a store: {request.target}")
        else:
            version = repo[request.target]
            states.require_not_archived(repo, version)
            _require_trust(repo, version)
        planned = planning.planned(repo, version, here=request.here, folder=folder, ran=ran)
        if is_bundle(request.target):
            planned = _with_lock(planned, Path(request.target).expanduser(), place / "lock")
        if request.is_dry:
            return Rerun(planned.plan)
        _require_cells(planned)
        if announce is not None:
            announce(planned.plan)
        return _rerun(repo, planned, request, place, progress)


def _from_bundle(place: Path, request: RerunRequest) -> tuple[Repo, Version]:
    store = open_repo(place / "record" / ".nbmodelver", create=True)
    version = bundle.bring_in(store, Path(request.target).expanduser()).version
    if not request.allows_code and not request.is_dry:
        raise NeedsTrust(
            f"a re-run runs the code in {request.target}",
            f"see what it would do: %mv_rerun {request.target} --dry-run · allow it: --yes",
        )
    return store, version


def _with_lock(planned: PlannedRerun, path: Path, folder: Path) -> PlannedRerun:
    """Return the plan with the lock and the wheels of a bundle, if it has any and a new environment is made."""
    lock, wheels = bundle.lock_of(path, folder) if planned.wanted is not None else ("", None)
    if not lock or planned.wanted is None:
        return planned
    origin = "with the hashes of its lock" if wheels is None else "from the wheels inside"
    plan = replace(planned.plan, environment=f"{planned.plan.environment}, {origin}")
    return replace(planned, plan=plan, wanted=replace(planned.wanted, lock=lock, wheels=wheels))


def _require_trust(repo: Repo, version: Version) -> None:
    if not repo.trusts(version):
        raise NeedsTrust(
            f"{version.name} came from elsewhere, and a re-run runs its code", f"allow it: %mv_trust {version.name}"
        )
    if repo.backend.local_path() is None:
        raise UsageError("a store in memory cannot be read by another process", "open it from a folder")


def _require_cells(planned: PlannedRerun) -> None:
    running.require_runner()
    if not planned.cells:
        name = planned.plan.version.name
        raise UsageError(f"{name} has no cells to run", "a version that a script committed has none")


def _rerun(repo: Repo, planned: PlannedRerun, request: RerunRequest, place: Path, progress: Progress | None) -> Rerun:
    def say(text: str, done: int = 0, total: int = 1) -> None:
        if progress is not None:
            progress(done, max(1, total), text)

    python = Path(sys.executable) if planned.wanted is None else environments.made(planned.wanted, say)
    count = 0

    def run(variation: explaining.Variation) -> running.RunOutcome:
        nonlocal count
        count += 1
        number, own = count, folders.new_folders(planned, place, count)
        folders.prepare(repo, planned, own)
        return running.run(
            planned, python, own, request.limits,
            lambda at, of: say(f"run {number}: cell {at} of {of}", at, of),
            hash_seed=variation.hash_seed, threads=variation.threads,
        )  # fmt: skip

    first = run(explaining.Variation())
    items = verdicts.compared(repo, planned, python, first)
    if request.once:
        items, runs = explaining.guessed(planned, items, first), 1
    else:
        items, runs = explaining.explained(planned, items, first, run)
    return Rerun(planned.plan, tuple(_ordered(items)), runs, first.ended, first.duration_s)


def write_report(path: Path, page: str) -> Path:
    """Write the page of a result. Raises UsageError if the file cannot be written."""
    target = path.expanduser()
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}", "name another file") from error
    return target


def _ordered(items: list[RerunItem]) -> list[RerunItem]:
    """The metrics, the variables, then the outputs; in each the worst verdict first."""
    order = {"metric": 0, "variable": 1, "output": 2}
    return sorted(items, key=lambda i: (order[i.what], -AGREED.index(i.agreed)))
