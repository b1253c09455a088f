"""The chosen encoding is the smallest for the data, or for the change."""

import numpy as np
import pytest

from nbmodelver.store.choice import pick, pick_delta
from nbmodelver.store.encodings.bits import Bits
from nbmodelver.store.encodings.decimals import Decimals
from nbmodelver.store.encodings.dictionary import Dictionary
from nbmodelver.store.encodings.difference import Difference
from nbmodelver.store.encodings.patch import Patch
from nbmodelver.store.encodings.plain import Raw, Zstd
from nbmodelver.store.encodings.prefix import Prefix
from nbmodelver.store.encodings.shuffled import Shuffled
from tests.store.round_trip import there_and_back


def frame(n=20_000):
    rng = np.random.default_rng(0)
    prices = np.round(rng.gamma(2, 50, n), 2)
    return {
        "noise": ("", rng.integers(0, 256, 8 * n).astype("u1"), Raw, 1.0),
        "text": ("text", np.frombuffer(b"the quick brown fox %d " * n, "u1"), Zstd, 0.1),
        "flags": ("b", rng.random(n) < 0.2, Bits, 0.13),
        "id": ("i8", np.arange(n), Shuffled, 0.01),
        "times": ("i8", np.cumsum(rng.integers(0, 60_000_000, n)), Shuffled, 0.45),
        "f4": ("f4", rng.standard_normal(n).astype("f4"), Shuffled, 0.85),
        "f8": ("f8", rng.standard_normal(n), Shuffled, 0.89),
        "price": ("f8", prices, Decimals, 0.25),
        "price with holes": ("f8", np.where(rng.random(n) < 0.1, np.nan, prices), Decimals, 0.26),
        "whole": ("f8", rng.integers(0, 10_000, n).astype("f8"), Decimals, 0.24),
        "rating": ("f8", rng.choice([1, 1.5, 2, 3.25], n), Dictionary, 0.05),
        "label": ("i8", rng.choice([-1, 7, 1 << 40], n), Dictionary, 0.05),
    }


@pytest.mark.parametrize("name", frame())
def test_the_choice_fits_the_data(name):
    layout, array, kind, share = frame()[name]
    raw = memoryview(array.tobytes())
    chosen = pick(raw, layout)
    assert type(chosen.encoder) is kind
    found = there_and_back(chosen.encoder, raw)
    assert found[0] == raw
    assert found[1] <= share * len(raw)


def test_the_choice_of_a_delta_fits_the_change():
    rng = np.random.default_rng(0)
    base = rng.standard_normal(20_000)
    few, moved, shifted = base.copy(), base * (1 + 1e-9), np.roll(base, 1)
    few[::200] = 0
    for array, kind in ((few, Patch), (moved, Difference), (shifted, Prefix)):
        chosen = pick_delta(memoryview(array.tobytes()), base.tobytes(), "f8")
        assert type(chosen.encoder) is kind
        found = there_and_back(chosen.encoder, array.tobytes(), base.tobytes())
        assert found[0] == array.tobytes()
