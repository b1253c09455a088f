"""The cells that ran before the extension was loaded, from IPython's history of the session."""

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
"""Magics that run the code after them, in the same line or below."""


@dataclass(frozen=True)
class EarlierCells:
    """The cells in IPython's history of this session.

    cells: those that have ended, in order, without outputs and times. running: the source of the running cell; None if
    no cell runs or if the cell only loads the extension. missing: execution counts that the history does not contain.
    """

    cells: tuple[Cell, ...] = ()
    running: str | None = None
    missing: tuple[int, ...] = ()

    @property
    def note(self) -> str:
        """A sentence about the missing cells; "" if there are none."""
        if not self.missing:
            return ""
        first, last = self.missing[0], self.missing[-1]
        which = f"cell {first} is" if first == last else f"{len(self.missing)} of the cells {first} to {last} are"
        return f"{which} not part of the notebook's cells: they ran before %load_ext and are not in IPython's history"


def earlier_cells(shell: Any, after: int) -> EarlierCells:
    """Return the cells with an execution count above `after`."""
    result = running(shell)
    own = getattr(result, "execution_count", None)
    now = own or getattr(shell, "execution_count", None)
    if type(now) is not int:
        return EarlierCells()
    listed = _listed(shell, now if own else now - 1)
    sources = {count: _source(shell, listed, count) for count in range(after + 1, now)}
    failed = getattr(getattr(shell, "history_manager", None), "exceptions", None) or {}
    cells = tuple(Cell(s, count, ok=count not in failed) for count, s in sources.items() if s is not None)
    missing = tuple(count for count, source in sources.items() if source is None)
    source = getattr(getattr(result, "info", None), "raw_cell", None) if own else None
    return EarlierCells(cells, source if type(source) is str and not Cell(source).only_looks else None, missing)


def running(shell: Any) -> Any:
    """Return IPython's `ExecutionResult` of the running cell, for nested runs the outer one; None between cells.

    It is needed because the shell's own execution count is that of the running cell in older releases of IPython and
    that of the next cell in newer ones.
    """
    frame: FrameType | None = sys._getframe(1)
    result = None
    while frame is not None:
        if frame.f_code is _RUN and frame.f_locals.get("self") is shell:
            result = frame.f_locals.get("result", result)
        frame = frame.f_back
    return result


def count_of(shell: Any) -> int | None:
    """Return the execution count of the running cell, None if it is unknown."""
    count = getattr(running(shell), "execution_count", None) or getattr(shell, "execution_count", None)
    return count if type(count) is int else None


def _listed(shell: Any, last: int) -> Sequence[Any]:
    """Return IPython's list of inputs if its index is the execution count, else (). last: the newest count."""
    inputs = getattr(getattr(shell, "history_manager", None), "input_hist_raw", None)
    return inputs if isinstance(inputs, list) and len(inputs) == last + 1 else ()


def _source(shell: Any, listed: Sequence[Any], count: int) -> str | None:
    """Return the source of the cell with this execution count, None if it is unknown."""
    variable = shell.user_ns.get(f"_i{count}")
    source = variable if type(variable) is str else listed[count] if count < len(listed) else None
    return source if type(source) is str and source.strip() else None


def as_python(shell: Any, source: str) -> str:
    """Return the source of a cell as Python, with magics as calls, so that its assignments can be parsed.

    Magics that only run other code, such as %time, are removed.
    """
    try:
        return str(shell.transform_cell(_AROUND.sub("", source)))
    except Exception:  # Transformers of other extensions may raise anything.
        return source
