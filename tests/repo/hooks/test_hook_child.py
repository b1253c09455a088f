"""The function of a hook gets the document. None and True pass."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from nbmodelver.repo.hooks import hook_child

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
def none(d): pass
def true(d): return d["verb"] == "load"
def false(d): return False
def text(d): return "no " + d["verb"]
def number(d): return 0
def error(d): raise ValueError("no licence")
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [("none", ""), ("true", ""), ("false", "it returned False"), ("text", "no load"), ("number", "it returned 0")],
)
def test_what_a_function_returns_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, said: str
):
    _module(tmp_path, monkeypatch)
    assert hook_child.main(f"hook_functions:{name}") == bool(said)
    assert capsys.readouterr().err.strip() == said


@pytest.mark.parametrize(("name", "error"), [("error", ValueError), ("missing", AttributeError)])
def test_an_exception_ends_the_process_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: type[Exception]
):
    _module(tmp_path, monkeypatch)
    with pytest.raises(error):
        hook_child.main(f"hook_functions:{name}")


def _module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "hook_functions.py").write_text(MODULE)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "hook_functions", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"verb": "load"}'))
