"""A capture groups names by shared objects, brings along what saved code uses, and names what cannot be kept."""

from __future__ import annotations

from nbmodelver.codecs import capture
from nbmodelver.codecs.draft import PICKLE, PLAIN
from tests.codecs.cells import run


def test_names_that_share_an_object_are_one_group_and_are_also_encoded_alone() -> None:
    shared = [1]
    found = capture.capture({"a": {"s": shared}, "b": [shared], "c": 3})
    assert [draft.names for draft in found.groups] == [("a", "b"), ("c",)]
    assert found.alone.keys() == {"a", "b"}
    assert {draft.format for draft in found.groups} == {PLAIN}


def test_what_cannot_be_kept_is_skipped_by_path_and_its_mates_get_a_note() -> None:
    shared = [1]
    found = capture.capture({"bad": {"g": (i for i in ""), "s": shared}, "good": shared})
    assert [(s.name, s.path) for s in found.skipped] == [("bad", "bad['g']")]
    assert [draft.names for draft in found.groups] == [("good",)]
    assert found.notes == {"good": [capture.shared_with(["bad"])]}


def test_a_name_that_a_function_uses_is_added_unless_it_is_to_be_skipped() -> None:
    space = run("limit = [3]\ndef f(): return limit")
    found = capture.capture({"f": space["f"]}, space)
    assert found.added == {"limit": [3]}
    assert [draft.format for draft in found.definitions] == [PICKLE]
    assert capture.capture({"f": space["f"]}, space, skip=lambda _name, _value: "a secret").added == {}


def test_a_name_known_to_be_unloadable_is_skipped_for_that_reason() -> None:
    found = capture.capture({"a": [1], "b": 2}, unloadable={"a": "it did not load"})
    assert [(s.name, s.reason) for s in found.skipped] == [("a", "it did not load")]
    assert [draft.names for draft in found.groups] == [("b",)]
