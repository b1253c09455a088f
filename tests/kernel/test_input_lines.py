"""A semicolon directly after the name of a magic."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbmodelver.kernel.input_lines import SemicolonBehindName, install, remove


@pytest.fixture
def shell() -> InteractiveShell:
    return InteractiveShell(history_length=0)


@pytest.mark.parametrize(
    ("cell", "name", "line"),
    [
        ("%mv_status;", "mv_status", ""), ("x = %mv_status;", "mv_status", ""),
        ("%mv_log; --limit 3", "mv_log", " --limit 3"),
        ("a = 1\nif a:\n    %mv_status;", "mv_status", ""),
    ],
)  # fmt: skip
def test_the_semicolon_is_no_part_of_the_name(shell: InteractiveShell, cell: str, name: str, line: str) -> None:
    install(shell)
    code = shell.transform_cell(cell)
    assert f"run_line_magic('{name}', '{line}" in code


@pytest.mark.parametrize("cell", ["'%mv_status;'\n", "x = 5 %mv_status; y = 1\n", "%who;\n", "# %mv_status;\n"])
def test_other_code_stays_as_it_is(shell: InteractiveShell, cell: str) -> None:
    before = shell.transform_cell(cell)
    install(shell)
    assert shell.transform_cell(cell) == before


def test_it_can_be_removed(shell: InteractiveShell) -> None:
    install(shell)
    remove(shell)
    remove(shell)
    assert SemicolonBehindName not in shell.input_transformer_manager.token_transformers
    assert "mv_status;" in shell.transform_cell("%mv_status;")
