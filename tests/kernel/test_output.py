"""A cell is run in the shell, and its printed text is recorded."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbmodelver.kernel.output import _Tee, has_blocked_await, run_and_read

if TYPE_CHECKING:
    from _pytest.capture import CaptureFixture


@pytest.fixture
def shell() -> InteractiveShell:
    return InteractiveShell(history_length=0)


def test_printed_text_is_shown_and_recorded(shell: InteractiveShell, capsys: CaptureFixture[str]) -> None:
    stream = sys.stdout
    assert run_and_read(shell, "print('one'); x = 3; print('two')") == ("one\ntwo\n", True)
    assert shell.user_ns["x"] == 3
    assert sys.stdout is stream
    assert capsys.readouterr().out == "one\ntwo\n"


def test_a_cell_that_fails_says_so_and_restores_the_stream(shell: InteractiveShell) -> None:
    stream = sys.stdout
    text, ok = run_and_read(shell, "print('one'); 1 / 0")
    assert (text.startswith("one\n"), ok) == (True, False)
    assert sys.stdout is stream


def test_only_the_beginning_of_a_long_output_is_recorded(capsys: CaptureFixture[str]) -> None:
    tee = _Tee(sys.stdout)
    for _ in range(3):
        assert tee.write("x" * 60_000) == 60_000
    assert len(tee.text()) == _Tee.MAX_CHARS
    assert len(capsys.readouterr().out) == 180_000


def test_an_await_is_blocked_only_while_a_loop_runs(shell: InteractiveShell) -> None:
    cell = "import asyncio\nawait asyncio.sleep(0)"
    assert not has_blocked_await(shell, cell)

    async def within() -> tuple[bool, bool]:
        return has_blocked_await(shell, cell), has_blocked_await(shell, "x = 1")

    assert asyncio.run(within()) == (True, False)
