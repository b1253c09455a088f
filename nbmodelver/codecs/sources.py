"""The source text of a code object: finds it, stores it with the bytecode, and compiles it in another Python.

A code object is stored with its own lines only, numbered from line 1, under a file name made from these lines. So
editing another part of a cell changes nothing, and `inspect.getsource` and tracebacks work in a new kernel. Bytecode
has the mark of the Python that made it and runs only there; every other Python compiles the text. A text is accepted as
the source of a function only if compiling it here gives the same bytecode.
"""

from __future__ import annotations

import importlib.util
import inspect
import linecache
import marshal
import sys
import types
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast

from xxhash import xxh3_64_hexdigest

from nbmodelver.codecs.compiling import ANNOTATIONS, MARSHAL_VERSION, compile_function, in_file, is_same_code
from nbmodelver.codecs.source_trees import FunctionPlace, Parsed, Recompiling, outermost, parse_text, span
from nbmodelver.errors import NotLoadable

if TYPE_CHECKING:
    from collections.abc import Sequence

PYTHON = f"{sys.implementation.cache_tag}-{importlib.util.MAGIC_NUMBER.hex()}"
"""The mark of the bytecode of this Python, such as "cpython-311-a70d0d0a"."""

_FILE = "<nbmodelver "


@dataclass(frozen=True)
class Source:
    """A code object as it is stored. how: None if the text is missing or does not give this bytecode."""

    code: types.CodeType
    bytecode: bytes
    text: str
    how: Recompiling | None

    @property
    def file(self) -> str:
        """The file name in the code object."""
        return self.code.co_filename


_known: dict[int, tuple[weakref.ref[types.CodeType], Source]] = {}
"""Id of a code object -> reference and source.

The table uses ids because equal code objects may have different origins.
"""

_texts: dict[str, tuple[str, Recompiling | None]] = {}
"""File name that we assigned -> its text, and how to compile it; the text of a lambda may not be a statement."""

_verified: dict[str, bytes] = {}
"""File name that we assigned -> the bytecode that its text gives."""


def source(code: types.CodeType) -> Source:
    """The code object renumbered from line 1 of its own text, its bytecode, and its text ("" if there is none)."""
    known = _known.get(id(code))
    if known is not None and known[0]() is code:
        return known[1]
    found = _located(code)
    _remember(code, found)
    _remember(found.code, found)
    return found


def restore(python: str, bytecode: bytes, file: str, text: str, how: tuple[Any, ...]) -> types.CodeType:
    """The code object that `source` described.

    how: the fields of `Recompiling`, or only the qualified name for code without a text to compile.
    Raises NotLoadable if the bytecode is of another Python and the text is missing or invalid here.
    """
    recompiling = None if len(how) == 1 else Recompiling(*how)
    if text:
        _register(file, text, recompiling)
    if bytecode and python == PYTHON:
        made = cast("types.CodeType", marshal.loads(bytecode))  # noqa: S302  # trusted: part of a pickle
    else:
        made = no_source(how[0], python) if recompiling is None else recompile(file, text, recompiling, python)
    _remember(made, Source(made, bytecode if python == PYTHON else _dumped(made), text, recompiling))
    return made


def no_source(qualname: str, python: str) -> NoReturn:
    """Raise NotLoadable for code that only exists as bytecode of another Python."""
    raise NotLoadable(
        why_not_here((qualname,), python),
        f"load it in {readable(python)}, or run the cell that makes it here and commit it again",
    )


def why_not_here(names: Sequence[str], python: str) -> str:
    """Why code without source text cannot be loaded in this Python."""
    return f"code without source text ({', '.join(names)}) runs in {readable(python)} only"


def recompile(file: str, text: str, how: Recompiling, python: str) -> types.CodeType:
    """The code object of a text, compiled here. python: the mark of the Python that made it, for messages."""
    try:
        made = compile_function(outermost(parse_text(file, text, how).places, how), how, file)
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
    """The fields of a `Recompiling`, as recipes store them."""
    return how.name, how.qualname, how.free, how.owner, how.span, how.annotations, how.imports


def mark_of(version: str) -> str:
    """The mark of a Python such as "3.11.7", without the bytecode number; "" for an empty version.

    >>> mark_of("3.11.7")
    'cpython-311'
    """
    return "cpython-" + "".join(version.split(".")[:2]) if version else ""


def is_this_python(version: str) -> bool:
    """True if bytecode of a version such as "3.11.7" runs here."""
    return version.split(".")[:2] == [str(n) for n in sys.version_info[:2]]


def show(file: str, text: str) -> None:
    """Let `inspect.getsource` and tracebacks find a text that has no `Recompiling`."""
    _register(file, text, None)


def readable(python: str) -> str:
    """The display name of a Python.

    >>> readable("cpython-311-a70d0d0a")
    'Python 3.11'
    """
    kind, _, version = python.partition("-")
    number = version.partition("-")[0]
    return f"Python {number[:1]}.{number[1:]}" if kind == "cpython" and number.isdigit() else python or "another Python"


def _remember(code: types.CodeType, found: Source) -> None:
    at, forget = id(code), _known.pop  # Bound now, because module globals may be cleared at exit.
    _known[at] = (weakref.ref(code, lambda _: forget(at, None)), found)


def _dumped(code: types.CodeType) -> bytes:
    try:
        return marshal.dumps(code, MARSHAL_VERSION)
    except ValueError:  # The format cannot store one of the constants: each load compiles the text.
        return b""


def _register(file: str, text: str, how: Recompiling | None) -> None:
    """Let `inspect.getsource` and tracebacks find the text."""
    if file.startswith(_FILE) and file not in _texts:
        _texts[file] = (text, how)
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


def _located(code: types.CodeType) -> Source:
    lines = linecache.getlines(code.co_filename)
    first = code.co_firstlineno
    if not 0 < first <= len(lines):
        made = in_file(code, "<unknown>", 0)
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
            span(place.node, first),
            bool(code.co_flags & ANNOTATIONS),
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


def _gives(place: FunctionPlace, how: Recompiling, code: types.CodeType) -> bool:
    """True if compiling the text gives this bytecode."""
    try:
        made = compile_function(place, how, code.co_filename)
    except SyntaxError:
        return False
    return made is not None and is_same_code(made, code)


def _kept(code: types.CodeType, text: str, how: Recompiling | None) -> Source:
    if not text:
        made = in_file(code, "<unknown>", 0)
        return Source(made, _dumped(made), "", None)
    # The text alone does not identify the function: two lambdas on one line have the same text.
    what = repr((text, how)).encode("utf-8", "surrogatepass")
    file = f"{_FILE}{code.co_name} {xxh3_64_hexdigest(what)}>"
    made = in_file(code, file, code.co_firstlineno - 1)
    return Source(made, _dumped(made), text, how)


def _block(lines: Sequence[str], first: int) -> str:
    try:
        return "".join(inspect.getblock(lines[first - 1 :]))
    except (SyntaxError, IndentationError, IndexError):
        return ""


def _parsed_file(file: str, text: str) -> Parsed:
    """The functions in a cell or file; empty if it cannot be parsed."""
    how = _texts[file][1] if file in _texts else None
    try:
        return parse_text(file, text, how)
    except (SyntaxError, ValueError, RecursionError):  # A stale file, an untranslated magic ...
        return Parsed({}, frozenset())
