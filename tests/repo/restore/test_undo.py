"""The history of rollbacks, and the objects that undo can bind again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbmodelver.errors import RefMoved
from nbmodelver.model import VersionId
from nbmodelver.repo.restore.undo import (
    MAX_JUMPS,
    NOTHING,
    Jump,
    Replaced,
    UndoHistories,
    UndoHistory,
    UndoMemory,
    new_token,
)
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.refs import Refs

A, B, C, D = (VersionId(c * 40) for c in "abcd")


def test_undo_goes_back_and_redo_forward() -> None:
    history = UndoHistory().jumped(A, B).jumped(B, C)
    assert (history.undo, history.redo) == (Jump(B, C), None)
    back = history.undone(D)
    assert (back.undo, back.redo) == (Jump(A, B), Jump(B, D)), "redo returns to the version before the undo"
    forth = back.redone(A)
    assert (forth.undo, forth.redo) == (Jump(A, D), None)


def test_a_new_jump_ends_what_could_be_redone() -> None:
    history = UndoHistory().jumped(A, B).jumped(B, C).undone(C).jumped(B, D, ["x"], "token")
    assert history.jumps == (Jump(A, B), Jump(B, D, ("x",), "token"))
    assert history.redo is None


def test_the_history_has_an_end() -> None:
    history = UndoHistory()
    for _ in range(MAX_JUMPS + 5):
        history = history.jumped(A, B)
    assert len(history.jumps) == history.at == MAX_JUMPS


def test_an_empty_history_has_nothing_to_undo() -> None:
    assert (UndoHistory().undo, UndoHistory().redo) == (None, None)


@pytest.fixture
def refs() -> Refs:
    return Refs(MemoryBackend())


def test_a_history_is_stored_for_each_notebook(refs: Refs) -> None:
    mine, other = UndoHistories(refs, "mine.ipynb"), UndoHistories(refs, "other.ipynb")
    mine.update(lambda h: h.jumped(A, B, ["x"], "token"))
    assert UndoHistories(refs, "mine.ipynb").read() == UndoHistory((Jump(A, B, ("x",), "token"),), 1)
    assert other.read() == UndoHistories(refs).read() == UndoHistory()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"jumps": 7}', '{"jumps": [["a"]], "at": 1}', '{"jumps": [], "at": "x"}', "[" * 60_000]
)
def test_a_damaged_history_is_empty(refs: Refs, text: str) -> None:
    histories = UndoHistories(refs)
    refs.move(histories.key, None, text)
    assert histories.read() == UndoHistory()
    histories.update(lambda h: h.jumped(A, B))
    assert histories.read().jumps == (Jump(A, B),)


def test_a_history_without_tokens_is_read(refs: Refs) -> None:
    histories = UndoHistories(refs)
    refs.move(histories.key, None, f'{{"jumps": [["{A}", "{B}", "x"]], "at": 9}}')
    assert histories.read() == UndoHistory((Jump(A, B, ("x",), ""),), 1)


def test_a_change_by_another_kernel_is_kept(refs: Refs) -> None:
    mine, theirs = UndoHistories(refs), UndoHistories(refs)
    mine.read()
    theirs.update(lambda h: h.jumped(A, B))
    with pytest.raises(RefMoved):
        mine.write(UndoHistory().jumped(C, D))
    mine.update(lambda h: h.jumped(B, C))
    assert mine.read().jumps == (Jump(A, B), Jump(B, C))


def test_a_history_that_others_keep_changing_is_given_up(refs: Refs, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def moved(*_args: object) -> None:
        tries.append(1)
        raise RefMoved("again")

    monkeypatch.setattr(refs, "move", moved)
    with pytest.raises(RefMoved):
        UndoHistories(refs).update(lambda h: h.jumped(A, B))
    assert len(tries) == 100


def kept(size_bytes: int = 10, *unsaved: str) -> Replaced:
    return Replaced({"saved": [1], **{n: [n] for n in unsaved}}, frozenset(unsaved), size_bytes)


def test_the_objects_of_a_jump_are_returned_until_they_are_forgotten() -> None:
    memory = UndoMemory()
    assert memory.keep("t", "before", kept(), most_bytes=100) == ()
    assert memory.take("t", "before") == kept()
    assert memory.take("t", "after") == memory.take("", "before") == NOTHING
    memory.move("t", "before", ("u", "after"))
    assert (memory.take("t", "before"), memory.take("u", "after")) == (NOTHING, kept())
    memory.forget("u", "after")
    assert memory.take("u", "after") == NOTHING


def test_objects_that_a_version_contains_are_dropped_oldest_first_and_others_stay() -> None:
    memory = UndoMemory()
    memory.keep("old", "before", kept(60, "stream"), most_bytes=100)
    memory.keep("new", "before", kept(60), most_bytes=100)
    assert memory.take("new", "before") == kept(60)
    assert dict(memory.take("old", "before").objects) == {"stream": ["stream"]}


def test_the_last_twenty_jumps_are_kept_and_the_lost_names_are_told() -> None:
    memory = UndoMemory()
    for number in range(UndoMemory.MOST_JUMPS):
        assert memory.keep(str(number), "before", kept(0, f"s{number}"), most_bytes=100) == ()
    assert memory.keep("last", "before", kept(0), most_bytes=100) == ("s0",)
    assert memory.take("0", "before") == NOTHING


def test_jumps_that_the_history_no_longer_has_are_dropped_first() -> None:
    memory = UndoMemory()
    memory.keep("stale", "before", kept(0, "s"), most_bytes=100)
    assert memory.keep("now", "before", kept(0), most_bytes=100, known=["now"]) == ("s",)


def test_tokens_differ() -> None:
    assert len({new_token() for _ in range(50)}) == 50
    assert len(new_token()) == 16
    assert replace(NOTHING) == Replaced()
