"""Encoding 4: distinct elements and a code for each."""

import numpy as np
import pytest

from nbmodelver.store.encodings import dictionary
from nbmodelver.store.encodings.dictionary import Dictionary
from nbmodelver.store.encodings.frames import RAW, ZSTD, pack_lanes
from tests.store.round_trip import there_and_back


def test_values_that_the_samples_missed_still_fit():
    values = np.repeat([1.0, 2.0, 1.0], 4000)
    values[7777] = 99.0
    encoder = Dictionary(8, np.array([1.0, 2.0]).tobytes(), ZSTD)
    assert there_and_back(encoder, values.tobytes())[0] == values.tobytes()


def test_few_values_take_one_byte_for_each_element_or_less():
    values = np.array([1.5, 2.5, np.nan, -0.0])
    raw = np.random.default_rng(0).choice(values, 40_000).tobytes()
    decoded, size = there_and_back(Dictionary(8, values.tobytes(), ZSTD), raw)
    assert decoded == raw
    assert size < 15_000


def test_more_values_than_codes_do_not_fit():
    most = np.arange(256, dtype="i8")
    assert there_and_back(Dictionary(8, most.tobytes(), ZSTD), most.tobytes())[0] == most.tobytes()
    more = np.arange(257, dtype="i8")
    assert there_and_back(Dictionary(8, most.tobytes(), ZSTD), more.tobytes()) is None


def test_a_code_without_a_value_and_missing_values_are_refused():
    (lane,) = np.array([[0, 1]], "u1")
    stored = bytes((8, 0)) + bytes(8) + b"".join(pack_lanes(lane.reshape(1, -1), (RAW,)))
    with pytest.raises(ValueError, match="has no value"):
        dictionary.decode(memoryview(stored), memoryview(bytearray(16)), b"")
    with pytest.raises(ValueError, match="values are missing"):
        dictionary.decode(memoryview(b"\x08\x05" + bytes(9)), memoryview(bytearray(16)), b"")
    with pytest.raises(ValueError, match="unknown width"):
        dictionary.decode(memoryview(b"\x03\x00" + bytes(9)), memoryview(bytearray(16)), b"")
