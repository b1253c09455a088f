"""Recipes of 0.1.0: bytecode of this Python is used, of another one the text is compiled, and neither is an error."""

from __future__ import annotations

import platform
import sys

import pytest

from nbmodelver.codecs import former
from nbmodelver.errors import NotLoadable

TEXT = "def f(a):\n    return a + 1\n"
FIELDS = (
    "argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags", "code", "consts", "names",
    "varnames", "filename", "name", "qualname", "firstlineno", "linetable", "exceptiontable", "freevars", "cellvars",
)  # fmt: skip
ANOTHER = "3.99.0"


def arguments() -> tuple[object, ...]:
    namespace: dict[str, object] = {}
    exec(compile(TEXT, "<cell>", "exec"), namespace)
    code = namespace["f"].__code__
    return tuple(getattr(code, f"co_{field}") for field in FIELDS)


def test_bytecode_of_this_python_is_used_as_it_is() -> None:
    code = former.Code(platform.python_version)
    built = code.built(code.with_text("<cell>", TEXT, *arguments()))
    assert (built.co_name, code.compiled) == ("f", False)


@pytest.mark.parametrize("python", [ANOTHER, ""])
def test_bytecode_of_another_python_is_never_used(python: str) -> None:
    code = former.Code(lambda: python)
    held = code.with_text("<cell>", TEXT, *arguments())
    assert type(held) is former.Unbuilt
    built = code.built(held)
    assert code.compiled
    assert eval(built, {"__builtins__": {}}) is None if not built.co_argcount else built.co_varnames == ("a",)
    with pytest.raises(NotLoadable):
        code.built(code.without_text(*arguments()))


def test_names_of_former_recipes_have_their_replacements() -> None:
    code, names = former.table(lambda: ANOTHER)
    assert names["nbmodelver.codecs.fallback", "restore_code"] == code.with_text
    view = names["cloudpickle.cloudpickle", "_make_dict_keys"]({"a": 1, "b": 2})
    assert list(view) == ["a", "b"]
    assert code.builtin_type("CodeType") == code.without_text
    assert code.builtin_type("FunctionType") is type(arguments)


def test_bytecode_without_a_text_is_seen_in_a_pickle() -> None:
    assert former.holds_bytecode_only(b"c_builtin_type\nCodeType")
    assert not former.holds_bytecode_only(b"restore_code")
    assert sys.version_info >= (3, 11)
