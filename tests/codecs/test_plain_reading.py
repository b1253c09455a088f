"""Bytes that the encoder cannot have written are damaged, and nothing of them is built."""

from __future__ import annotations

import json
import struct

import pytest

from nbmodelver.codecs import plain, plain_reading
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.memory import Memory
from nbmodelver.errors import Damaged

SKELETON = plain.encode([[{"a": 1, "b": [2, 3]}, ("x",)]], Memory()).skeleton()


def decode(skeleton: bytes) -> list[object]:
    return plain_reading.decode(skeleton, [], Arrays([[], [], []], []))


def with_header(**changes: object) -> bytes:
    (size,) = struct.unpack_from("<I", SKELETON)
    header = {**json.loads(SKELETON[4 : 4 + size]), **changes}
    packed = json.dumps(header).encode()
    return struct.pack("<I", len(packed)) + packed + SKELETON[4 + size :]


@pytest.mark.parametrize(
    "skeleton",
    [
        b"",
        SKELETON[:-1],
        SKELETON + b"x",
        with_header(nodes=99),
        with_header(root=[1, None, [["list", 7]]]),
        with_header(sizes=[-1]),
    ],
)
def test_other_bytes_are_damaged(skeleton: bytes) -> None:
    with pytest.raises(Damaged):
        decode(skeleton)


def test_a_value_that_waits_for_itself_is_damaged() -> None:
    with pytest.raises(Damaged):
        decode(with_header(batches=[["tuple", 0, 1, None, []]], nodes=1))


def test_codes_lists_containers_without_building_them() -> None:
    assert plain_reading.codes(SKELETON) == {"list", "dict", "tuple"}
    with pytest.raises(ValueError, match="no plain data"):
        plain_reading.codes(b"x")
