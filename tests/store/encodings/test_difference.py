"""Encoding 8: differences to a base of equal length."""

import numpy as np
import pytest

from nbmodelver.store.encodings import difference
from nbmodelver.store.encodings.difference import Difference
from nbmodelver.store.encodings.frames import ZSTD
from tests.store.round_trip import there_and_back


def test_numbers_that_changed_a_little_take_little():
    rng = np.random.default_rng(0)
    old = rng.standard_normal(10_000).astype("f4")
    new = old * np.float32(1 + 1e-6)
    decoded, size = there_and_back(Difference(4, (ZSTD,) * 4), new.tobytes(), old.tobytes())
    assert decoded == new.tobytes()
    assert size < len(decoded) / 3


def test_extreme_values_come_back():
    old = np.array([0, -1, 2**63 - 1, -(2**63), 5], "i8")
    new = np.array([-(2**63), 2**63 - 1, 0, -1, 5], "i8")
    assert there_and_back(Difference(8, (ZSTD,) * 8), new.tobytes(), old.tobytes())[0] == new.tobytes()


def test_bytes_behind_the_last_element_are_stored_as_they_are():
    assert there_and_back(Difference(4, (ZSTD,) * 4), b"123456789ab", b"123456780zz")[0] == b"123456789ab"


def test_another_length_than_that_of_the_base_does_not_fit():
    assert there_and_back(Difference(4, (ZSTD,) * 4), b"1234", b"12345678") is None


@pytest.mark.parametrize(("stored", "base"), [(b"\x03", b"1234"), (b"\x04", b"123"), (b"\x00", b"1234")])
def test_an_unknown_width_or_another_base_is_refused(stored, base):
    with pytest.raises(ValueError, match="unknown lanes"):
        difference.decode(memoryview(stored + bytes(30)), memoryview(bytearray(4)), base)
