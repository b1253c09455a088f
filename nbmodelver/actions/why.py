"""Why a metric differs between two versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.actions.scratch_process import ScratchProcess
from nbmodelver.comparison.metric_changes import changed_metrics
from nbmodelver.errors import UsageError
from nbmodelver.repo.core.nearest import nearest
from nbmodelver.repo.inspect.causes import why
from nbmodelver.repo.inspect.causes.why import LIMIT_S

if TYPE_CHECKING:
    from nbmodelver.model import Explanation, Progress, Version
    from nbmodelver.repo import Repo


@dataclass(frozen=True)
class WhyRequest:
    """metric: "" for the only one that changed. before, after: versions as a user names them.

    expression: that measures the metric, "" for the recorded one. limit_s: no test is started that would probably end
    later. is_dry: list the changes without a test. is_safe: run the tests in a child process.
    """

    metric: str = ""
    before: str = "HEAD~1"
    after: str = "HEAD"
    expression: str = ""
    limit_s: float = LIMIT_S
    is_dry: bool = False
    is_safe: bool = False


def explain(repo: Repo, request: WhyRequest, progress: Progress | None = None) -> Explanation:
    """Return the changes between two versions that a metric depends on, with their effects.

    Only scratch namespaces are used. Raises UnknownVersion, UsageError, NeedsTrust, Damaged.
    """
    before, after = repo[request.before], repo[request.after]
    asked = why.ExplainRequest(
        _metric(request.metric, before, after), before, after, request.expression, request.limit_s, request.is_dry
    )
    if not request.is_safe:
        return why.explain(repo, asked, progress)
    with ScratchProcess(request.limit_s) as process:
        return why.explain(repo, asked, progress, process)


def _metric(name: str, before: Version, after: Version) -> str:
    """Return the requested metric, or the only one that changed. Raises UsageError."""
    if before.id == after.id:
        raise UsageError("a version does not differ from itself", "name two versions: %mv_why METRIC v1 v2")
    both = [n for n in after.metrics if n in before.metrics]
    if name and name not in both:
        missing = before.name if name not in before.metrics else after.name
        hint = nearest(name, both) or f"metrics of both: {', '.join(both) or 'none'}"
        raise UsageError(f"{missing} has no metric '{name}'", hint)
    if name:
        return name
    changed = changed_metrics(before.metrics, after.metrics)
    if len(changed) == 1:
        return changed[0]
    what = "no metric differs" if not changed else f"{len(changed)} metrics differ"
    raise UsageError(
        f"{what} between {before.name} and {after.name}", f"name one: {', '.join(changed or both) or 'there is none'}"
    )
