"""Memory collects arrays, finds what overlaps, and copies only arrays with gaps."""

from __future__ import annotations

import numpy as np

from nbmodelver.codecs.memory import ROW_BYTES, Memory


def test_buffers_are_the_live_memory_of_the_arrays() -> None:
    array, memory = np.arange(1000.0), Memory()
    memory.add(array)
    (buffer,), _table = memory.finish()
    assert np.shares_memory(np.frombuffer(buffer.raw, np.uint8), array)
    assert (buffer.layout, buffer.raw.nbytes) == ("f8", 8000)


def test_small_arrays_are_pooled_in_one_buffer() -> None:
    memory = Memory()
    for n in range(20):
        memory.add(np.full(4, n))
    assert len(memory.finish()[0]) == 1


def test_of_a_single_view_with_gaps_only_the_visible_elements_are_stored() -> None:
    memory = Memory()
    memory.add(np.zeros((1000, 1000))[:, 3])
    (buffer,), _table = memory.finish()
    assert buffer.raw.nbytes == 8000


def test_overlapping_arrays_are_one_buffer() -> None:
    base, memory = np.arange(5000.0), Memory()
    memory.add(base[:4000])
    memory.add(base[1000:])
    assert [b.raw.nbytes for b in memory.finish()[0]] == [40_000]


def test_each_large_row_of_a_block_is_a_buffer_with_its_slot() -> None:
    block, memory = np.zeros((2, ROW_BYTES // 8)), Memory()
    memory.add(memory.name(block, "price", "size"), private=True, rows=True)
    assert [b.slot for b in memory.finish()[0]] == ["price", "size"]


def test_an_array_is_added_once() -> None:
    array, memory = np.arange(3), Memory()
    assert memory.add(array).number == memory.add(array).number == 0


def test_private_arrays_have_no_extent_that_other_names_could_share() -> None:
    memory = Memory()
    memory.add(np.arange(3), private=True)
    assert memory.extents() == []
