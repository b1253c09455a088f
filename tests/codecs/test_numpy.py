"""numpy: what one release has and another has not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import notes, registry


@pytest.fixture
def numpy_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were no StringDType."""
    if hasattr(np.dtypes, "StringDType"):
        monkeypatch.delattr(np.dtypes, "StringDType")


def built(tag: str, *state: Any) -> tuple[Any, list[str]]:
    with notes.collected() as heard:
        return registry.by_tag(tag).restore(state), heard


def test_strings_of_numpy_2_are_objects_in_numpy_1_and_said(numpy_1: None) -> None:
    found, heard = built("numpy.array", "string", (2, 1), "C", True, (True, None), True, "a", None)
    assert found.dtype == object
    assert found.tolist() == [["a"], [None]]
    assert heard == ["object here, was StringDType"]


def test_the_dtype_of_strings_is_object_in_numpy_1_and_said(numpy_1: None) -> None:
    found, heard = built("numpy.dtype", "string", True)
    assert found == np.dtype(object)
    assert heard == ["object here, was StringDType"]


def test_print_options_that_are_not_here_are_passed_over() -> None:
    from nbmodelver.codecs import numpy as codec

    before = np.get_printoptions()
    state = codec.take_session()
    state["printoptions"] |= {"precision": before["precision"], "of_another_release": 1}
    codec.restore_session(state)
    assert np.get_printoptions() == before
