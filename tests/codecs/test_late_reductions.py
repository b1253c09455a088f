"""What a pickle must not miss: reductions that libraries register late, and methods of a class that is being built."""

from __future__ import annotations

import copyreg
import sys
import types
from typing import TYPE_CHECKING, Any

import nbmodelver as mv

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Handle:
    """Takes its pickling from `copyreg`, as the classes of spaCy do."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.inside = (letter for letter in text)


def _reduced(handle: Handle) -> tuple[Any, ...]:
    return Handle, (handle.text,)


def test_a_reduction_registered_after_the_import_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(copyreg.dispatch_table, Handle, _reduced)
    version = mv.open(tmp_path, create=True).commit({"handle": Handle("ab")})
    assert version.skipped == ()
    assert mv.open(tmp_path).load("v1")["handle"].text == "ab"


HOLDS_ITS_METHOD = """
class Checked:
    @classmethod
    def positive(cls, value):
        return cls, value > 0
Checked.checks = {"positive": Checked.positive}
checked = Checked()
"""


def test_a_class_may_hold_a_bound_method_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, later = types.ModuleType("__main__"), types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", first)
    exec(HOLDS_ITS_METHOD, first.__dict__)
    version = mv.open(tmp_path, create=True).commit({"checked": first.checked}, namespace=first.__dict__)
    assert version.skipped == ()
    monkeypatch.setitem(sys.modules, "__main__", later)
    checked = mv.open(tmp_path).load("v1", namespace=later.__dict__)["checked"]
    assert checked.checks["positive"](3) == (type(checked), True)
    assert checked.checks["positive"].__func__ is type(checked).positive.__func__
