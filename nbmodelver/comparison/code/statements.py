"""The statements of cells, with the names that each uses, and the part of a program that a value depends on.

The order of the statements is the order in which they ran. What `cell_names` does not see is not seen here either.
"""

from __future__ import annotations

import ast
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.aliases import Aliases, parts_changed
from nbmodelver.comparison.code.cell_names import CellNames, cell_names
from nbmodelver.comparison.code.roles import without_magics
from nbmodelver.comparison.code.touched_names import held_names, never, touched_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

RANDOM_STATE = "the random state"
"""Stands for the global random state, which statements that seed it assign. No variable can have this name."""
SEEDING = frozenset({"seed", "manual_seed", "manual_seed_all", "set_seed", "set_random_seed", "seed_everything"})
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Statement:
    """One top-level statement of a cell.

    source: normalized, so that blanks and comments make no difference. cell: position of its cell among the cells.
    duration_s: of its whole cell, 0 if unknown. is_import, defines: it imports; it defines a function or a class.
    later: names that the function or class reads when it is used. tree: its syntax tree.
    """

    source: str
    names: CellNames
    cell: int = 0
    duration_s: float = 0.0
    is_import: bool = False
    defines: bool = False
    later: tuple[str, ...] = ()
    tree: ast.stmt | None = field(default=None, compare=False, repr=False)

    @property
    def makes(self) -> frozenset[str]:
        """The names that it assigns or may change."""
        return self.names.binds | self.names.changes | self.names.touches

    def rebinds(self, name: str) -> bool:
        """True if the value of `name` from before does not matter after it."""
        return name in self.names.binds and name not in self.names.reads


