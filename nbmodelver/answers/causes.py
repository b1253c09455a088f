"""Answers that run code of versions: bisect, why, probe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import bisect as actions
from nbmodelver.actions import why as of_metrics
from nbmodelver.actions.bisect import BisectRequest
from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.actions.why import WhyRequest
from nbmodelver.errors import UsageError
from nbmodelver.repo.inspect import probes

if TYPE_CHECKING:
    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def bisect(repo: Repo, call: Call, progress: Progress | None, cell: str | None = None) -> Shown:
    """Find the first bad version. cell: the test below `%%mv_bisect`."""
    words = call["condition"]
    if cell is None and not words:
        raise UsageError("a condition is missing", "write for example: %mv_bisect v1 HEAD acc > 0.9")
    if cell is not None and words:
        raise UsageError("the cell is the condition", "leave out what follows the two versions")
    request = BisectRequest(
        call["good"],
        call["bad"],
        " ".join(words) if cell is None else cell,
        is_cell=cell is not None,
        is_safe=call["safe"],
        limit_s=call["limit"],
    )
    return views.bisected(actions.bisect(repo, request, progress))


def why(repo: Repo, call: Call, progress: Progress | None) -> Shown:
    """Explain why a metric differs between two versions."""
    request = WhyRequest(
        call["metric"],
        call["a"],
        call["b"],
        call["expression"] or "",
        call["limit"],
        is_dry=call["dry_run"],
        is_safe=call["safe"],
    )
    found = of_metrics.explain(repo, request, progress)
    return views.as_json(found, found.to_dict()) if call["json"] else views.why(found)


def probe(repo: Repo, call: Call, _progress: Progress | None) -> Shown:
    """Test whether the models of a version still predict the same. Raises CheckFailed if one does not."""
    found = probes.tested(repo, repo[call["version"]])
    shown = views.as_json(found, found.to_dict()) if call["json"] else views.probed(found)
    if not found.is_same:
        raise CheckFailed((f"{found.version.name} does not predict the same here",), shown)
    return shown
