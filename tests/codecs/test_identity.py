"""Mutable objects link names; immutable ones and those that are pickled by name do not."""

from __future__ import annotations

import dataclasses
import enum
import io
import logging
from decimal import Decimal

import numpy as np
import pytest

from nbmodelver.codecs.fallback import Pickler
from nbmodelver.codecs.identity import holds_sets, links
from nbmodelver.codecs.keys import DefinitionKeys
from nbmodelver.codecs.memory import Memory


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize(
    "value", [[], {}, set(), np.arange(2), bytearray(), logging.LogRecord("x", 1, "", 1, "", (), None)]
)
def test_mutable_objects_link_names(value: object) -> None:
    assert links(value)


@pytest.mark.parametrize(
    "value", [1, "a", (1, []), None, Decimal(1), np.float64(1), dataclasses.MISSING, Colour.RED, int, len]
)
def test_immutable_and_named_objects_do_not(value: object) -> None:
    assert not links(value)


@pytest.mark.parametrize(("value", "found"), [({1, 2}, True), ({1}, False), ([frozenset("ab")], True), ([1], False)])
def test_a_set_of_several_members_is_found(value: object, found: bool) -> None:
    pickler = Pickler(io.BytesIO(), Memory(), DefinitionKeys({}))
    pickler.dump(value)
    assert holds_sets(pickler.memo.copy()) is found
