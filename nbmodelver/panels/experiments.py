"""Handles the requests of a panel that run code of versions in scratch namespaces, and change nothing.

They run in the mutation queue, because two threads must not run a user's code at once: while a cell runs they are
refused, or wait for it if the panel says so. `cancel` ends `why` before its next test, and `predict` at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver import views
from nbmodelver.actions import bisect as actions_bisect
from nbmodelver.actions.bisect import BisectRequest
from nbmodelver.actions.why import WhyRequest, explain
from nbmodelver.model import section_to_dict
from nbmodelver.repo.inspect.causes.why import LIMIT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import VersionVerdict
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params

MAX_LIMIT_S = 24 * 3600


def why(context: PanelContext, params: Params, request: Request) -> Message:
    """Return why a metric differs between two versions. If the request is cancelled, return what is known by then."""
    repo = context.repo()
    repo.wait_for_pending()  # A commit in the background comes first.
    limit_s = params.count("limit_s", int(LIMIT_S), MAX_LIMIT_S)
    asked = WhyRequest(
        params.text("metric"), params.text("before"), params.text("after"), params.text("expression", ""), limit_s
    )
    found = explain(repo, asked, request)
    known = {"verdict": views.verdict(found), "tests": found.tests, "seconds": found.seconds, "limit_s": limit_s}
    return {**found.to_dict(), **known}


def predict(context: PanelContext, params: Params, request: Request) -> Message:
    """Run both versions of a model on a dataset and return how their predictions differ, as a section.

    It ends if it is cancelled, also while a model predicts.
    """
    repo = context.repo()
    repo.wait_for_pending()  # A commit in the background comes first.
    found = repo.predict_both(
        params.text("before"),
        params.text("after"),
        params.text("model"),
        params.text("data"),
        params.text("target", ""),
        is_cancelled=request.stopped.is_set,
    )
    return {"section": section_to_dict(found.section())}


def bisect(context: PanelContext, params: Params, request: Request) -> Message:
    """Return the first version between two in which a condition does not hold any more. It ends if it is cancelled."""
    repo = context.repo()
    repo.wait_for_pending()  # A commit in the background comes first.
    found = actions_bisect.bisect(
        repo, BisectRequest(params.text("good"), params.text("bad"), params.text("condition")), request
    )
    return {
        "condition": found.condition,
        "last_good": _tested(found.last_good),
        "first_bad": _tested(found.first_bad),
        "between": [_tested(one) for one in found.between],
        "tested": [_tested(one) for one in found.tested],
        "versions": found.versions,
        "distinct": found.distinct,
    }


def _tested(one: VersionVerdict) -> Message:
    version = {"id": one.version.id, "name": one.version.name, "message": one.version.message}
    return {"version": version, "verdict": one.verdict, "value": one.value, "why": one.why}


EXPERIMENTS: dict[str, Callable[[PanelContext, Params, Request], Message]] = {
    "why": why,
    "predict": predict,
    "bisect": bisect,
}
"""Handlers that run code of versions. They run in the mutation queue."""

TASK_NAMES = {
    "why": ("explanation of", "metric"),
    "predict": ("predictions of", "model"),
    "bisect": ("search for", "condition"),
}
"""How the page names a waiting request: words, and the parameter that follows them."""
