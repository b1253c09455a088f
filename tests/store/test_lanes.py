"""Arithmetic on runs of bytes."""

from nbmodelver.store import lanes


def test_bits_are_only_for_zero_and_one():
    assert lanes.pack_bits(b"\0\1\2") is None
