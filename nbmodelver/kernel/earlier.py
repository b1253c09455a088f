"""The cells of this session that ran before the extension was loaded, from IPython's own history."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell

from nbmodelver.model import Cell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

_RUN = InteractiveShell.run_cell_async.__code__
_AROUND = re.compile(r"(?m)^%(?:(?:time|timeit|prun)\b[ \t]+(?=[A-Za-z_])|%(?:time|timeit|prun|capture)\b.*\n)")
"""Magics that run the code behind or below them."""


@dataclass(frozen=True)
class Earlier:
    """What IPython remembers of this session.

    cells: that have ended, in order; without outputs and times. running: the source of the one that runs now, or None;
    also None where it does nothing but load the extension. missing: execution counts that the history does not hold.
    """

    cells: tuple[Cell, ...] = ()
    running: str | None = None
    missing: tuple[int, ...] = ()

    @property
    def note(self) -> str:
        """What is missing, as a sentence; "" where nothing is."""
        if not self.missing:
            return ""
        first, last = self.missing[0], self.missing[-1]
        which = f"cell {first} is" if first == last else f"{len(self.missing)} of the cells {first} to {last} are"
        return f"{which} not part of the notebook's cells: IPython's history does not hold what ran before %load_ext"


def earlier(shell: Any, after: int) -> Earlier:
    """The cells with an execution count above `after`."""
    result = running(shell)
    own = getattr(result, "execution_count", None)
    now = own or getattr(shell, "execution_count", None)
    if type(now) is not int:
        return Earlier()
    listed = _listed(shell, now if own else now - 1)
    sources = {count: _source(shell, listed, count) for count in range(after + 1, now)}
    failed = getattr(getattr(shell, "history_manager", None), "exceptions", None) or {}
    cells = tuple(Cell(s, count, ok=count not in failed) for count, s in sources.items() if s is not None)
    missing = tuple(count for count, source in sources.items() if source is None)
    told = getattr(getattr(result, "info", None), "raw_cell", None) if own else None
    return Earlier(cells, told if type(told) is str and not Cell(told).only_looks else None, missing)


def running(shell: Any) -> Any:
    """IPython's `ExecutionResult` of the cell that is running, the outer one of nested runs; None between cells.

    The shell's own execution count is that of the running cell in older releases of IPython, and of the next in newer.
    """
    frame: FrameType | None = sys._getframe(1)
    found = None
    while frame is not None:
        if frame.f_code is _RUN and frame.f_locals.get("self") is shell:
            found = frame.f_locals.get("result", found)
        frame = frame.f_back
    return found


def count_of(shell: Any) -> int | None:
    """The execution count of the running cell."""
    count = getattr(running(shell), "execution_count", None) or getattr(shell, "execution_count", None)
    return count if type(count) is int else None


def _listed(shell: Any, last: int) -> Sequence[Any]:
    """IPython's list of inputs, if each stands at its own count. last: the count of the newest."""
    found = getattr(getattr(shell, "history_manager", None), "input_hist_raw", None)
    return found if isinstance(found, list) and len(found) == last + 1 else ()


def _source(shell: Any, listed: Sequence[Any], count: int) -> str | None:
    """The cell of this execution count as it was written; None when it is not known."""
    kept = shell.user_ns.get(f"_i{count}")
    written = kept if type(kept) is str else listed[count] if count < len(listed) else None
    return written if type(written) is str and written.strip() else None


def as_python(shell: Any, source: str) -> str:
    """A cell with its magics as calls, without those that only stand around code: so what it assigns can be read."""
    try:
        return str(shell.transform_cell(_AROUND.sub("", source)))
    except Exception:  # Transformers of other extensions may raise anything.
        return source
