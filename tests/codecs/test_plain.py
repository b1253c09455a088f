"""Plain data is written without pickle, and other types stop it."""

from __future__ import annotations

import pytest

from nbmodelver.codecs import plain, plain_reading
from nbmodelver.codecs.arrays import Arrays
from nbmodelver.codecs.memory import Memory


def again(*roots: object) -> list[object]:
    encoder = plain.encode(roots, Memory())
    return plain_reading.decode(encoder.skeleton(), [b.raw for b in encoder.buffers], Arrays([[], [], []], []))


def test_numbers_texts_and_containers_are_exact() -> None:
    values = [
        1,
        -(2**70),
        0.1,
        float("-inf"),
        1j,
        True,
        None,
        ...,
        "\ud800é",
        b"\0",
        (),
        [[]],
        {"a": {1: 2}},
        frozenset({3}),
    ]
    found = again(values)[0]
    assert isinstance(found, list)
    assert (found, list(map(type, found))) == (values, list(map(type, values)))


def test_sharing_and_cycles_survive_across_roots() -> None:
    shared: list[object] = []
    shared.append(shared)
    first, second = again([shared], {"x": shared})
    assert first[0] is second["x"] is second["x"][0]  # type: ignore[index]


def test_the_order_of_a_set_does_not_change_the_bytes() -> None:
    a, b = {"x", "y", "z"}, {"z", "x", "y"}
    assert plain.encode([a], Memory()).skeleton() == plain.encode([b], Memory()).skeleton()


def test_another_type_is_not_plain() -> None:
    kind = type("Mine", (), {})
    with pytest.raises(plain.NotPlain) as caught:
        plain.encode([[kind()]], Memory())
    assert caught.value.kind is kind
