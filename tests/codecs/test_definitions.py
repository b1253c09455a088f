"""What definitions are, and which global names code uses."""

from __future__ import annotations

import ast
import dis
import inspect
import types
from pathlib import Path

import pytest

from nbmodelver.codecs import definitions


def by_dis(code: types.CodeType) -> set[str]:
    """The global names that the standard library's disassembler finds."""
    found = {step.argval for step in dis.get_instructions(code) if step.opname.endswith("_GLOBAL")}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= by_dis(constant)
    return found


@pytest.mark.parametrize("module", [ast, inspect, dis, types], ids=lambda module: module.__name__)
def test_globals_are_those_that_the_disassembler_finds(module: types.ModuleType) -> None:
    text = Path(str(module.__file__)).read_text(encoding="utf-8")
    many = "".join(f"n{i}.a{i}\n    " for i in range(700))  # More names than one byte counts.
    for source in (
        text,
        f"def f():\n    {many}global out\n    out = n699\n    del out\n".replace("global out\n", "pass\n"),
    ):
        code = compile(source, "<text>", "exec", dont_inherit=True)
        assert definitions.globals_used(code) == by_dis(code)


def test_a_class_in_a_private_module_has_its_public_home() -> None:
    from collections import OrderedDict
    from operator import add

    assert definitions.public_home(add) == "operator"
    assert definitions.public_home(OrderedDict) == ""
    assert definitions.public_home(Path) in ("", "pathlib")
