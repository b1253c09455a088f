"""Arrays are rebuilt from the table and buffers of a memory."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.memory import Memory
from nbmodelver.errors import Damaged


def rebuilt(memory: Memory) -> Arrays:
    buffers, table = memory.finish()
    arrays = Arrays(table, [len(b.raw) for b in buffers])
    for at, target in arrays.targets.items():
        target[:] = buffers[at].raw
    arrays.fill_pool()
    return arrays


@pytest.mark.parametrize("size", [3, 5000])
def test_a_view_shares_memory_with_its_base_again(size: int) -> None:
    base, memory = np.arange(float(size)), Memory()
    memory.add(base)
    memory.add(base[1:3])
    arrays = rebuilt(memory)
    assert arrays.array(0).tolist() == base.tolist()
    assert np.shares_memory(arrays.array(0), arrays.array(1))


def test_an_array_owns_its_memory_and_is_writable_as_before() -> None:
    memory = Memory()
    locked = np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3))
    locked.flags.writeable = False
    memory.add(locked)
    again = rebuilt(memory).array(0)
    assert (again.dtype, again.strides, again.flags.owndata, again.flags.writeable) == (">i2", (2, 4), True, False)


def test_the_same_number_gives_the_same_object() -> None:
    memory = Memory()
    memory.add(np.arange(3))
    arrays = rebuilt(memory)
    assert arrays.array(0) is arrays.array(0)


@pytest.mark.parametrize("table", [[], [["<f8"], [[8, "", 0, 1]], [[0, 0, 0, [2], None, "wo"]]], "x"])
def test_a_table_that_does_not_fit_its_buffers_is_damaged(table: object) -> None:
    with pytest.raises(Damaged):
        Arrays(table, [4])  # type: ignore[arg-type]


def test_a_number_that_is_not_in_the_table_is_damaged() -> None:
    with pytest.raises(Damaged, match="no array 5"):
        Arrays([[], [], []], []).array(5)
