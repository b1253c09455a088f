"""The tree of errors: what a notebook shows, and what survives pickling."""

from __future__ import annotations

import pickle

import pytest

from nbmodelver import errors
from nbmodelver.errors import Interrupted, NbmodelverError, NotKeepable, StoreError, UsageError

CLASSES = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, NbmodelverError)]


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_is_two_lines_in_a_notebook(cls: type[NbmodelverError]) -> None:
    error = cls("no variable 'x'", "name another")
    assert error._render_traceback_() == [f"{cls.__name__}: no variable 'x'", "  name another"]
    assert str(error) == "no variable 'x'\nname another"
    assert cls("alone")._render_traceback_() == [f"{cls.__name__}: alone"]
    assert str(cls("alone")) == "alone"


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_crosses_processes(cls: type[NbmodelverError]) -> None:
    again = pickle.loads(pickle.dumps(cls("what", "do this")))
    assert (type(again), again.message, again.hint) == (cls, "what", "do this")


def test_a_value_that_cannot_be_kept_says_where_and_why() -> None:
    error = NotKeepable("x cannot be kept", path="x[3]", reason="a generator")
    assert (error.path, error.reason) == ("x[3]", "a generator")


def test_an_interrupt_is_caught_by_no_handler_of_errors() -> None:
    assert not issubclass(Interrupted, Exception)
    assert Interrupted("%mv_commit was interrupted")._render_traceback_()[0] == (
        "KeyboardInterrupt: %mv_commit was interrupted"
    )


def test_errors_of_the_store_and_of_usage_are_families() -> None:
    assert issubclass(errors.MissingPart, errors.Damaged)
    assert issubclass(errors.Damaged, StoreError)
    assert issubclass(errors.FileExists, UsageError)
    assert not issubclass(errors.BadBundle, StoreError)
