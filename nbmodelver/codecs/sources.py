"""The source text of a code object: finding it, keeping it with the bytecode, and compiling it in another Python.

A code object is kept with its own lines only, numbered from line 1, under a file name made from these lines. So editing
another part of a cell changes nothing, and `inspect.getsource` and tracebacks work in a fresh kernel. Bytecode carries
the mark of the Python that made it and runs there only; every other Python compiles the text. A text counts as the
source of a function only if compiling it here gives the very bytecode of the function.
"""

from __future__ import annotations
import __future__

import ast
import importlib.util
import inspect
import linecache
import marshal
import sys
import types
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast

from xxhash import xxh3_64_hexdigest

from nbmodelver.errors import NotLoadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PYTHON = f"{sys.implementation.cache_tag}-{importlib.util.MAGIC_NUMBER.hex()}"
"""The mark of this Python's bytecode, such as "cpython-311-a70d0d0a"."""

_FILE = "<nbmodelver "
_MARSHAL_VERSION = 2
"""Without back references, whose presence depends on reference counts: the same code gives the same bytes."""

_CACHED_TREES = 64
_NESTED = inspect.CO_NESTED
_ANNOTATIONS = __future__.annotations.compiler_flag
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True)
class Recompiling:
    """What compiling a text needs beside it.

    name: `co_name`. free: names of the cells of the function, in order. owner: the innermost class around it, for
    private names. span: () for a `def`, which is the whole text; for a lambda its first line, column, last line and
    end column in the text (lines from 1, columns in UTF-8 bytes from 0). annotations: whether
    `from __future__ import annotations` was on. imports: names in the code that an import bound at the top of its cell
    or file: CPython compiles a call of their attributes otherwise.
    """

    name: str
    qualname: str
    free: tuple[str, ...] = ()
    owner: str = ""
    span: tuple[int, ...] = ()
    annotations: bool = False
    imports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A code object as it is kept. how: None when the text is missing or is not known to give this bytecode."""

    code: types.CodeType
    bytecode: bytes
    text: str
    how: Recompiling | None

    @property
    def file(self) -> str:
        """The file name that the code carries."""
        return self.code.co_filename


_known: dict[int, tuple[weakref.ref[types.CodeType], Source]] = {}
"""By id: equal code objects may come from different places."""

_texts: dict[str, tuple[str, Recompiling | None]] = {}
"""File name that we gave -> its text, and how to compile it: the text of a lambda may be no statement."""

_parsed: OrderedDict[tuple[str, str], _Parsed] = OrderedDict()
"""File name and hash of the text -> what it holds."""

_verified: dict[str, bytes] = {}
"""File name that we gave -> bytecode that its text is known to give."""


def source(code: types.CodeType) -> Source:
    """The code object renumbered from line 1 of its own text, its bytecode, and its text ("" when there is none)."""
    known = _known.get(id(code))
    if known is not None and known[0]() is code:
        return known[1]
    found = _located(code)
    _remember(code, found)
    _remember(found.code, found)
    return found


def restore(python: str, bytecode: bytes, file: str, text: str, how: tuple[Any, ...]) -> types.CodeType:
    """The code object that `source` described.

    how: the fields of `Recompiling`, or the qualified name alone for code without a text to compile.
    Raises NotLoadable when the bytecode is of another Python and the text is missing or not valid here.
    """
    told = None if len(how) == 1 else Recompiling(*how)
    if text:
        _register(file, text, told)
    if bytecode and python == PYTHON:
        made = cast("types.CodeType", marshal.loads(bytecode))  # noqa: S302  # trusted: part of a pickle
    else:
        made = no_source(how[0], python) if told is None else recompile(file, text, told, python)
    _remember(made, Source(made, bytecode if python == PYTHON else _dumped(made), text, told))
    return made


def no_source(qualname: str, python: str) -> NoReturn:
    """Raise NotLoadable for code that is bytecode of another Python only."""
    raise NotLoadable(
        why_not_here((qualname,), python),
        f"load it in {readable(python)}, or run the cell that makes it here and commit it again",
    )


def why_not_here(names: Sequence[str], python: str) -> str:
    """Why code without source text cannot come back in this Python."""
    return f"code without source text ({', '.join(names)}) runs in {readable(python)} only"


def recompile(file: str, text: str, how: Recompiling, python: str) -> types.CodeType:
    """The code object of a text, compiled here. python: the mark of the Python that made it, for messages."""
    try:
        made = _compiled(_only(_parse_text(file, text, how).places, how), how, file)
    except SyntaxError as error:
        raise NotLoadable(
            f"'{how.qualname}' was written for {readable(python)}; Python {sys.version_info[0]}.{sys.version_info[1]}"
            f" cannot compile it: {error.msg}",
            f"load it in {readable(python)}, or write it in the syntax of this Python",
        ) from error
    if made is None or made.co_freevars != how.free:
        raise NotLoadable(
            f"the source text of '{how.qualname}' does not give a function with the same closure here",
            f"load it in {readable(python)}",
        )
    return made


def fields_of(how: Recompiling) -> tuple[Any, ...]:
    """The fields of a `Recompiling`, as recipes hold them."""
    return how.name, how.qualname, how.free, how.owner, how.span, how.annotations, how.imports


def mark_of(version: str) -> str:
    """The mark, without the number of the bytecode, of a Python such as "3.11.7"; "" for no version.

    >>> mark_of("3.11.7")
    'cpython-311'
    """
    return "cpython-" + "".join(version.split(".")[:2]) if version else ""


def is_this_python(version: str) -> bool:
    """True for a version such as "3.11.7" whose bytecode runs here."""
    return version.split(".")[:2] == [str(n) for n in sys.version_info[:2]]


def show(file: str, text: str) -> None:
    """Make `inspect.getsource` and tracebacks find a text that came without a `Recompiling`."""
    _register(file, text, None)


def span_of_lambda(text: str, arguments: tuple[str, ...]) -> tuple[int, ...] | None:
    """The span of the only lambda on line 1 with these arguments; None when there is none, or several."""
    try:
        places = _parse_text("", text, None).places.get((1, "<lambda>"), [])
    except (SyntaxError, ValueError, RecursionError):
        return None
    fitting = [p.node for p in places if tuple(a.arg for a in _arguments(p.node.args)) == arguments]
    return _span(fitting[0], 1) if len(fitting) == 1 else None


def _arguments(of: ast.arguments) -> Iterator[ast.arg]:
    yield from (*of.posonlyargs, *of.args, *of.kwonlyargs)
    yield from (rest for rest in (of.vararg, of.kwarg) if rest is not None)


def readable(python: str) -> str:
    """The name of a Python for people.

    >>> readable("cpython-311-a70d0d0a")
    'Python 3.11'
    """
    kind, _, version = python.partition("-")
    number = version.partition("-")[0]
    return f"Python {number[:1]}.{number[1:]}" if kind == "cpython" and number.isdigit() else python or "another Python"


def _remember(code: types.CodeType, found: Source) -> None:
    at, forget = id(code), _known.pop  # Bound here: at the end of the process the module's names are gone.
    _known[at] = (weakref.ref(code, lambda _: forget(at, None)), found)


def _dumped(code: types.CodeType) -> bytes:
    try:
        return marshal.dumps(code, _MARSHAL_VERSION)
    except ValueError:  # A constant that this version of the format does not have: the text is compiled on each load.
        return b""


def _register(file: str, text: str, how: Recompiling | None) -> None:
    """Make `inspect.getsource` and tracebacks find the text."""
    if file.startswith(_FILE) and file not in _texts:
        _texts[file] = (text, how)
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


# Finding


@dataclass(frozen=True)
class _Place:
    """A function in a syntax tree. end: the last line of the statement around a lambda, or of the function."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    owner: str
    end: int


