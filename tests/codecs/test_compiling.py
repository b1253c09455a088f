"""One function of a text is compiled to the code that the whole text would give."""

from __future__ import annotations

import types

import pytest

from nbmodelver.codecs import compiling
from nbmodelver.codecs.source_trees import Recompiling, parse_text

TEXT = """\
def outer(a):
    def inner(b):
        return a + b
    return inner
class Owner:
    def method(self):
        return self.__private, __class__
"""


def original(*path: str) -> types.CodeType:
    code = compile(TEXT, "<study>", "exec", dont_inherit=True)
    for name in path:
        code = next(c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name)
    return code


def compiled(line: int, how: Recompiling) -> types.CodeType | None:
    (place,) = parse_text("<study>", TEXT, None).places[line, how.name]
    return compiling.compile_function(place, how, "<study>")


@pytest.mark.parametrize(
    ("line", "path", "how"),
    [
        (1, ("outer",), Recompiling("outer", "outer")),
        (2, ("outer", "inner"), Recompiling("inner", "outer.<locals>.inner", ("a",))),
        (6, ("Owner", "method"), Recompiling("method", "Owner.method", ("__class__",), "Owner")),
    ],
)
def test_a_function_alone_has_the_code_of_the_whole_text(line: int, path: tuple[str, ...], how: Recompiling) -> None:
    code = compiled(line, how)
    assert code is not None
    assert compiling.is_same_code(code, original(*path))
    assert (code.co_qualname, code.co_freevars) == (how.qualname, how.free)


def test_other_code_is_not_the_same() -> None:
    assert not compiling.is_same_code(original("outer"), original("outer", "inner"))
    one, two = (compile(text, "", "exec") for text in ("x = 1", "x = 1.0"))
    assert not compiling.is_same_code(one, two)


def test_code_moves_to_another_file_and_line() -> None:
    moved = compiling.in_file(original("outer", "inner"), "other.py", 1)
    assert (moved.co_filename, moved.co_firstlineno) == ("other.py", 1)
    assert compiling.is_same_code(moved, original("outer", "inner"))
