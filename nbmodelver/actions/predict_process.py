"""Compares predictions in a child process, so that a crash or a hang of a model cannot reach the notebook.

The child is a new Python with the same `sys.path` and working directory. It writes a line of JSON when a model begins
and ends to predict, and a last one with the section or the error. The parent ends it if a model takes too long, even
inside of code that never returns to Python, and on every system.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbmodelver import errors
from nbmodelver.errors import NbmodelverError, NotPredictable, UsageError
from nbmodelver.model import section_from_dict, section_to_dict
from nbmodelver.repo.inspect import predicting
from nbmodelver.repo.inspect.predicting import PredictRequest

if TYPE_CHECKING:
    from typing import IO

    from nbmodelver.model import Section
    from nbmodelver.repo.core.open_store import LoadingStore

GRACE_S = 5.0
"""What a model gets beyond its limit: the child stops most models itself, and can then say which one it was."""
_POLL_S = 0.5
"""The parent waits in steps of this length, because on Windows an interrupt does not end a longer wait."""


def predictions(store: LoadingStore, request: PredictRequest) -> Section:
    """The section of `predict_both`, made in a child process. Trust is checked here, before the child starts.

    Raises what `predict_both` raises; NotPredictable if a model ends the child or takes too long; UsageError for a
    store in memory.
    """
    root = store.backend.local_path()
    if root is None:
        raise UsageError("a store in memory cannot be read by another process", "leave out --safe")
    predicting.require_trusted(store, request)
    paths = os.pathsep.join(path for path in sys.path if path)
    child = subprocess.Popen(  # noqa: S603  # this Python and this module
        [sys.executable, "-m", __name__, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
        text=True,
        encoding="utf-8",
    )
    assert child.stdin is not None
    assert child.stdout is not None
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_forward, args=(child.stdout, lines), daemon=True)
    reader.start()
    try:
        with suppress(OSError):  # A child that ended already has no answer either.
            child.stdin.write(json.dumps(_as_json(request)))
            child.stdin.close()
        return _answer(child, lines, request.limit_s)
    finally:
        child.kill()
        child.wait()
        reader.join()
        child.stdout.close()


def _answer(child: subprocess.Popen[str], lines: queue.Queue[str | None], limit_s: float) -> Section:
    running = ""
    while True:
        line = _next(lines, limit_s + GRACE_S if running else None)
        if line == "":
            raise NotPredictable(
                f"{running} took more than {limit_s:g} s and was ended", f"allow more: --limit {10 * limit_s:g}"
            )
        if line is None:
            who = running or "the comparison"
            raise NotPredictable(f"{who} ended its process (exit status {child.wait()})", "look at the model by itself")
        found = json.loads(line)
        if "section" in found:
            return section_from_dict(found["section"])
        if "error" in found:
            raise _error(*found["error"])
        running = found["running"]


def _next(lines: queue.Queue[str | None], limit_s: float | None) -> str | None:
    """The next line of the child; None at its end, "" if the limit passes first."""
    waited_s = 0.0
    while limit_s is None or waited_s < limit_s:
        try:
            return lines.get(timeout=_POLL_S)
        except queue.Empty:
            waited_s += _POLL_S
    return ""


def _forward(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    """Pass on the lines of a child; None at their end."""
    for line in stream:
        lines.put(line)
    lines.put(None)


def _error(name: str, message: str, hint: str) -> NbmodelverError:
    """The error of the child; NotPredictable for one that is none of ours."""
    found = getattr(errors, name, None)
    ours = found if isinstance(found, type) and issubclass(found, NbmodelverError) else NotPredictable
    return ours(message, hint)


def _as_json(request: PredictRequest) -> dict[str, Any]:
    versions = {"before": request.before.id, "after": request.after.id}
    return {**versions, **{key: getattr(request, key) for key in ("model", "data", "target", "limit_s")}}


def _serve(root: str) -> None:
    """Compare once. What the models print is dropped."""
    from nbmodelver.repo import open_repo

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)

    def say(**found: Any) -> None:
        answers.write(json.dumps(found) + "\n")
        answers.flush()

    wanted = json.loads(sys.stdin.read())
    store = open_repo(root, trusted=True)  # The parent has checked the versions.
    versions = {side: store[wanted[side]] for side in ("before", "after")}
    request = PredictRequest(**{**wanted, **versions})
    try:
        found = predicting.predict_both(store, request, lambda who: say(running=who)).section()
    except NbmodelverError as error:
        say(error=[type(error).__name__, error.message, error.hint])
    else:
        say(section=section_to_dict(found))


if __name__ == "__main__":
    _serve(sys.argv[1])
