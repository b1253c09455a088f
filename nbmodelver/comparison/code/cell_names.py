"""The names that a cell reads, assigns or may change, from its syntax tree and the symbol tables of its statements.

Not seen: exec, `globals()[...]`, monkey-patching, changes through an alias, the code of functions that a cell calls.
"""

from __future__ import annotations

import ast
import re
import symtable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.roles import FITTING, SCORING, without_magics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOOKING = SCORING | {
    "print", "display", "len", "repr", "str", "type", "id", "sum", "min", "max", "sorted", "isinstance", "range", "zip",
    "enumerate", "list", "dict", "set", "tuple", "float", "int", "bool", "abs", "round", "head", "tail", "describe",
    "info", "copy", "mean", "std", "var", "median", "count", "isna", "isnull", "nunique", "value_counts", "plot",
    "hist", "transform", "to_csv", "to_parquet", "to_numpy", "train_test_split",
}  # fmt: skip
"""Functions and methods that usually change neither their receiver nor their arguments."""
WRITING = re.compile(r"to_|(?:log|save|dump|write|export|push|upload|plot|show)(?:_|$)|savefig|writelines")
"""So do those that write a value to a file or another system: `df.to_csv(...)`, `torch.save(...)`."""
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
IMMEDIATE = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})
"""Names of the symbol tables of comprehensions, which run at once; functions run later."""


@dataclass(frozen=True)
class CellNames:
    """The names that a cell uses.

    reads: names whose value from before the cell it reads, in order. binds: names that it assigns as a whole. changes:
    names of which it assigns or deletes a part (`df["a"] = 1`). touches: receivers of methods and arguments of calls,
    which may change in place.
    """

    reads: tuple[str, ...] = ()
    binds: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    touches: frozenset[str] = frozenset()


def cell_names(source: str) -> CellNames:
    """Return the names that the code of a cell uses; none if it is not valid Python."""
    try:
        tree = ast.parse(without_magics(source))
        table = symtable.symtable(ast.unparse(tree), "<cell>", "exec")
        reads = _Reads()
        reads.block(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CellNames()
    binds = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()} & _stored(tree)
    return CellNames(tuple(reads.all()), frozenset(binds), frozenset(_changed(tree)), frozenset(_touched(tree)))


@dataclass
class _Reads:
    """Collects reads statement by statement. bound: names that the cell has surely assigned so far."""

    bound: set[str] = field(default_factory=set)
    found: dict[str, None] = field(default_factory=dict)
    later: dict[str, None] = field(default_factory=dict)
    """Names that functions of the cell read when they are called."""

    def all(self) -> list[str]:
        """Return the names in order, those of functions last."""
        return list(dict.fromkeys([*self.found, *(n for n in self.later if n not in self.bound)]))

    def block(self, body: Iterable[ast.stmt]) -> None:
        """Read statements in their order."""
        for node in body:
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.If, ast.While)):
            self._simple(ast.Expr(node.test))
            self._branches(node.body, node.orelse, one_runs=isinstance(node, ast.If))
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._simple(ast.Assign([node.target], node.iter, lineno=0))
            self._branches(node.body, node.orelse)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                target = item.optional_vars
                expression = item.context_expr
                self._simple(ast.Assign([target], expression, lineno=0) if target is not None else ast.Expr(expression))
            self.block(node.body)
        elif isinstance(node, (ast.Try, ast.TryStar)):
            self._branches([*node.body, *node.orelse], *(_handled(h) for h in node.handlers), one_runs=True)
            self.block(node.finalbody)
        elif isinstance(node, ast.Match):
            self._simple(ast.Expr(node.subject))
            self._branches(*(_as_block(case) for case in node.cases))
        else:
            self._simple(node)

    def _branches(self, *branches: Iterable[ast.stmt], one_runs: bool = False) -> None:
        """Read alternative blocks. one_runs: one of them surely runs, so names that all of them assign are bound."""
        before, after = self.bound, []
        for body in branches:
            self.bound = set(before)
            self.block(body)
            after.append(self.bound)
        self.bound = set.intersection(*after) if one_runs else before

    def _simple(self, node: ast.stmt) -> None:
        """Read a statement without inner blocks, or the definition of a function or class."""
        table = symtable.symtable(ast.unparse(ast.fix_missing_locations(node)), "<cell>", "exec")
        outside = set(_outside_comprehensions(node))
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self._read(node.target.id)
        for symbol in table.get_symbols():
            # From Python 3.12 on the table also has the names inside comprehensions; the assigned ones are their own.
            if symbol.is_referenced() and (symbol.get_name() in outside or not symbol.is_assigned()):
                self._read(symbol.get_name())
        for inner in table.get_children():
            self._nested(inner, runs=True)
        stored = _stored(node)
        self.bound |= {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()} & stored

    def _nested(self, table: symtable.SymbolTable, *, runs: bool) -> None:
        """Read the global names of an inner scope. runs: it runs with the statement."""
        runs = runs and (table.get_type() == "class" or table.get_name() in IMMEDIATE)
        for symbol in table.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                if runs:
                    self._read(symbol.get_name())
                else:
                    self.later[symbol.get_name()] = None
        for inner in table.get_children():
            self._nested(inner, runs=runs)

    def _read(self, name: str) -> None:
        if name not in self.bound:
            self.found[name] = None


