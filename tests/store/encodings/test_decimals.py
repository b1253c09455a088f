"""Encoding 5: decimal numbers as integers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.store.encodings import decimals
from nbmodelver.store.encodings.decimals import Decimals
from nbmodelver.store.encodings.frames import ZSTD
from tests.store.round_trip import there_and_back


@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), min_size=1), st.integers(2, 4))
def test_decimals_are_exact_to_the_last_bit(values, digits):
    raw = np.array(values).tobytes()
    found = there_and_back(Decimals(digits, (ZSTD,)), raw)
    assert found is None or found[0] == raw


def test_prices_take_less_than_half():
    raw = np.round(np.random.default_rng(0).gamma(2, 50, 20_000), 2).tobytes()
    decoded, size = there_and_back(Decimals(2, (ZSTD,) * 4), raw)
    assert decoded == raw
    assert size < len(raw) / 3


def test_values_that_are_no_decimals_are_exceptions():
    values = np.round(np.random.default_rng(0).gamma(2, 50, 2_000), 2)
    values[[0, 5, 1999]] = [np.nan, 1 / 3, -0.0]
    assert there_and_back(Decimals(2, (ZSTD,) * 4), values.tobytes())[0] == values.tobytes()


def test_noise_and_other_lengths_do_not_fit():
    assert there_and_back(Decimals(2, (ZSTD,)), np.random.default_rng(0).standard_normal(1000).tobytes()) is None
    assert there_and_back(Decimals(2, (ZSTD,)), bytes(12)) is None


@pytest.mark.parametrize("head", [(7, 4, 0, 0, 0), (2, 3, 0, 0, 0), (2, 4, 1, 0, 0), (2, 4, 0, 0, 9)])
def test_a_head_outside_of_the_format_is_refused(head):
    stored = decimals._HEAD.pack(*head) + bytes(100)
    with pytest.raises(ValueError, match="unknown decimals"):
        decimals.decode(memoryview(stored), memoryview(bytearray(16)), b"")
