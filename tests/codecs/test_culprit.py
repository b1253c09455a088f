"""The object that prevents a value from being kept is found by its path, and the reason is a sentence."""

from __future__ import annotations

import pickle
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from nbmodelver.codecs import culprit
from nbmodelver.codecs.renewed import Refused


def attempt(value: Any) -> BaseException | None:
    try:
        pickle.dumps(value)
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"rows": [1, (i for i in "")]}, "x['rows'][1]"),
        (SimpleNamespace(part=SimpleNamespace(gen=(i for i in ""))), "x.part.gen"),
        ((threading.current_thread, [(i for i in "")]), "x[1][0]"),
        ((i for i in ""), "x"),
    ],
)
def test_the_path_leads_to_the_innermost_object(value: Any, path: str) -> None:
    error = attempt(value)
    assert error is not None
    found = culprit.find("x", value, error, attempt)
    assert (found.name, found.path) == ("x", path)
    assert "generator" in found.reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TypeError("cannot pickle 'lxml.Thing' object"), "a lxml.Thing object cannot be kept"),
        (ValueError("no\nsecond line"), "ValueError: no"),
        (ValueError(), "its class refuses pickling (ValueError) without a reason"),
        (RecursionError(), "nested too deeply to be kept (limit: the interpreter's recursion limit)"),
        (Refused("a reason of ours"), "a reason of ours"),
    ],
)
def test_a_reason_is_one_line(error: BaseException, reason: str) -> None:
    assert culprit.reason(error) == reason


def test_members_are_read_without_code_of_the_user() -> None:
    class Loud(dict):
        def items(self) -> Any:
            raise AssertionError("user code")

    assert list(culprit.children(Loud(a=1))) == [("['a']", 1)]