@dataclass(frozen=True)
class _Parsed:
    """A text: its functions by first line and name, and the names that imports bind at its top."""

    places: dict[tuple[int, str], list[_Place]]
    imports: frozenset[str]


def _located(code: types.CodeType) -> Source:
    lines = linecache.getlines(code.co_filename)
    first = code.co_firstlineno
    if not 0 < first <= len(lines):
        made = _renamed(code, "<unknown>", 0)
        return Source(made, _dumped(made), "", None)
    parsed = _parsed_file(code.co_filename, "".join(lines))
    imports = tuple(sorted(parsed.imports & _names_in(code))) if parsed.imports else ()
    for place in parsed.places.get((first, code.co_name), []):
        text = "".join(lines[first - 1 : place.end])
        how = Recompiling(
            code.co_name,
            code.co_qualname,
            code.co_freevars,
            place.owner,
            _span(place.node, first),
            bool(code.co_flags & _ANNOTATIONS),
            imports,
        )
        found = _kept(code, text, how)
        if _verified.get(found.file) == found.bytecode or _gives(place, how, code):
            _verified[found.file] = found.bytecode
            _register(found.file, text, how)
            return found
    text = _block(lines, first)
    found = _kept(code, text, None)
    if text:
        _register(found.file, text, None)
    return found


