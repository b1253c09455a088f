"""Answers for pipelines. Each raises CheckFailed if something failed, so that the command line ends with 1."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import ci as actions_ci
from nbmodelver.actions import notebook_checks, pipeline_files
from nbmodelver.actions.conditions import CheckFailed, conditions_met
from nbmodelver.errors import UsageError
from nbmodelver.registry import reading

if TYPE_CHECKING:
    from nbmodelver.model import Json, Progress
    from nbmodelver.model.pipelines import PipelineCheck
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

OPTIONS = {
    "check": {"to"}, "compare": {"to", "fail_on"}, "promote": {"to", "message"}, "notebooks": set[str](),
    "init": {"to", "github", "gitlab", "pre_commit", "write"},
}  # fmt: skip
"""Action -> the options that it takes. --json belongs to all of them."""


def needs_store(call: Call) -> bool:
    """Return False for actions that find their stores by files, or need none."""
    return call["action"] not in ("notebooks", "init")


def ci(repo: Repo | None, call: Call, _progress: Progress | None) -> Shown:
    """Check, compare or promote a version, check notebooks, or make the file of a pipeline.

    repo: None if the action needs no store.
    """
    action = call["action"]
    for name in sorted(set().union(*OPTIONS.values()) - OPTIONS[action]):
        if call[name]:
            raise UsageError(f"ci {action} takes no --{name.replace('_', '-')}", "see: nbmodelver ci --help")
    if action == "notebooks":
        return _notebooks(call)
    if len(call["targets"]) > 1:
        raise UsageError(f"ci {action} takes one model", f"leave out: {' '.join(call['targets'][1:])}")
    address = call["targets"][0] if call["targets"] else ""
    if action == "init":
        return _init(call, address)
    assert repo is not None, action
    if action == "compare":
        return _compare(repo, call, address)
    if action == "promote":
        return _promote(repo, call, address)
    if call["to"] and not address:
        raise UsageError("the model is missing", f"name it: nbmodelver ci check churn --to {call['to']}")
    return _green(actions_ci.check(repo, address, call["to"] or ""), call)


def _green(found: PipelineCheck, call: Call) -> Shown:
    """Return the answer of a check. Raises CheckFailed if anything failed."""
    shown = views.as_json(found, _as_json(found)) if call["json"] else views.ci_checked(found)
    if found.failed:
        raise CheckFailed(tuple(f"{r.gate} {r.measured}".strip() for r in found.failed), shown, "nothing was moved")
    return shown


def _as_json(found: PipelineCheck) -> dict[str, Json]:
    return {
        "target": reading.version_as_json(found.target) if found.target is not None else None, "stage": found.stage,
        "is_there": found.is_there, "passed": not found.failed, "results": [{**vars(r)} for r in found.results],
    }  # fmt: skip


def _promote(repo: Repo, call: Call, address: str) -> Shown:
    found, moved = actions_ci.promoted(repo, address, call["to"] or "", call["message"])
    if moved is None:
        return _green(found, call)
    return views.as_json(moved, reading.move_as_json(moved)) if call["json"] else views.moved(moved)


def _compare(repo: Repo, call: Call, address: str) -> Shown:
    if not address:
        raise UsageError("the model is missing", "name it: nbmodelver ci compare churn --to production")
    after, before, found = actions_ci.compare(repo, address, call["to"] or "")
    if before is None or found is None:
        said = f"{after.address} would be the first version in {call['to'] or 'its stage'}: nothing to compare"
        actions_ci.write_summary(said)
        return views.sentence(said, value=None)
    text = views.diff_markdown(found, before.address, after.address)
    written = actions_ci.write_summary(text)
    if call["json"]:
        shown = views.as_json(found, found.to_dict())
    elif written:
        shown = views.sentence(f"{after.address} against {before.address}: in the summary of the job", value=found)
    else:
        shown = views.code(text, "comparison", found)
    failed = conditions_met(found, call["fail_on"] or "")
    if failed:
        raise CheckFailed(failed, shown, "the comparison: nbmodelver ci compare without --fail-on")
    return shown


def _notebooks(call: Call) -> Shown:
    """Compare notebooks with their versions; the files name the stores. Raises CheckFailed if one differs."""
    if not call["targets"]:
        raise UsageError("the notebooks are missing", "name them: nbmodelver ci notebooks train.ipynb")
    found = notebook_checks.check(call["targets"])
    shown = views.as_json(found, [{**vars(n)} for n in found]) if call["json"] else views.checked_notebooks(found)
    failed = tuple(f"{n.path}: {n.said}" for n in found if n.outcome == "failed")
    if failed:
        raise CheckFailed(failed, shown, "commit each of them again in its kernel")
    return shown


def _init(call: Call, address: str) -> Shown:
    """Print the file of a pipeline, or write it in the working directory."""
    chosen = [name for name in pipeline_files.KINDS if call[name]]
    if len(chosen) != 1:
        raise UsageError("one kind of file is needed", "add --github, --gitlab or --pre-commit")
    file = pipeline_files.KINDS[chosen[0]](address, call["to"] or "")
    if not call["write"]:
        return views.code(f"# {file.path}\n{file.text}", file.path, file)
    done = pipeline_files.write(file, Path.cwd())
    return views.sentence(views.Span(done.path, "code"), f" written · {done.note}", value=done)
