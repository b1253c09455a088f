"""Answers of the verbs that need no kernel, for magics, functions and the command line.

Each takes a parsed call, runs the action in `actions/` or the method of `Repo`, and draws its result as a `Shown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.answers import (
    causes,
    ci,
    documents,
    git,
    history,
    maintain,
    monitor,
    provenance,
    refs,
    registry,
    remotes,
    schedule,
    transfer,
)
from nbmodelver.answers.causes import bisect
from nbmodelver.answers.ci import ci as run_ci
from nbmodelver.answers.ci import needs_store
from nbmodelver.answers.history import state_of
from nbmodelver.answers.registry import own_keys
from nbmodelver.answers.remotes import clone, own_age_key, pull, pull_pointer
from nbmodelver.answers.schedule import has_failed
from nbmodelver.answers.transfer import bundle_, init, rerun

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

__all__ = [
    "ANSWERS", "bisect", "bundle_", "clone", "has_failed", "init", "needs_store", "own_age_key", "own_keys", "pull",
    "pull_pointer", "rerun", "run_ci", "state_of",
]  # fmt: skip

ANSWERS: dict[str, Callable[[Repo, Call, Progress | None], Shown]] = {
    "status": history.status,
    "log": history.log,
    "show": history.show,
    "diff": history.diff,
    "bisect": causes.bisect,
    "why": causes.why,
    "probe": causes.probe,
    "compare": history.compare,
    "best": provenance.best,
    "blame": provenance.blame,
    "history": provenance.history,
    "tag": refs.tag,
    "note": refs.note,
    "branch": refs.branch,
    "register": registry.register_,
    "models": registry.models,
    "promote": registry.promote_,
    "approve": registry.approve,
    "check": registry.check,
    "deprecate": registry.deprecate,
    "archive": registry.archive,
    "deploy": registry.deploy,
    "trace": registry.trace,
    "lineage": registry.lineage_,
    "card": documents.card_,
    "report": documents.report_,
    "audit": registry.audit_,
    "policy": registry.policy_,
    "monitor": monitor.monitor,
    "ci": ci.ci,
    "schedule": schedule.schedule,
    "trust": transfer.trust,
    "remote": remotes.remote,
    "push": remotes.push,
    "fetch": remotes.fetch,
    "pull": remotes.pull,
    "git": git.git,
    "purge": maintain.purge,
    "forget": maintain.forget,
    "backup": maintain.backup,
    "stats": maintain.stats,
    "repair": maintain.repair,
    "verify": maintain.verify,
    "gc": maintain.gc,
    "config": maintain.config,
    "export": transfer.export,
    "import": transfer.import_,
    "rerun": transfer.rerun,
}
