"""Handles the requests for a re-run: its plan, and the re-run itself, which takes seconds to minutes.

A re-run waits for a process of its own in a thread of its own, so cells of the notebook run meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.actions.rerun import RerunRequest, rerun
from nbmodelver.actions.rerun_process import rerun_apart
from nbmodelver.bundle.rerun.running import RunLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model.rerun import Rerun, RerunPlan
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params

MAX_LIMIT_S = 24 * 3600


def plan(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return `IRerunPlan`: what would run, what differs beforehand, and what the record lacks. Nothing runs."""
    asked = RerunRequest(params.text("id"), here=params.flag("here"), is_dry=True, folder=context.notebook.folder)
    return _plan(rerun(context.repo(), asked).plan)


def run(context: PanelContext, params: Params, request: Request) -> Message:
    """Run a version again and return `IRerun`. If it is cancelled, nothing of it is left."""
    repo = context.repo()
    repo.wait_for_pending()  # The process reads the store.
    limits = RunLimits(
        cell_limit_s=float(params.count("limit_s", 600, MAX_LIMIT_S) or 600), is_offline=params.flag("offline")
    )
    asked = RerunRequest(
        params.text("id"),
        here=params.flag("here"),
        once=params.flag("once"),
        limits=limits,
        folder=context.notebook.folder,
    )

    def progress(done: int, total: int, what: str) -> None:
        """Report a step. The page adds the numbers to the words."""
        request(done, total if total > 1 else 0, what.removesuffix(f" {done} of {total}").replace(": cell", ", cell"))

    return _result(rerun_apart(repo, asked, progress))


def _plan(found: RerunPlan) -> Message:
    version = found.version
    return {
        "version": {"id": version.id, "name": version.name, "message": version.message},
        "cells": found.cells,
        "python": found.python,
        "environment": found.environment,
        "packages": found.packages,
        "differences": list(found.differences),
        "lacks": list(found.lacks),
        "files": list(found.files),
    }


def _result(found: Rerun) -> Message:
    kept = ("verdict", "reproduced", "runs", "ended", "duration_s", "items")
    return {"plan": _plan(found.plan), **{key: value for key, value in found.to_dict().items() if key in kept}}


READING: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"rerun_plan": plan}
"""Handlers that read. Each runs in a thread of its own."""

PROCESSES: dict[str, Callable[[PanelContext, Params, Request], Message]] = {"rerun": run}
"""Handlers that wait for a process of their own. Each runs in a thread of its own."""
