"""Small documents: canonical JSON in one frame, with limits that are checked before memory is taken."""

import json
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.errors import Damaged
from nbmodelver.store.framed import MAX_DEPTH, broken, canonical, compress, decompress, id_of, parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=5))
def test_a_document_comes_back_equal_and_has_one_form(data):
    raw = canonical(data)
    assert parse(decompress(compress(raw), "it"), "it") == data
    assert canonical(dict(reversed(data.items()))) == raw
    assert raw.isascii()


def test_the_id_is_of_the_content():
    assert id_of(b"a") != id_of(b"b")
    assert len(id_of(b"")) == 40


def test_every_changed_byte_is_noticed_or_harmless():
    raw = canonical({"a": list(range(50)), "b": "text"})
    whole = compress(raw)
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 0x21
        with suppress(Damaged):
            assert decompress(bytes(data), "it") == raw
    for length in range(len(whole)):
        with pytest.raises(Damaged):
            decompress(whole[:length], "it")
    with pytest.raises(Damaged):
        decompress(whole + whole, "it")


def test_a_declared_size_above_the_limit_is_refused():
    with pytest.raises(Damaged, match="limit is 10"):
        decompress(compress(bytes(11)), "it", 10)
    assert decompress(compress(bytes(10)), "it", 10) == bytes(10)
    unknown = zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 100)
    with pytest.raises(Damaged):
        decompress(unknown, "it")
    assert decompress(compress(b""), "it") == b""


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"5", b"null", b"{", b"\xff", b'{"a":NaN}', b'{"a":Infinity}', b"[" * 10**5]
)
def test_what_is_no_json_object_is_damage(raw):
    with pytest.raises(Damaged, match="it is") as raised:
        parse(raw, "the head of s3://x")
    assert raised.value.message.startswith("the head of s3://x is damaged")


def test_json_is_nested_up_to_a_limit():
    deep = json.loads("[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2))
    assert parse(canonical({"a": deep}), "it") == {"a": deep}
    with pytest.raises(Damaged, match="deeper"):
        parse(canonical({"a": [[deep]]}), "it")
    with pytest.raises(Damaged):
        parse(b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", "it")


def test_the_error_says_what_and_why():
    assert broken("x", "y").message == "x is damaged: y"
