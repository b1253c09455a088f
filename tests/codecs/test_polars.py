"""polars: what another release reads otherwise is noted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import notes, registry
from nbmodelver.codecs.memory import Memory
from nbmodelver.testing.codecs import CodecContract, Sample

pl = pytest.importorskip("polars")
codec = registry.library("polars")


def state_of(series: Any) -> tuple[Any, ...]:
    import io

    name, _ref, *rest = codec.find(pl.Series).take(series, Memory())
    sink = io.BytesIO()
    series.alias("x").to_frame().write_ipc(sink, compression="uncompressed")
    return name, np.frombuffer(sink.getvalue(), np.uint8), *rest


def built(*state: Any) -> tuple[Any, list[str]]:
    with notes.collected() as heard:
        return registry.by_tag("polars.series").restore(state), heard


def test_a_series_that_is_read_as_it_was_is_not_noted() -> None:
    series = pl.Series("s", [{"x": 1}, {"x": None}, {"x": 2}])
    found, heard = built(*state_of(series))
    assert found.equals(series)
    assert heard == []


def test_a_dtype_that_is_read_as_another_is_noted() -> None:
    name, data, _dtype, *rest = state_of(pl.Series("n", [1, 2]))
    assert built(name, data, "Int128", *rest)[1] == ["Int64 here, was Int128"]


def test_an_enum_that_is_read_as_categories_is_an_enum_again() -> None:
    name, data, *_rest = state_of(pl.Series("e", ["a", None], dtype=pl.Categorical))
    enum = pl.Series("e", ["a", None], dtype=pl.Enum(["b", "a"]))
    found, heard = built(name, data, *state_of(enum)[2:])
    assert found.dtype == enum.dtype
    assert found.to_list() == ["a", None]
    assert heard == []


def test_a_state_of_an_older_store_ends_with_the_file() -> None:
    name, data, *_rest = state_of(pl.Series("n", [1, None]))
    found, heard = built(name, data)
    assert found.to_list() == [1, None]
    assert heard == []


class TestContract(CodecContract):
    samples = (
        Sample("a frame", lambda: pl.DataFrame({"n": [1, None], "s": ["a", "b"]})),
        Sample("a series", lambda: pl.Series("e", ["a", None], dtype=pl.Enum(["b", "a"]))),
        Sample("a dtype", lambda: pl.List(pl.Int8), identity=False, links=False),
    )

    def is_equal(self, a: Any, b: Any) -> bool:
        return bool(a.equals(b)) if isinstance(a, (pl.DataFrame, pl.Series)) else bool(a == b)
