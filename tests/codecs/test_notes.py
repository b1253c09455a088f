"""Notes reach whoever loads the value, and nobody else."""

from __future__ import annotations

from nbmodelver.codecs import notes


def test_a_note_is_heard_once_in_its_order() -> None:
    with notes.collected() as heard:
        notes.instead("object", "str")
        notes.note("b")
        notes.instead("object", "str")
    assert heard == ["object here, was str", "b"]


def test_a_note_of_an_inner_load_is_not_heard_outside() -> None:
    with notes.collected() as outer:
        notes.note("outer")
        with notes.collected() as inner:
            notes.note("inner")
        notes.note("after")
    assert (outer, inner) == (["outer", "after"], ["inner"])


def test_without_a_listener_a_note_is_no_error() -> None:
    notes.note("nobody")
    with notes.collected() as heard:
        pass
    assert heard == []