def _handled(handler: ast.ExceptHandler) -> list[ast.stmt]:
    """An exception handler as statements: its name is assigned, then its body runs."""
    error = handler.type or ast.Constant(None)
    name: ast.stmt = ast.Expr(error)
    if handler.name:
        name = ast.Assign([ast.Name(handler.name, ast.Store())], error, lineno=0)
    return [name, *handler.body]


def _as_block(case: ast.match_case) -> list[ast.stmt]:
    """A case as statements: the names of its pattern are assigned, then guard and body run."""
    names = [n.name for n in ast.walk(case.pattern) if isinstance(n, (ast.MatchAs, ast.MatchStar)) and n.name]
    names += [n.rest for n in ast.walk(case.pattern) if isinstance(n, ast.MatchMapping) and n.rest]
    bound = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None), lineno=0) for name in names]
    return [*bound, *([ast.Expr(case.guard)] if case.guard is not None else []), *case.body]


def _outside_comprehensions(node: ast.AST) -> Iterator[str]:
    """The names that occur outside of comprehensions: from Python 3.12 on, a symbol table contains those inside too."""
    if isinstance(node, ast.Name):
        yield node.id
    inner = [node.generators[0].iter] if isinstance(node, COMPREHENSIONS) else ast.iter_child_nodes(node)
    for child in inner:
        yield from _outside_comprehensions(child)


def _stored(tree: ast.AST) -> set[str]:
    """The names that statements assign, import or define, outside of comprehensions' own variables."""
    inside = {
        id(name)
        for node in ast.walk(tree) if isinstance(node, COMPREHENSIONS)
        for part in node.generators for name in ast.walk(part.target)
    }  # fmt: skip
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, (ast.MatchAs, ast.MatchStar, ast.ExceptHandler)) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
    names = (n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return found | {n.id for n in names if id(n) not in inside}


def _changed(tree: ast.AST) -> Iterator[str]:
    """The names of which a part is assigned or deleted."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield from _root(node)


def _touched(tree: ast.AST) -> Iterator[str]:
    """Receivers of methods and arguments of calls, but not of functions that usually change nothing."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in LOOKING or WRITING.match(called):
            continue
        if isinstance(node.func, ast.Attribute):
            yield from _root(node.func.value)
        if called not in FITTING and not called[:1].isupper():
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from (a.id for a in arguments if isinstance(a, ast.Name))


def _root(node: ast.AST) -> Iterator[str]:
    """The variable at the start of `x.a[0].b`."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
