"""load.py: it compiles, and no name becomes code."""

from __future__ import annotations

import pytest

from nbmodelver.actions.handover.inputs import InputColumn, Inputs
from nbmodelver.actions.handover.load_program import load_program, safe

LOAD = ("model = 1",)


@pytest.mark.parametrize("has_example", [True, False])
def test_the_program_loads_and_knows_its_example(has_example: bool) -> None:
    inputs = Inputs("frame", (InputColumn("a"),))
    text = load_program("clf", "churn/1.0.0", LOAD, inputs, "model.predict(rows)", has_example=has_example)
    scope = {"__file__": "/nowhere/load.py", "__name__": "load"}
    exec(compile(text, "load.py", "exec"), scope)
    assert scope["load"]() == 1
    assert ("return None" in text) is not has_example


def test_without_inputs_rows_cannot_be_made() -> None:
    scope = {"__file__": "/nowhere/load.py", "__name__": "load"}
    exec(load_program("clf", "v1", LOAD, None, "model.predict(rows)", has_example=False), scope)
    with pytest.raises(TypeError, match="not known"):
        scope["rows_of"]([])
    assert scope["example"]() is None


def test_a_name_ends_no_text_and_no_line() -> None:
    assert safe('"""\nimport os') == "____import_os"
    assert safe("churn@v1/1.0.0") == "churn@v1/1.0.0"
