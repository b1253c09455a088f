"""Marks of events that do not count: they survive kills, and a confirmation ends them."""

from __future__ import annotations

from nbmodelver.catalogue.events.unconfirmed import Unconfirmed, moves_registry
from nbmodelver.model.events import RefMove
from nbmodelver.repo import Repo
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

ONE, OTHER = "1" * 40, "2" * 40
STAGE = "stages/churn/production"


def test_an_event_is_unconfirmed_until_it_is_confirmed():
    backend = MemoryBackend()
    marks = Unconfirmed(backend)
    assert marks.ids() == set()
    marks.add([ONE, OTHER], "origin")
    marks.add([ONE], "backup")
    assert Unconfirmed(backend).ids() == {ONE, OTHER}
    marks.confirm([ONE])
    marks.confirm([ONE])
    assert marks.ids() == {OTHER}
    marks.add([ONE], "origin")
    assert marks.ids() == {OTHER}


def test_the_remote_is_the_first_that_brought_the_event():
    backend = MemoryBackend()
    marks = Unconfirmed(backend)
    marks.add([ONE], "origin")
    marks.add([ONE], "backup")
    assert (marks.remote_of(ONE), marks.remote_of(OTHER)) == ("origin", "")
    for junk in (b"", b"[]", b"\xff", b'{"remote":', b"[" * 4000):
        backend.delete(f"unconfirmed/{ONE}")
        backend.create(f"unconfirmed/{ONE}", [junk])
        assert marks.remote_of(ONE) == ""
        assert marks.ids() == {ONE}


def test_files_of_other_names_are_ignored():
    backend = MemoryBackend()
    backend.create("unconfirmed/notes.txt", [b"x"])
    assert Unconfirmed(backend).ids() == set()


def test_the_log_leaves_unconfirmed_events_out_for_refs_of_the_registry_only():
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    repo.commit({"x": 1})
    moves = [Wanted(STAGE, None, {"number": "1"}), Wanted("tags/best", None, repo["v1"].id)]
    event = repo.moves.run(EventDraft("promote", "models/churn"), moves)
    log = repo.moves.log
    topics = (STAGE, "models/churn", "tags/best")
    assert [log.about(topic) for topic in topics] == [[event]] * 3
    log.unconfirmed.add([event.id], "origin")
    assert [log.about(topic) for topic in topics] == [[], [], [event]]
    assert [log.all_about(topic) for topic in topics] == [[event]] * 3
    assert next(iter(log.newest())) == event
    assert log.subjects() == ["models/churn", STAGE, "tags/best"]


def test_only_moves_of_the_registry_need_a_confirmation():
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    repo.commit({"x": 1})
    assert not moves_registry(repo.moves.note(EventDraft("approve", "models/churn")))
    assert not moves_registry(repo.moves.run(EventDraft("tag"), [Wanted("tags/a", None, repo["v1"].id)]))
    event = repo.moves.run(EventDraft("policy"), [Wanted("policy", None, {"lines": 1})])
    assert moves_registry(event)
    assert event.moves == (RefMove("policy", None, {"lines": 1}),)
