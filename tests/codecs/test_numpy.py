"""numpy: what one release has and another has not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import notes, registry
from nbmodelver.testing.codecs import Sample, ViewContract


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


class TestContract(ViewContract):
    samples = (
        Sample("floats", lambda: np.linspace(0, 1, 7), view=lambda a: a[2:5]),
        Sample(
            "a big-endian matrix in Fortran order", lambda: np.asfortranarray(np.arange(12, dtype=">i4").reshape(3, 4))
        ),
        Sample("a 0-d array", lambda: np.array(3.5)),
        Sample("an empty array", lambda: np.empty((0, 3))),
        Sample("records", lambda: np.array([(1, 2.5)], dtype=[("n", "i2"), ("x", "f4")])),
        Sample("a read-only array", lambda: _read_only(np.arange(5))),
        Sample("objects", lambda: np.array([1, "a", None], dtype=object)),
        Sample("strings", lambda: np.array(["a", "é"] * 600, dtype=object)),
        Sample("a masked array", lambda: np.ma.masked_array([1, 2, 3], [0, 1, 0])),
        Sample("a scalar", lambda: np.float32(1.5), identity=False, links=False),
        Sample("a dtype", lambda: np.dtype([("x", ">f8")]), identity=False, links=False),
    )

    def is_equal(self, a: Any, b: Any) -> bool:
        if not isinstance(a, np.ndarray):
            return bool(a == b)
        same = (a.dtype, a.shape, a.flags.writeable) == (b.dtype, b.shape, b.flags.writeable)
        return same and a.tolist() == b.tolist()

    def shares_memory(self, a: Any, b: Any) -> bool:
        return bool(np.shares_memory(a, b))


def _read_only(array: Any) -> Any:
    array.flags.writeable = False
    return array