def statements_of(source: str, cell: int = 0, duration_s: float = 0.0) -> Iterator[Statement]:
    """Yield the statements of a cell in order; none if it is not valid Python. duration_s: of the cell."""
    try:
        body = ast.parse(without_magics(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in body:
        if isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        text = ast.unparse(node)
        names, later = _names(node, text), tuple[str, ...]()
        if isinstance(node, DEFINITIONS):
            names, later = _apart(node, names)
        yield Statement(
            text, names, cell, duration_s, isinstance(node, IMPORTS), isinstance(node, DEFINITIONS), later, node
        )


def _apart(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, names: CellNames
) -> tuple[CellNames, tuple[str, ...]]:
    """The names of a definition with what it reads at once (decorators, defaults, bases), and what it reads later."""
    without_body = deepcopy(node)
    without_body.body = [ast.Pass()]
    at_once = cell_names(ast.unparse(without_body)).reads
    own = CellNames(at_once, names.binds)
    return own, tuple(n for n in names.reads if n not in at_once)


def _names(node: ast.stmt, text: str) -> CellNames:
    """The names of a statement, with RANDOM_STATE where it seeds, or calls something that can use random numbers."""
    found = cell_names(text)
    if isinstance(node, (*DEFINITIONS, *IMPORTS)):
        return found
    called = {_called(call) for call in ast.walk(node) if isinstance(call, ast.Call)}
    value = node.value if isinstance(node, (ast.Expr, ast.Assign)) else None
    if isinstance(value, ast.Call) and _called(value) in SEEDING and not _is_of_object(value):
        return replace(found, binds=found.binds | {RANDOM_STATE}, touches=frozenset())
    return replace(found, reads=(*found.reads, RANDOM_STATE)) if called else found


def _is_of_object(call: ast.Call) -> bool:
    """True for a method of a new object: `Generator().manual_seed(0)` leaves the global random state as it is."""
    return any(isinstance(node, ast.Call) for node in ast.walk(call.func))


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@dataclass(frozen=True)
class Slice:
    """The part of a program that some values depend on.

    statements: in order. making: name -> the statements that made its last value, as positions in `statements`.
    inputs: name -> the names that these read, without the name itself. reused: names that had another value when a
    statement of the slice read them than they have at the end.
    """

    statements: tuple[Statement, ...]
    making: Mapping[str, tuple[int, ...]]
    inputs: Mapping[str, tuple[str, ...]]
    reused: frozenset[str] = frozenset()

    def sources(self, name: str) -> tuple[str, ...]:
        """Return the code that made a name, () if it is not known."""
        return tuple(self.statements[i].source for i in self.making.get(name, ()))

    def is_defined(self, name: str) -> bool:
        """Return True for a function or class that the program defines."""
        return any(self.statements[i].defines for i in self.making.get(name, ()))

    def is_imported(self, name: str) -> bool:
        """Return True for a name that the program imports."""
        return any(self.statements[i].is_import for i in self.making.get(name, ()))

    def downstream(self, names: Iterable[str]) -> frozenset[str]:
        """Return the names that depend on some names, directly or not, without these."""
        start = frozenset(names)
        found: set[str] = set()
        waiting = set(start)
        while waiting:
            reached = {n for n, read in self.inputs.items() if not waiting.isdisjoint(read)} - found - start
            found |= reached
            waiting = reached
        return frozenset(found)


def slice_of(
    statements: Sequence[Statement],
    wanted: Iterable[str],
    is_known: Callable[[str], bool],
    is_fixed: Callable[[str], bool] = never,
    is_data: Callable[[str], bool] = never,
) -> Slice:
    """Return what the wanted names depend on. is_known: names for which no statement is needed.

    The walk goes back from the end. A statement that assigns a name without reading it ends the search for this name.
    A statement that uses a function of the program also reads what this function reads. is_fixed: names with values
    that cannot be changed in place, such as numbers. is_data: names of data and settings, see touched_names.py.
    """
    statements = list(_related(statements, is_fixed, is_data))
    needed = {name for name in wanted if not is_known(name)}
    made: dict[str, list[int]] = {}
    inputs: dict[str, dict[str, None]] = {}
    taken: dict[int, None] = {}
    ended, reused = set[str](), set[str]()
    for i in range(len(statements) - 1, -1, -1):
        one = statements[i]
        hits = needed & one.makes
        ended |= (one.names.binds | one.names.changes) - hits
        if not hits:
            continue
        taken[i] = None
        reused |= hits & ended
        for name in hits:
            made.setdefault(name, []).append(i)
            inputs.setdefault(name, {}).update(dict.fromkeys(r for r in one.names.reads if r != name))
        done = {name for name in hits if one.rebinds(name)}
        ended |= done
        needed = (needed - done) | {r for r in one.names.reads if r in ended or not is_known(r)}
    order = sorted(taken)
    place = {i: at for at, i in enumerate(order)}
    return Slice(
        tuple(statements[i] for i in order),
        {name: tuple(place[i] for i in reversed(found)) for name, found in made.items()},
        {name: tuple(read) for name, read in inputs.items()},
        frozenset(reused),
    )


def _related(
    statements: Iterable[Statement], is_fixed: Callable[[str], bool], is_data: Callable[[str], bool]
) -> Iterator[Statement]:
    """Add to each statement what its functions read, and the names that it may change through other names."""
    read_by: dict[str, tuple[str, ...]] = {}
    holds: dict[str, frozenset[str]] = {}
    aliases = Aliases()
    imported = set[str]()
    for one in statements:
        names, found = one.names, one
        if one.tree is not None and not one.is_import:
            reads = tuple(_through(names.reads, read_by))
            touches = frozenset() if one.defines else touched_names(one.tree, imported, is_data)
            touches = aliases.of([*_through(touches, holds), *parts_changed(one.tree)])
            touches = frozenset(n for n in touches if not is_fixed(n)) - names.binds
            found = replace(one, names=replace(names, reads=reads, touches=touches))
        for name in names.binds:
            read_by.pop(name, None)
            holds.pop(name, None)
            imported.discard(name)
            aliases.forget(name)
        if one.defines:
            read_by.update(dict.fromkeys(names.binds, one.later))
        if one.is_import:
            imported |= names.binds
        if one.tree is not None:
            holds |= held_names(one.tree)
            aliases.add(one.tree)
        yield found


def _through(names: Iterable[str], more: Mapping[str, Iterable[str]]) -> list[str]:
    """The names, followed by those that belong to them, and so on, each once."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += more.get(name, ())
    return list(found)
