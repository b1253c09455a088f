"""Compares predictions in a child process, so that a crash or a hang of a model cannot reach the notebook.

The child sends a line when a model begins and ends to predict, and a last one with the section or the error. The parent
ends it if a model takes too long, even inside of code that never returns to Python, and on every system.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from nbmodelver import errors
from nbmodelver.actions.line_process import LineProcess, answering
from nbmodelver.errors import NbmodelverError, NotPredictable
from nbmodelver.model import section_from_dict, section_to_dict
from nbmodelver.repo.inspect import predicting
from nbmodelver.repo.inspect.predicting import PredictRequest

if TYPE_CHECKING:
    from nbmodelver.model import Section
    from nbmodelver.repo.core.open_store import LoadingStore

GRACE_S = 5.0
"""What a model gets beyond its limit: the child stops most models itself, and can then say which one it was."""


def predictions(store: LoadingStore, request: PredictRequest) -> Section:
    """The section of `predict_both`, made in a child process. Trust is checked here, before the child starts.

    Raises what `predict_both` raises; NotPredictable if a model ends the child or takes too long; UsageError for a
    store in memory.
    """
    predicting.require_trusted(store, request)
    with LineProcess(__name__, store) as child:
        child.send(_as_json(request))
        return _answer(child, request.limit_s)


def _answer(child: LineProcess, limit_s: float) -> Section:
    running = ""
    while True:
        try:
            found = child.receive(limit_s + GRACE_S if running else None)
        except TimeoutError:
            raise NotPredictable(
                f"{running} took more than {limit_s:g} s and was ended", f"allow more: --limit {10 * limit_s:g}"
            ) from None
        if found is None:
            who = running or "the comparison"
            raise NotPredictable(
                f"{who} ended its process (exit status {child.exit_status()})", "run the model alone to see why"
            )
        if "section" in found:
            return section_from_dict(found["section"])
        if "error" in found:
            raise _error(*found["error"])
        running = found["running"]


def _error(name: str, message: str, hint: str) -> NbmodelverError:
    """Return the error that the child raised; NotPredictable if it is not a class of nbmodelver.errors."""
    found = getattr(errors, name, None)
    ours = found if isinstance(found, type) and issubclass(found, NbmodelverError) else NotPredictable
    return ours(message, hint)


def _as_json(request: PredictRequest) -> dict[str, Any]:
    versions = {"before": request.before.id, "after": request.after.id}
    return {**versions, **{key: getattr(request, key) for key in ("model", "data", "target", "limit_s")}}


def _serve(root: str) -> None:
    """Compare once."""
    from nbmodelver.repo import open_repo

    send = answering()
    wanted = json.loads(sys.stdin.readline())
    store = open_repo(root, trusted=True)  # The parent has checked the versions.
    versions = {side: store[wanted[side]] for side in ("before", "after")}
    request = PredictRequest(**{**wanted, **versions})
    try:
        found = predicting.predict_both(store, request, lambda who: send({"running": who})).section()
    except NbmodelverError as error:
        send({"error": [type(error).__name__, error.message, error.hint]})
    else:
        send({"section": section_to_dict(found)})


if __name__ == "__main__":
    _serve(sys.argv[1])
