"""Cells as they run: their sources, times and order, and which of them last assigned a name."""

from __future__ import annotations

import ast
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.model import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nbmodelver.kernel.earlier import Earlier

MAX_CELLS = 10_000


@dataclass
class _Running:
    source: str
    count: int | None
    cell_id: str
    started_s: float | None
    before: dict[str, int] | None
    """Name -> identity before the cell; None where its beginning was not heard."""


class CellLog:
    """The cells since the last commit. `pre_run` and `post_run` are IPython's events; nested runs count once."""

    def __init__(self, namespace: dict[str, Any], count: Callable[[], int | None]) -> None:
        self._namespace = namespace
        self._count = count
        self._cells: list[Cell] = []
        self._assigned: dict[str, int] = {}
        self._running: list[_Running] = []
        self._consumed = False
        self._python: Callable[[str], str] = lambda source: source
        self.on_end: list[Callable[[bool], None]] = []
        self.last = 0
        """The highest execution count of a cell that is part of a version."""
        self.note = ""
        """What the next commit has to say of cells that are not here."""
        self.started = 0
        """How many cells have begun: who reads live values elsewhere can tell that one came between."""

    @property
    def busy(self) -> bool:
        """True while a cell runs."""
        return bool(self._running)

    @property
    def cell_id(self) -> str:
        """The running cell's id in its notebook; "" where the front-end told none."""
        return self._running[0].cell_id if self._running else ""

    @property
    def depth(self) -> int:
        """How many runs are inside each other: 2 in the inner run of `%%mv_commit`."""
        return len(self._running)

    def pre_run(self, info: Any) -> None:
        """A cell starts."""
        source = str(getattr(info, "raw_cell", "") or "")
        cell_id = str(getattr(info, "cell_id", "") or "")
        before = {} if self._running else {n: id(v) for n, v in list(self._namespace.items())}
        self._running.append(_Running(source, self._count(), cell_id, time.perf_counter(), before))
        self.started += 1

    def begin_with(self, before: Earlier, python: Callable[[str], str]) -> None:
        """The cells that ran before the extension was loaded. python: makes a cell's magics calls."""
        self._python = python
        self.note = before.note
        for cell in before.cells[-MAX_CELLS:]:
            self._cells.append(cell)
            self._assigns(assigned_names(python(cell.source)))

    def join_running(self, source: str | None, cell_id: str = "") -> None:
        """The extension was loaded inside a cell, so no event told its beginning. source: None when it is not known."""
        self._running.append(_Running(source or "", self._count(), cell_id, None, None))
        self._consumed = source is None
        self.started += 1

    def post_run(self, result: Any) -> None:
        """A cell ended."""
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
        """The last cell gave these names their values, as far as they are there."""
        self._assigned.update(dict.fromkeys((n for n in names if n in self._namespace), len(self._cells) - 1))

    def changed(self, before: dict[str, int], source: str) -> list[str]:
        """Names bound to another object than before, or assigned (also in part) by the source."""
        names = dict.fromkeys(n for n, v in list(self._namespace.items()) if before.get(n) != id(v))
        names.update(dict.fromkeys(n for n in assigned_names(source) if n in self._namespace))
        return list(names)

    def since_parent(self, outputs: str = "", source: str | None = None) -> tuple[list[Cell], dict[str, int]]:
        """The cells since the last commit, the running one last, and name -> index of the cell that assigned it."""
        if self._running and not self._consumed:
            self._add(self._running[0], True, outputs, source)
            self._consumed = True
        return list(self._cells), dict(self._assigned)

    def committed(self) -> None:
        """Begin again after a commit."""
        self.last = max((c.execution_count for c in self._cells if c.execution_count is not None), default=self.last)
        self.note = ""
        self._cells.clear()
        self._assigned.clear()

    def not_committed(self, cells: list[Cell], assigned: dict[str, int]) -> None:
        """Take back `committed`: these cells belong to the next version after all."""
        later = {name: at + len(cells) for name, at in self._assigned.items()}
        self._cells[:0] = cells
        self._assigned = {**assigned, **later}

    @property
    def snapshot(self) -> dict[str, int]:
        """Name -> identity before the running cell."""
        return (self._running[0].before or {}) if self._running else {}


def assigned_names(source: str) -> list[str]:
    """Names that a cell assigns, wholly or in part, in order; [] for a cell that is not plain Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return list(dict.fromkeys(_targets(tree)))


def used_names(source: str) -> list[str]:
    """Every global name that a cell mentions."""
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
