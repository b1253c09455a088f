"""Moves stop at a damaged log with the place of the damage, and reading goes on."""

from __future__ import annotations

import pytest

from nbmodelver.catalogue.events import log
from nbmodelver.catalogue.events.log import key_of
from nbmodelver.errors import Damaged, UsageError
from nbmodelver.repo import Repo
from nbmodelver.repo.core import event_check
from nbmodelver.repo.core.intact import accepted_objects
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

STAGE = "stages/churn/production"


def move(repo: Repo, value: str) -> None:
    repo.moves.run(EventDraft("promote"), [Wanted(STAGE, repo.moves.state(STAGE), value)])


@pytest.fixture
def repo() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    for value in ("1", "2", "3", "4"):
        move(repo, value)
    return repo


def test_an_event_that_was_removed_is_named_by_the_next_move(repo: Repo):
    second = list(repo.moves.log.newest())[2]
    repo.backend.delete(key_of(second.writer, second.sequence))
    again = Repo(repo.backend)
    with pytest.raises(Damaged, match=f"names event {second.id}, which is missing"):
        move(again, "5")
    assert again.moves.state(STAGE).value == "4"  # type: ignore[union-attr]


def test_a_cut_end_is_named(repo: Repo):
    newest = next(repo.moves.log.newest())
    repo.backend.delete(key_of(newest.writer, newest.sequence))
    with pytest.raises(Damaged, match="the end of the log was cut off"):
        repo.moves.note(EventDraft("approve"))


def test_a_stage_that_was_edited_does_not_move(repo: Repo):
    before = repo.refs.get(STAGE)
    assert before is not None
    repo.refs.move(STAGE, before, before.replace('"4"', '"2"'))
    with pytest.raises(Damaged, match=f"{STAGE} was changed without an event"):
        move(repo, "5")
    repo.moves.run(EventDraft("promote"), [Wanted("stages/churn/staging", None, "1")])  # Other refs do.


def test_an_access_is_recorded_also_in_a_damaged_log(repo: Repo):
    first = list(repo.moves.log.newest())[3]
    repo.backend.delete(key_of(first.writer, first.sequence))
    again = Repo(repo.backend)
    assert again.moves.note(EventDraft("access")).kind == "access"
    with pytest.raises(Damaged):
        again.moves.note(EventDraft("approve"))


def test_accepted_damage_stops_nothing_and_new_damage_does(repo: Repo):
    events = list(repo.moves.log.newest())
    repo.backend.delete(key_of(events[2].writer, events[2].sequence))
    again = Repo(repo.backend)
    event_check.accept(again, "known")
    assert accepted_objects(again.moves.log) == {events[1].id}
    move(again, "5")
    newest = next(again.moves.log.newest())
    again.backend.delete(key_of(newest.writer, newest.sequence))
    with pytest.raises(Damaged, match="cut off"):
        move(Repo(repo.backend), "6")


def test_damage_in_a_folded_part_of_the_log_stops_moves(monkeypatch: pytest.MonkeyPatch, repo: Repo):
    monkeypatch.setattr(log, "MANY", 2)
    monkeypatch.setattr(log, "KEPT", 1)
    assert repo.moves.log.fold()
    (key,) = repo.backend.list("eventlogs/")
    raw = bytes(repo.backend.read(key))
    repo.backend.delete(key)
    repo.backend.create(key, [raw[:-3] + b"xxx"])
    with pytest.raises(Damaged, match="nothing moves"):
        move(Repo(repo.backend), "5")


def test_the_writer_whose_own_event_was_removed_begins_a_new_chain(repo: Repo):
    newest = next(repo.moves.log.newest())
    repo.backend.delete(key_of(newest.writer, newest.sequence))
    event_check.accept(repo, "known")
    accepted = next(repo.moves.log.newest())
    assert (accepted.kind, accepted.sequence) == ("accept", 1)
    assert accepted.writer != newest.writer
    assert event_check.check_events(repo).problems == ()


def test_nothing_to_accept_and_no_reason_are_refused(repo: Repo):
    with pytest.raises(UsageError, match="no problem to accept"):
        event_check.accept(repo, "why")
    with pytest.raises(UsageError, match="needs a reason"):
        event_check.accept(repo, "")
