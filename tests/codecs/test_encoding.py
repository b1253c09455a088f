"""Names are encoded as a draft: plainly where that is possible, else by pickle, sets in one order."""

from __future__ import annotations

import pytest

from nbmodelver.codecs import encoding, fallback, plain
from nbmodelver.codecs.draft import PICKLE, PLAIN
from nbmodelver.codecs.keys import DefinitionKeys
from nbmodelver.codecs.memory import Memory

KNOWN = DefinitionKeys({})
NONE: frozenset[int] = frozenset()


class Point:
    """A class of a test: its instances need pickle."""

    def __init__(self, *held: object) -> None:
        self.held = held


def test_one_name_is_encoded_plainly_with_the_objects_that_may_link_it() -> None:
    value = [1, [2]]
    found = encoding.encode_plain("x", value, Memory())
    assert (found.names, found.values(), found.draft.format) == (("x",), [("x", value)], PLAIN)
    assert {id(value), id(value[1])} <= set(found.ids())
    with pytest.raises(plain.NotPlain):
        encoding.encode_plain("x", Point(), Memory())


def test_a_pickle_names_the_classes_that_it_imports() -> None:
    draft, _memory, pickler = encoding.pickle_draft(("x",), Point(1), KNOWN, NONE)
    assert (draft.format, draft.names, draft.own) == (PICKLE, ("x",), 0)
    assert f"{__name__}:Point" in draft.classes
    assert type(pickler) is fallback.Pickler


def test_a_value_with_a_set_is_pickled_in_one_order() -> None:
    members = [f"word {n}" for n in range(50)]
    first, second = (
        encoding.pickle_draft(("x",), Point(set(order)), KNOWN, NONE) for order in (members, members[::-1])
    )
    assert first[0].skeleton == second[0].skeleton
    assert type(first[2]) is fallback.CanonicalPickler
