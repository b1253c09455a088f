"""Finds the functions in a source text by its syntax tree."""

from __future__ import annotations

import ast
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xxhash import xxh3_64_hexdigest

if TYPE_CHECKING:
    from collections.abc import Iterator


_CACHED_TREES = 64
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True)
class Recompiling:
    """The data that, with a source text, are needed to compile it to the same code.

    name: `co_name`. free: names of the closure cells, in order. owner: the innermost class around the function, for
    private names. span: () for a `def`, which is the whole text; for a lambda its first line, column, last line and end
    column in the text (lines from 1, columns in UTF-8 bytes from 0).
    annotations: True if `from __future__ import annotations` was active. imports: names in the code that an import
    bound at the top of its cell or file, because CPython compiles a call of their attributes differently.
    """

    name: str
    qualname: str
    free: tuple[str, ...] = ()
    owner: str = ""
    span: tuple[int, ...] = ()
    annotations: bool = False
    imports: tuple[str, ...] = ()


_parsed: OrderedDict[tuple[str, str], Parsed] = OrderedDict()
"""File name and hash of the text -> its functions and imports."""


def span_of_lambda(text: str, arguments: tuple[str, ...]) -> tuple[int, ...] | None:
    """The span of the only lambda on line 1 with these arguments; None if there is none or more than one."""
    try:
        places = parse_text("", text, None).places.get((1, "<lambda>"), [])
    except (SyntaxError, ValueError, RecursionError):
        return None
    fitting = [p.node for p in places if tuple(a.arg for a in _arguments(p.node.args)) == arguments]
    return span(fitting[0], 1) if len(fitting) == 1 else None


def _arguments(of: ast.arguments) -> Iterator[ast.arg]:
    yield from (*of.posonlyargs, *of.args, *of.kwonlyargs)
    yield from (rest for rest in (of.vararg, of.kwarg) if rest is not None)


@dataclass(frozen=True)
class FunctionPlace:
    """A function in a syntax tree. end: the last line of the function, or of the statement around a lambda."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    owner: str
    end: int


@dataclass(frozen=True)
class Parsed:
    """A text: its functions by first line and name, and the names bound by imports at its top level."""

    places: dict[tuple[int, str], list[FunctionPlace]]
    imports: frozenset[str]


def parse_text(file: str, text: str, how: Recompiling | None) -> Parsed:
    """The functions and imports of a text. how: for a stored text, which may be part of a statement."""
    key = (file, xxh3_64_hexdigest(text.encode("utf-8", "surrogatepass")))
    found = _parsed.get(key)
    if found is None:
        tree = _tree(text, how)
        imports = frozenset(_imports(tree)) if how is None else frozenset(how.imports)
        found = _parsed[key] = Parsed({}, imports)
        for place in _functions(tree, how.owner if how else "", 0, "lambda" in text):
            found.places.setdefault((first_line(place.node), getattr(place.node, "name", "<lambda>")), []).append(place)
        while len(_parsed) > _CACHED_TREES:
            _parsed.popitem(last=False)
    return found


def _imports(node: ast.AST) -> Iterator[str]:
    """Yield the names that imports bind below a node, outside of functions and classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in child.names)
        elif isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case)) and not isinstance(child, _SCOPES):
            yield from _imports(child)


def outermost(places: dict[tuple[int, str], list[FunctionPlace]], how: Recompiling) -> FunctionPlace:
    """The function of a stored text: the outermost one on line 1 with this name."""
    found = places.get((1, how.name))
    if not found:
        raise SyntaxError(f"no function '{how.name}' on line 1")
    return found[0]


def _tree(text: str, how: Recompiling | None) -> ast.AST:
    """The syntax tree of a text, with its line numbers."""
    if how is not None and how.span:
        return _parsed_lambda(text, how.span)
    try:
        return _parse(text)
    except IndentationError:
        tree = _parse("if 1:\n" + text)
        return ast.increment_lineno(tree, -1)


def _parse(text: str) -> ast.AST:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree: ast.AST = compile(text, "<text>", "exec", flags, dont_inherit=True)
    return tree


def _parsed_lambda(text: str, span: tuple[int, ...]) -> ast.AST:
    line, column, end_line, end_column = span
    lines = text.encode("utf-8", "surrogatepass").splitlines(keepends=True)[line - 1 : end_line]
    lines[-1] = lines[-1][:end_column]
    lines[0] = lines[0][column:]
    segment = b"".join(lines).decode("utf-8", "surrogatepass")
    tree: ast.AST = compile(f"({segment})", "<text>", "eval", ast.PyCF_ONLY_AST, dont_inherit=True)
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.arg, ast.keyword)):
            node.col_offset += column - 1 if node.lineno == 1 else 0
            if node.end_col_offset is not None:
                node.end_col_offset += column - 1 if node.end_lineno == 1 else 0
    return ast.increment_lineno(tree, line - 1)


def _functions(node: ast.AST, owner: str, end: int, lambdas: bool) -> Iterator[FunctionPlace]:
    """Yield every function below a node, outer ones first.

    end: last line of the simple statement around the node, or 0. lambdas: True to search expressions too.
    """
    if isinstance(node, ast.ClassDef):
        for outside in (*node.decorator_list, *node.bases, *node.keywords) if lambdas else ():
            yield from _functions(outside, owner, 0, lambdas)
        for inside in node.body:
            yield from _functions(inside, node.name, 0, lambdas)
        return
    if isinstance(node, _FUNCTIONS):
        yield FunctionPlace(node, owner, node.end_lineno or node.lineno)
        end = 0
    elif isinstance(node, ast.Lambda):
        yield FunctionPlace(node, owner, max(end, node.end_lineno or node.lineno))
    elif isinstance(node, ast.stmt):
        end = 0 if hasattr(node, "body") or isinstance(node, ast.Match) else node.end_lineno or 0
        if end and not lambdas:
            return
    for child in ast.iter_child_nodes(node):
        if lambdas or not isinstance(child, (ast.expr, ast.arguments)):
            yield from _functions(child, owner, end, lambdas)


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> int:
    """The first line of a function, its decorators included; counts from 1."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def span(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, first: int) -> tuple[int, ...]:
    """The `span` of a `Recompiling`. first: the line of the file that is line 1 of the text."""
    if not isinstance(node, ast.Lambda):
        return ()
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return node.lineno - first + 1, node.col_offset, end_line - first + 1, end_column
