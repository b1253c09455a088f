"""The log of cells: their sources, times and order, and the last cell that assigned each name."""

from __future__ import annotations

import ast
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.model import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nbmodelver.kernel.earlier import EarlierCells

MAX_CELLS = 10_000


@dataclass
class _Running:
    source: str
    count: int | None
    cell_id: str
    started_s: float | None
    before: dict[str, int] | None
    """Name -> identity of its value before the cell; None if the start of the cell was not logged."""


class CellLog:
    """The cells since the last commit. `pre_run` and `post_run` handle IPython's events; nested runs are one cell.

    namespace: that of the notebook. count: returns the execution count of the running cell.
    """

    def __init__(self, namespace: dict[str, Any], count: Callable[[], int | None]) -> None:
        self._namespace = namespace
        self._count = count
        self._cells: list[Cell] = []
        self._assigned: dict[str, int] = {}
        self._running: list[_Running] = []
        self._consumed = False
        self._python: Callable[[str], str] = lambda source: source
        self.on_start: list[Callable[[], None]] = []
        self.on_end: list[Callable[[bool], None]] = []
        self.last = 0
        """The highest execution count of a committed cell."""
        self.note = ""
        """A note for the next commit about cells that are missing in the log, or ""."""
        self.started = 0
        """The number of cells that have started. Other threads detect by it that a cell ran while they read values."""

    @property
    def busy(self) -> bool:
        """True while a cell is running."""
        return bool(self._running)

    @property
    def cell_id(self) -> str:
        """The id of the running cell in the notebook document; "" if the front-end did not send one."""
        return self._running[0].cell_id if self._running else ""

    @property
    def depth(self) -> int:
        """The number of nested runs: 2 in the inner run of `%%mv_commit`."""
        return len(self._running)

    def pre_run(self, info: Any) -> None:
        """Handle the start of a cell. info: IPython's `ExecutionInfo`."""
        source = str(getattr(info, "raw_cell", "") or "")
        cell_id = str(getattr(info, "cell_id", "") or "")
        for call in list(self.on_start) if not self._running else ():
            call()
        before = {} if self._running else {n: id(v) for n, v in list(self._namespace.items())}
        self._running.append(_Running(source, self._count(), cell_id, time.perf_counter(), before))
        self.started += 1

    def add_earlier(self, earlier: EarlierCells, python: Callable[[str], str]) -> None:
        """Add the cells that ran before the extension was loaded. python: converts the source of a cell to Python."""
        self._python = python
        self.note = earlier.note
        for cell in earlier.cells[-MAX_CELLS:]:
            self._cells.append(cell)
            self._assigns(assigned_names(python(cell.source)))

    def add_running(self, source: str | None, cell_id: str = "") -> None:
        """Add the running cell if it loaded the extension, so that no event reported its start.

        source: None if it is unknown; the cell is then not logged.
        """
        self._running.append(_Running(source or "", self._count(), cell_id, None, None))
        self._consumed = source is None
        self.started += 1

    def post_run(self, result: Any) -> None:
        """Handle the end of a cell. result: IPython's `ExecutionResult`."""
        if not self._running:
            return  # The cell that loaded the extension.
        run = self._running.pop()
        if self._running:
            return
        ok = bool(getattr(result, "success", True))
        if not self._consumed:
            self._add(run, ok, outputs="")
        self._consumed = False
        for call in list(self.on_end):
            call(ok)

    def _add(self, run: _Running, ok: bool, outputs: str, source: str | None = None) -> None:
        text = run.source if source is None else source
        took = None if run.started_s is None else round(time.perf_counter() - run.started_s, 6)
        self._cells.append(Cell(text, run.count, took, ok, outputs, run.cell_id))
        del self._cells[:-MAX_CELLS]
        self._assigns(assigned_names(self._python(text)) if run.before is None else self.changed(run.before, text))

    def _assigns(self, names: Iterable[str]) -> None:
        """Record that the last cell assigned these names, if they exist."""
        self._assigned.update(dict.fromkeys((n for n in names if n in self._namespace), len(self._cells) - 1))

    def changed(self, before: dict[str, int], source: str) -> list[str]:
        """Return the names that are bound to another object than before or that the source assigns, also in part.

        before: name -> identity of its value before the cell.
        """
        names = dict.fromkeys(n for n, v in list(self._namespace.items()) if before.get(n) != id(v))
        names.update(dict.fromkeys(n for n in assigned_names(source) if n in self._namespace))
        return list(names)

    def since_parent(self, outputs: str = "", source: str | None = None) -> tuple[list[Cell], dict[str, int]]:
        """Return the cells since the last commit, the running one last, and name -> index of the cell that assigned it.

        outputs, source: those of the running cell, for `%%mv_commit`. It is then not added again at its end.
        """
        if self._running and not self._consumed:
            self._add(self._running[0], True, outputs, source)
            self._consumed = True
        return list(self._cells), dict(self._assigned)

    def committed(self) -> None:
        """Clear the log after a commit."""
        self.last = max((c.execution_count for c in self._cells if c.execution_count is not None), default=self.last)
        self.note = ""
        self._cells.clear()
        self._assigned.clear()

    def not_committed(self, cells: list[Cell], assigned: dict[str, int]) -> None:
        """Restore cells that `committed` removed, because the commit failed."""
        later = {name: at + len(cells) for name, at in self._assigned.items()}
        self._cells[:0] = cells
        self._assigned = {**assigned, **later}

    @property
    def python_source(self) -> str:
        """The source of the running cell as Python; "" between cells and if it is unknown."""
        return self._python(self._running[-1].source) if self._running else ""

    @property
    def snapshot(self) -> dict[str, int]:
        """Name -> identity of its value before the running cell; {} between cells."""
        return (self._running[0].before or {}) if self._running else {}


def assigned_names(source: str) -> list[str]:
    """Return the names that a cell assigns, also in part, in order; [] if the source is not valid Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return list(dict.fromkeys(_targets(tree)))


def used_names(source: str) -> list[str]:
    """Return every name that a cell mentions; [] if the source is not valid Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return list(dict.fromkeys(n.id for n in ast.walk(tree) if isinstance(n, ast.Name)))


def _targets(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            base: ast.AST = node
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
