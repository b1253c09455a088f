"""Memoryviews show the same part of their base."""

from __future__ import annotations

import numpy as np
import pytest

from tests.codecs.again import Again, refused


@pytest.mark.parametrize(
    "make",
    [
        lambda m: m,
        lambda m: m[2:6],
        lambda m: m[1:8:3],
        lambda m: m[7:1:-2],
        lambda m: m[2:8].toreadonly(),
        lambda m: m[5:5],
    ],
)
@pytest.mark.parametrize("base", [bytes(range(9)), bytearray(9), np.arange(9.0), np.arange(9, dtype=np.int16)])
def test_a_memoryview_shows_the_same_part_of_its_base(make, base):
    view = make(memoryview(base))
    again = Again(base=base, view=view)
    assert again.view == view
    assert (again.view.format, again.view.strides, again.view.readonly) == (view.format, view.strides, view.readonly)
    if not isinstance(base, bytes):
        assert again.view.obj is again.base


def test_a_view_of_a_matrix_and_a_released_one():
    matrix = np.arange(6).reshape(2, 3)
    assert Again(view=memoryview(matrix)).view.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert "of this shape cannot be kept" in refused(memoryview(matrix)[::2])
    view = memoryview(b"x")
    view.release()
    assert refused(view) == "a memoryview that was released cannot be kept"
