"""Runs code that may do anything where the kernel is not touched: in a child process with a time limit.

A child that hangs in C says nothing, and is not counted against anybody: it may wait for a thread that did not come
along. Where there can be no child (elsewhere than on Linux, and while another thread computes) the code runs in the
kernel itself. docs/decisions/0013 has the figures.
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
    """How one piece of work ended. ended: "" when it gave a result (JSON), else why the process ended, or "unknown"."""

    result: Any = None
    ended: str = ""


UNKNOWN = Outcome(ended="unknown")


def run(works: Sequence[Callable[[], Any]], limit_s: float) -> list[Outcome]:
    """What each piece of work gives, as JSON; an exception that leaves it is {"raised": text}.

    limit_s: for each; 0: none. Those after one that ends its process run in another.
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
