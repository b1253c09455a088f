"""Answers of the verbs that need no kernel, for magics, functions and the command line.

Each takes a parsed call, runs the action in `actions/` or the method of `Repo`, and draws its result as a `Shown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.answers import causes, history, maintain, provenance, refs, transfer
from nbmodelver.answers.causes import bisect
from nbmodelver.answers.history import state_of
from nbmodelver.answers.transfer import init

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Progress
    from nbmodelver.repo import Repo
    from nbmodelver.verbs import Call
    from nbmodelver.views import Shown

__all__ = ["ANSWERS", "bisect", "init", "state_of"]

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
    "trust": transfer.trust,
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
}
