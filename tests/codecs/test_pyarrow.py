"""pyarrow: arrays, tables and types."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.testing.codecs import CodecContract, Sample

pa = pytest.importorskip("pyarrow")


class TestContract(CodecContract):
    samples = (
        Sample("numbers", lambda: pa.array([1, None, 3]), links=False),
        Sample("strings", lambda: pa.array(["a", None, "é"]), links=False),
        Sample("chunks", lambda: pa.chunked_array([[1], [2, 3]]), links=False),
        Sample("a table", lambda: pa.table({"n": [1, 2], "s": ["a", "b"]}), links=False),
        Sample("a schema", lambda: pa.schema([("n", pa.int8())]), identity=False, links=False),
    )

    def is_equal(self, a: Any, b: Any) -> bool:
        return bool(a.equals(b))
