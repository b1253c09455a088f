"""Every encoding decodes to what it encoded, or says that the block does not fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nbmodelver.store import encodings
from nbmodelver.store.encodings.bits import Bits
from nbmodelver.store.encodings.decimals import Decimals
from nbmodelver.store.encodings.dictionary import Dictionary
from nbmodelver.store.encodings.difference import Difference
from nbmodelver.store.encodings.frames import ENTROPY, RAW, ZSTD
from nbmodelver.store.encodings.patch import Patch
from nbmodelver.store.encodings.plain import Raw, Zstd
from nbmodelver.store.encodings.prefix import Prefix
from nbmodelver.store.encodings.shuffled import Shuffled
from tests.store.round_trip import there_and_back

ALONE = [
    Raw(),
    Zstd(),
    Zstd(3),
    Bits(),
    *(Shuffled(w, t, (m,) * w) for w in (1, 2, 4, 8) for t in (0, 1, 2) for m in (RAW, ZSTD, ENTROPY)),
    *(Decimals(d, (ZSTD,)) for d in range(7)),
    *(Dictionary(w, bytes(w), ZSTD) for w in (1, 2, 4, 8)),
]
WITH_BASE = [Prefix(), *(Difference(w, (ZSTD,) * w) for w in (1, 2, 4, 8)), *(Patch(w) for w in (1, 2, 4, 8))]


odd_floats = arrays.arrays(
    "f8", st.integers(0, 300), elements=st.floats() | st.sampled_from([-0.0, 0.1, 1e300, 5e-324, 2.5])
)
raws = st.one_of(
    st.binary(max_size=2000),
    odd_floats.map(lambda a: a.tobytes()),
    st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 2)), max_size=300).map(lambda v: np.array(v, "f8").tobytes()),
    st.lists(st.sampled_from([1.5, 2.5, float("nan"), -0.0]), max_size=500).map(lambda v: np.array(v).tobytes()),
    st.lists(st.booleans(), max_size=999).map(lambda v: np.array(v, bool).tobytes()),
)


@pytest.mark.parametrize("encoder", ALONE, ids=repr)
@given(raw=raws)
@settings(max_examples=15, deadline=None)
def test_a_block_decodes_to_what_was_encoded(encoder, raw):
    found = there_and_back(encoder, raw)
    assert found is None or found[0] == raw


@pytest.mark.parametrize("encoder", WITH_BASE, ids=repr)
@given(raw=raws, edits=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=9), other=raws)
@settings(max_examples=15, deadline=None)
def test_a_block_with_a_base_decodes_to_what_was_encoded(encoder, raw, edits, other):
    base = bytearray(raw)
    for at, value in edits if base else ():
        base[at % len(base)] = value
    for near in (bytes(base), other):
        found = there_and_back(encoder, raw, near)
        assert found is None or found[0] == raw


@pytest.mark.parametrize("encoder", [e for e in WITH_BASE if e.number in (7, 8)], ids=repr)
def test_a_base_may_be_in_the_memory_of_the_result(encoder):
    base = np.arange(1003, dtype="u1").tobytes()
    raw = base[:500] + b"edit" + base[504:]
    stored = memoryview(b"".join(encoder.encode(memoryview(raw), base)))
    out = memoryview(bytearray(base))
    encodings.decode(encoder.number, stored, out, out)
    assert bytes(out) == raw


@pytest.mark.parametrize("encoder", [Bits(), Decimals(2, (ZSTD,)), Dictionary(8, bytes(8), ZSTD)], ids=repr)
def test_an_encoder_returns_none_for_a_block_that_does_not_fit(encoder):
    assert there_and_back(encoder, np.random.default_rng(0).standard_normal(5000).tobytes()) is None


@pytest.mark.parametrize("number", sorted(encodings.DECODERS))
def test_p6_decoders_raise_value_errors_and_nothing_else(number):
    rng = np.random.default_rng(number)
    for _ in range(300):
        stored = memoryview(rng.bytes(rng.integers(0, 60)))
        out = memoryview(bytearray(int(rng.integers(0, 40))))
        base = rng.bytes(rng.integers(0, 40))
        try:
            encodings.decode(number, stored, out, base)
        except ValueError:
            continue
