"""States that no codec writes are refused: the plain decoder reads what strangers send."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import registry
from nbmodelver.errors import NotLoadable

OBJECTS = np.array([1, "x", None, 2.5], object)


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (5,), (8,)),
        (8, (4,), (8,)),
        (0, (2,), (64,)),
        (-8, (2,), (8,)),
        (0, (2,), (-8,)),
        (1 << 40, (1,), (8,)),
        (4, (1,), (8,)),
        (0, (2,), (12,)),
    ],
)
def test_a_view_outside_its_array_of_objects(offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    with pytest.raises((ValueError, TypeError)):
        registry.by_tag("numpy.array").restore(("view", OBJECTS, offset, shape, strides, True))


@pytest.mark.parametrize("base", [np.arange(4), [1, 2], None, b"12345678"])
def test_a_view_of_objects_in_memory_that_holds_none(base: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        registry.by_tag("numpy.array").restore(("view", base, 0, (1,), (8,), True))


@pytest.mark.parametrize("root", ["os", "nbmodelver", "../numpy", "", "python.x"])
def test_a_library_without_codecs(root: str) -> None:
    with pytest.raises(NotLoadable):
        registry.library(root)


@pytest.mark.parametrize("name", ["float32", "nn", "load", "__name__", "missing"])
def test_a_constant_of_torch_that_is_none(name: str) -> None:
    pytest.importorskip("torch")
    with pytest.raises((TypeError, AttributeError)):
        registry.by_tag("torch.layout").restore((name,))
