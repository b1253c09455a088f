"""Answers about fresh data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver import views
from nbmodelver.actions import monitor as actions_monitor
from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown


def monitor(repo: Repo, call: Call, _progress: Progress | None, live: Any = None) -> Shown:
    """Compare fresh data, or show the latest outcomes. Raises CheckFailed if a condition of --fail-on holds.

    live: the value of the notebook that the call names.
    """
    if not call["data"]:
        if call["query"]:
            raise UsageError("the database is missing", 'name it: %mv_monitor sqlite:///NAME.db --query "select ..."')
        return views.last_monitored(actions_monitor.latest(repo))
    request = actions_monitor.MonitorRequest(
        call["data"], call["query"] or "", call["model"] or "", call["name"] or "", tuple(call["without"] or ()),
        call["fail_on"] or "", live,
    )  # fmt: skip
    found = actions_monitor.monitor(repo, request)
    shown = views.as_json(found, dict(actions_monitor.as_json(found))) if call["json"] else views.monitored(found)
    if found.failed and call["fail_on"]:
        raise CheckFailed(found.failed, shown, "the comparison: %mv_monitor without --fail-on")
    return shown
