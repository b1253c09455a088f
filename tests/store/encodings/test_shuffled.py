"""Encoding 2: byte lanes of numbers, after a transform."""

import numpy as np
import pytest

from nbmodelver.store import lanes
from nbmodelver.store.encodings import shuffled
from nbmodelver.store.encodings.frames import RAW, ZSTD
from nbmodelver.store.encodings.shuffled import Shuffled
from tests.store.round_trip import there_and_back


def test_lanes_of_small_integers_shrink():
    numbers = np.random.default_rng(0).integers(0, 200, 20_000)
    assert there_and_back(Shuffled(8, lanes.NONE, (RAW, *[ZSTD] * 7)), numbers.tobytes())[1] < 20_500


def test_steps_of_a_counter_shrink_to_almost_nothing():
    numbers = np.arange(50_000) * 7 + 3
    raw = numbers.tobytes()
    decoded, size = there_and_back(Shuffled(8, lanes.STEP, (ZSTD,) * 8), raw)
    assert decoded == raw
    assert size < 500
    assert there_and_back(Shuffled(8, lanes.NONE, (ZSTD,) * 8), raw)[1] > 3 * size


@pytest.mark.parametrize("length", [0, 1, 3, 7, 8, 15])
def test_bytes_behind_the_last_element_are_stored_as_they_are(length):
    raw = bytes(range(length))
    for transform in (lanes.NONE, lanes.ROTATE, lanes.STEP):
        assert there_and_back(Shuffled(8, transform, (ZSTD,) * 8), raw)[0] == raw


@pytest.mark.parametrize("head", [b"\x03\x00", b"\x04\x09", b"\x00\x00"])
def test_an_unknown_width_or_transform_is_refused(head):
    with pytest.raises(ValueError, match="unknown lanes"):
        shuffled.decode(memoryview(head + bytes(40)), memoryview(bytearray(4)), b"")
