"""Encoding 3: booleans, eight to a byte."""

import numpy as np
import pytest

from nbmodelver.store.encodings import bits
from nbmodelver.store.encodings.bits import Bits
from nbmodelver.store.encodings.frames import compress
from tests.store.round_trip import there_and_back


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 5000])
def test_any_number_of_booleans_comes_back(count):
    raw = (np.random.default_rng(count).random(count) < 0.5).tobytes()
    decoded, _ = there_and_back(Bits(), raw)
    assert decoded == raw


def test_random_booleans_take_an_eighth():
    raw = (np.random.default_rng(0).random(80_000) < 0.5).tobytes()
    assert there_and_back(Bits(), raw)[1] < 10_100


def test_another_byte_does_not_fit():
    assert there_and_back(Bits(), b"\0\1\2") is None


def test_a_frame_of_another_length_is_refused():
    out = memoryview(bytearray(9))
    for size in (1, 3):
        with pytest.raises(ValueError):
            bits.decode(memoryview(compress(bytes(size))), out, b"")
