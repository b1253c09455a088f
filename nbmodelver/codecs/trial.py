"""Runs arbitrary code isolated from the kernel: in a child process with a time limit.

A child that hangs in C gives no result and does not count as a failure, because it may wait for a thread that was not
forked. If no child can be created (outside of Linux, and while another thread computes), the code runs in the kernel
itself. docs/decisions/0013 has the measurements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver import system
from nbmodelver.codecs.limits import Overtime, time_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Outcome:
    """The result of one task.

    Ended: "" if it returned a result (JSON), otherwise why the process ended, or "unknown".
    """

    result: Any = None
    ended: str = ""


UNKNOWN = Outcome(ended="unknown")


def run(works: Sequence[Callable[[], Any]], limit_s: float) -> list[Outcome]:
    """Run tasks and return their results as JSON; an uncaught exception is {"raised": text}.

    limit_s: time limit in seconds for each task; 0 disables it. After a task that ends its process, the next ones run
    in another process.
    """
    found: list[Outcome] = []
    while len(found) < len(works):
        left = works[len(found) :]
        outcomes = system.port.in_child(left, limit_s, str(Overtime(limit_s)))
        if outcomes is None:
            found += [Outcome(_guarded(work, limit_s)) for work in left]
        else:
            found += [Outcome(result, ended) for result, ended in outcomes]
    return found


def _guarded(work: Callable[[], Any], limit_s: float) -> Any:
    try:
        with time_limit(limit_s):
            return work()
    except Overtime as error:
        return {"raised": str(error)}
    except (Exception, SystemExit) as error:
        return {"raised": f"{type(error).__name__}: {error}"}
