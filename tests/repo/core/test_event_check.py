"""The refs agree with the event log, and what was changed by hand is named."""

from __future__ import annotations

import pytest

from nbmodelver.catalogue.events.log import key_of
from nbmodelver.errors import Damaged
from nbmodelver.repo import Repo
from nbmodelver.repo.core.event_check import accept, check_events
from nbmodelver.repo.core.moves import EVENTS, EventDraft, Wanted
from nbmodelver.repo.core.ref_states import RefState
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

STAGE = "stages/churn/production"


@pytest.fixture
def repo() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    repo = Repo(backend)
    repo.commit({"a": 1}, tags="first")
    for value in ("1.3.2", "1.4.0"):
        repo.moves.run(EventDraft("promote"), [Wanted(STAGE, repo.moves.state(STAGE), value)])
    return repo


def problems(repo: Repo) -> list[str]:
    return [p.what for p in check_events(Repo(repo.backend)).problems]


def test_a_store_without_changes_by_hand_has_no_problem(repo: Repo):
    assert check_events(repo).events == 3
    assert problems(repo) == []
    assert repo.verify() == []


def test_a_stage_that_was_edited_names_the_event_that_it_contradicts(repo: Repo):
    before = repo.refs.get(STAGE)
    assert before is not None
    repo.refs.move(STAGE, before, before.replace("1.4.0", "1.3.2"))
    newest = next(repo.moves.log.newest()).id
    assert problems(repo) == [f"{STAGE} was changed without an event; event {newest} set another value"]
    assert [p.what for p in repo.verify()] == problems(repo)


def test_a_stage_that_was_put_back_to_an_older_value_is_found(repo: Repo):
    events = list(repo.moves.log.newest())
    before = repo.refs.get(STAGE)
    assert before is not None
    repo.refs.move(STAGE, before, f'{{"event":"{events[1].id}","value":"1.3.2"}}')
    assert "was changed without an event" in problems(repo)[0]


def test_a_stage_that_was_deleted_is_found(repo: Repo):
    repo.refs.delete(STAGE)
    assert "was deleted without an event" in problems(repo)[0]


def test_a_tag_that_was_set_without_an_event_is_found(repo: Repo):
    repo.refs.move("tags/second", None, repo["v1"].id)
    assert problems(repo) == ["tags/second was created without an event"]


def test_a_stage_ref_that_is_no_json_is_a_problem_and_not_an_error(repo: Repo):
    repo.refs.move(STAGE, repo.refs.get(STAGE), "1.4.0")
    assert any("is damaged" in p for p in problems(repo))


def test_the_newest_event_that_was_deleted_is_found_through_the_ref(repo: Repo):
    newest = next(repo.moves.log.newest())
    repo.backend.delete(key_of(newest.writer, newest.sequence))
    assert any("the end of the log was cut off" in p for p in problems(repo))


def test_two_stores_that_moved_one_stage_are_reported_as_diverged(repo: Repo):
    copy = MemoryBackend()
    for key in repo.backend.list(""):
        copy.create(key, [bytes(repo.backend.read(key))])
    other = Repo(copy)
    for store, value in ((repo, "1.5.0"), (other, "1.6.0")):
        store.moves.run(EventDraft("promote"), [Wanted(STAGE, store.moves.state(STAGE), value)])
    for key in other.backend.list("events/"):  # The union of both logs.
        repo.backend.create(key, [bytes(other.backend.read(key))])
    found = check_events(Repo(repo.backend))
    assert (found.diverged, found.problems) == ((STAGE,), ())


def test_a_store_of_an_older_format_has_no_events_to_check(repo: Repo):
    raw = bytes(repo.backend.read("format"))
    repo.backend.swap("format", raw, b'{"format": 2, "readable_by": 2}')
    assert check_events(Repo(repo.backend)).events == 0


def test_an_acceptance_puts_refs_back_to_what_the_log_states(repo: Repo):
    before = repo.refs.get(STAGE)
    assert before is not None
    repo.refs.move(STAGE, before, before.replace("1.4.0", "1.3.2"))
    repo.refs.move("tags/by-hand", None, repo["v1"].id)
    event, problems = accept(repo, "an experiment")
    assert [p.object for p in problems] == [STAGE, "tags/by-hand"]
    assert repo.moves.state(STAGE) == RefState("1.4.0", event.id)
    assert repo.refs.get("tags/by-hand") is None
    found = check_events(Repo(repo.backend))
    assert (found.problems, found.accepted) == ((), ())


def test_a_ref_whose_history_lacks_an_event_is_not_diverged_after_the_acceptance(repo: Repo):
    first, second = [e for e in repo.moves.log.newest() if e.kind == "promote"][::-1]
    repo.moves.run(EventDraft("promote"), [Wanted(STAGE, repo.moves.state(STAGE), "1.5.0")])
    repo.backend.delete(key_of(second.writer, second.sequence))
    again = Repo(repo.backend)
    assert check_events(again).diverged == (STAGE,)
    event, _ = accept(again, "a bad disk")
    assert event.data["settles"] == [first.id]
    found = check_events(Repo(repo.backend))
    assert (found.diverged, found.problems) == ((), ())
    assert len(found.accepted) == 2
    assert again.moves.state(STAGE).value == "1.5.0"  # type: ignore[union-attr]


def test_a_kill_between_an_acceptance_and_its_refs_is_finished(repo: Repo):
    before = repo.refs.get(STAGE)
    assert before is not None
    repo.refs.move(STAGE, before, before.replace("1.4.0", "1.3.2"))

    def killed(_event: object) -> None:
        raise KeyboardInterrupt

    repo.moves._apply = killed  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        accept(repo, "why")
    again = Repo(repo.backend)
    assert again.moves.state(STAGE).value == "1.4.0"  # type: ignore[union-attr]
    assert check_events(again).problems == ()


def test_a_missing_ref_of_events_is_made_again_before_an_acceptance(repo: Repo):
    repo.refs.delete(EVENTS)
    with pytest.raises(Damaged, match="is missing") as caught:
        accept(repo, "why")
    assert "%mv_repair" in caught.value.hint
