"""A loaded module that is older than its file is detected."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.repo.core.stale import is_stale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOURCE = "LIMIT = 3\ndef f(x):\n    return x + 1\nclass A:\n    def m(self):\n        return {1, 2}\n"


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Writes a module and imports it."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def load(source: str) -> Any:
        (tmp_path / "own_stale.py").write_text(source)
        importlib.invalidate_caches()
        return importlib.import_module("own_stale")

    yield load
    sys.modules.pop("own_stale", None)


def stale(module: Any, source: str) -> bool:
    return is_stale(module, source.encode(), module.__file__)


def test_a_module_that_was_just_loaded_is_not_stale(loaded: Callable[[str], Any]) -> None:
    module = loaded(SOURCE)
    assert not stale(module, SOURCE)
    assert not stale(module, SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [("x + 1", "x + 2"), ("{1, 2}", "{1, 3}"), ("def f(x)", "def f(x, y=1)"), ("LIMIT = 3", "LIMIT = 4")],
)
def test_an_edit_of_code_or_of_a_constant_is_detected(loaded: Callable[[str], Any], old: str, new: str) -> None:
    module = loaded(SOURCE)
    assert not stale(module, SOURCE)
    assert stale(module, SOURCE.replace(old, new))


def test_an_edit_before_the_first_look_is_detected_in_functions(loaded: Callable[[str], Any]) -> None:
    assert stale(loaded(SOURCE), SOURCE.replace("x + 1", "x + 2"))


def test_a_comment_is_no_other_code(loaded: Callable[[str], Any]) -> None:
    module = loaded(SOURCE)
    assert not stale(module, SOURCE)
    assert not stale(module, f"{SOURCE}# a comment\n")


def test_a_reload_makes_the_module_current(loaded: Callable[[str], Any], tmp_path: Path) -> None:
    module = loaded(SOURCE)
    edited = SOURCE.replace("x + 1", "x + 2").replace("LIMIT = 3", "LIMIT = 4")
    assert stale(module, edited)
    (tmp_path / "own_stale.py").write_text(edited)
    importlib.reload(module)
    assert not stale(module, edited)


def test_a_source_that_is_not_python_differs(loaded: Callable[[str], Any]) -> None:
    assert stale(loaded(SOURCE), "def f(:\n")


def test_what_is_not_a_module_is_never_stale() -> None:
    assert not is_stale(object(), b"x = 1", "x.py")
