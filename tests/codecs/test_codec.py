"""A codec builds a value in one step, or fills a shell that may contain itself."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.codecs.codec import Codec


def test_a_value_is_built_from_its_state() -> None:
    codec = Codec("study.pair", lambda value, _memory: tuple(value), list)
    assert codec.restore((1, 2)) == [1, 2]
    assert (codec.plain, codec.identity, codec.links) == (True, True, True)


def test_a_shell_is_made_first_and_filled_afterwards() -> None:
    made: list[Any] = []

    def shell() -> list[Any]:
        made.append([])
        return made[0]

    codec = Codec("study.list", lambda value, _memory: tuple(value), shell=shell, fill=list.extend)
    found = codec.restore((1, 2))
    assert found is made[0]
    assert found == [1, 2]


def test_a_codec_without_a_way_to_build_is_an_error() -> None:
    with pytest.raises(AssertionError):
        Codec("study.none", lambda _value, _memory: ()).restore(())