def _names_in(code: types.CodeType) -> set[str]:
    found = {*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names_in(constant)
    return found


def _gives(place: _Place, how: Recompiling, code: types.CodeType) -> bool:
    """True when compiling the text gives this very bytecode."""
    try:
        made = _compiled(place, how, code.co_filename)
    except SyntaxError:
        return False
    return made is not None and _alike(made, code)


def _kept(code: types.CodeType, text: str, how: Recompiling | None) -> Source:
    if not text:
        made = _renamed(code, "<unknown>", 0)
        return Source(made, _dumped(made), "", None)
    # The text alone does not name the function: two lambdas of one line have the same.
    what = repr((text, how)).encode("utf-8", "surrogatepass")
    file = f"{_FILE}{code.co_name} {xxh3_64_hexdigest(what)}>"
    made = _renamed(code, file, code.co_firstlineno - 1)
    return Source(made, _dumped(made), text, how)


def _block(lines: Sequence[str], first: int) -> str:
    try:
        return "".join(inspect.getblock(lines[first - 1 :]))
    except (SyntaxError, IndentationError, IndexError):
        return ""


def _parsed_file(file: str, text: str) -> _Parsed:
    """The text of a cell or file; nothing for one that cannot be parsed."""
    how = _texts[file][1] if file in _texts else None
    try:
        return _parse_text(file, text, how)
    except (SyntaxError, ValueError, RecursionError):  # A stale file, a magic that IPython did not translate ...
        return _Parsed({}, frozenset())


def _parse_text(file: str, text: str, how: Recompiling | None) -> _Parsed:
    """What a text holds. how: for a text of ours, which may be a part of a statement."""
    key = (file, xxh3_64_hexdigest(text.encode("utf-8", "surrogatepass")))
    found = _parsed.get(key)
    if found is None:
        tree = _tree(text, how)
        imports = frozenset(_imports(tree)) if how is None else frozenset(how.imports)
        found = _parsed[key] = _Parsed({}, imports)
        for place in _functions(tree, how.owner if how else "", 0, "lambda" in text):
            found.places.setdefault((_first_line(place.node), getattr(place.node, "name", "<lambda>")), []).append(
                place
            )
        while len(_parsed) > _CACHED_TREES:
            _parsed.popitem(last=False)
    return found


def _imports(node: ast.AST) -> Iterator[str]:
    """Names that imports bind below a node, outside of functions and classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in child.names)
        elif isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case)) and not isinstance(child, _SCOPES):
            yield from _imports(child)


def _only(places: dict[tuple[int, str], list[_Place]], how: Recompiling) -> _Place:
    """The function that a text of ours is about: the outermost one on line 1 of this name."""
    found = places.get((1, how.name))
    if not found:
        raise SyntaxError(f"no function '{how.name}' on line 1")
    return found[0]


def _tree(text: str, how: Recompiling | None) -> ast.AST:
    """The syntax tree of a text, with the text's own line numbers."""
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


def _functions(node: ast.AST, owner: str, end: int, lambdas: bool) -> Iterator[_Place]:
    """Every function below a node, outer ones first.

    end: last line of the simple statement around the node, or 0. lambdas: whether to look into expressions.
    """
    if isinstance(node, ast.ClassDef):
        for outside in (*node.decorator_list, *node.bases, *node.keywords) if lambdas else ():
            yield from _functions(outside, owner, 0, lambdas)
        for inside in node.body:
            yield from _functions(inside, node.name, 0, lambdas)
        return
    if isinstance(node, _FUNCTIONS):
        yield _Place(node, owner, node.end_lineno or node.lineno)
        end = 0
    elif isinstance(node, ast.Lambda):
        yield _Place(node, owner, max(end, node.end_lineno or node.lineno))
    elif isinstance(node, ast.stmt):
        end = 0 if hasattr(node, "body") or isinstance(node, ast.Match) else node.end_lineno or 0
        if end and not lambdas:
            return
    for child in ast.iter_child_nodes(node):
        if lambdas or not isinstance(child, (ast.expr, ast.arguments)):
            yield from _functions(child, owner, end, lambdas)


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _span(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, first: int) -> tuple[int, ...]:
    if not isinstance(node, ast.Lambda):
        return ()
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return node.lineno - first + 1, node.col_offset, end_line - first + 1, end_column


# Compiling


def _compiled(place: _Place, how: Recompiling, file: str) -> types.CodeType | None:
    """The code of a function, compiled within a scope that has its free names, and within a class of that name."""
    node = place.node
    body: ast.stmt = _at_start(ast.Expr(node)) if isinstance(node, ast.Lambda) else node
    if how.owner or "__class__" in how.free:
        body = _class(how.owner or "_", body)
    outer = [name for name in how.free if name not in ("__class__", "__classdict__")]
    if outer:
        body = _function(outer, body)
    imports: list[ast.stmt] = [_at_start(ast.Import([_at_start(ast.alias(name))])) for name in how.imports]
    module = ast.Module([*imports, _at_start(body)], [])
    flags = _ANNOTATIONS if how.annotations else 0
    try:
        made = compile(module, file, "exec", flags, dont_inherit=True)
    except (ValueError, RecursionError) as error:  # A tree that is nested too deep.
        raise SyntaxError(str(error)) from error
    found = _inside(made, how.name, _first_line(node))
    return None if found is None else _requalified(found, how.qualname)


def _class(name: str, body: ast.stmt) -> ast.stmt:
    make: Any = ast.ClassDef
    made: ast.stmt = make(name=name, bases=[], keywords=[], body=[body], decorator_list=[])
    return _without_parameters(made)


def _function(names: list[str], body: ast.stmt) -> ast.stmt:
    make: Any = ast.FunctionDef
    empty: Any = {"posonlyargs": [], "kwonlyargs": [], "kw_defaults": [], "defaults": []}
    arguments = ast.arguments(args=[_at_start(ast.arg(name)) for name in names], **empty)
    made: ast.stmt = make(name="_", args=arguments, body=[body], decorator_list=[])
    return _without_parameters(made)


def _without_parameters(made: Any) -> ast.stmt:
    made.type_params = []  # Since Python 3.12.
    return cast("ast.stmt", _at_start(made))


def _at_start(node: Any) -> Any:
    """A node of ours with a place; those of a text keep theirs."""
    if not hasattr(node, "lineno"):
        node.lineno = node.end_lineno = 1
        node.col_offset = node.end_col_offset = 0
    return node


def _inside(code: types.CodeType, name: str, line: int) -> types.CodeType | None:
    """The outermost code object of this name and line among the constants of another, however deep."""
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    here = (found for found in inner if found.co_name == name and found.co_firstlineno == line)
    below = (found for code in inner if (found := _inside(code, name, line)) is not None)
    return next(here, None) or next(below, None)


def _requalified(code: types.CodeType, qualname: str) -> types.CodeType:
    """The same code under the qualified name that it had, and the functions in it under theirs."""
    old = code.co_qualname
    return _replaced(code, lambda c: {"co_qualname": qualname + c.co_qualname.removeprefix(old)})


def _renamed(code: types.CodeType, file: str, up: int) -> types.CodeType:
    """The same code under another file name, `up` lines higher."""
    return _replaced(code, lambda c: {"co_filename": file, "co_firstlineno": max(c.co_firstlineno - up, 1)})


def _replaced(code: types.CodeType, changes: Any) -> types.CodeType:
    constants = tuple(_replaced(c, changes) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(co_consts=constants, **changes(code))


_COMPARED = (
    "co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount", "co_posonlyargcount",
    "co_kwonlyargcount", "co_exceptiontable",
)  # fmt: skip


def _alike(a: types.CodeType, b: types.CodeType) -> bool:
    """True for code that does the same in the same way, wherever it stands."""
    if any(getattr(a, name) != getattr(b, name) for name in _COMPARED) or (a.co_flags ^ b.co_flags) & ~_NESTED:
        return False
    return len(a.co_consts) == len(b.co_consts) and all(map(_same_constant, a.co_consts, b.co_consts))


def _same_constant(a: Any, b: Any) -> bool:
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return _alike(a, b)
    return type(a) is type(b) and (a is b or marshal.dumps(a, _MARSHAL_VERSION) == marshal.dumps(b, _MARSHAL_VERSION))
