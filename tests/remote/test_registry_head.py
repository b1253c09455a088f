"""Entries of the head `registry`, and which events they confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import Diverged
from nbmodelver.remote.registry_head import RegistryHere, confirmation, events_of, registry_of
from nbmodelver.repo.core.moves import EventDraft, Wanted
from tests.remote.places import new_store

if TYPE_CHECKING:
    from nbmodelver.model import Json
    from nbmodelver.model.events import Event
    from nbmodelver.repo import Repo

A, B = "aliases/churn/a", "aliases/churn/b"


def move(repo: Repo, *wanted: tuple[str, Json], **data: Json) -> Event:
    moves = [Wanted(ref, repo.moves.state(ref), after) for ref, after in wanted]
    return repo.moves.run(EventDraft("alias", "models/churn", data=data), moves)


def union(repo: Repo, other: Repo) -> None:
    log = other.moves.log
    head = other.moves.head()
    assert head is not None
    repo.moves.join([log.stored(id_) for id_ in log.keys()], head.store)  # noqa: SIM118  # no mapping


def entry(event: Event, value: Json, *also: Event) -> dict[str, Any]:
    return {"event": event.id, "value": value, **({"also": [e.id for e in also]} if also else {})}


def changes(repo: Repo, there: dict[str, Any]) -> dict[str, Json]:
    here = RegistryHere(repo)
    return {change.ref: change.after for change in here.changes(here.differing(there), there, "origin")}


@pytest.mark.parametrize("bad", [None, 1, "x", [], {}, {"event": 1}, {"value": 1}])
def test_an_invalid_entry_names_no_event(bad: Any):
    assert events_of(bad) == []


def test_the_event_that_set_a_ref_is_the_first():
    assert events_of({"event": "x", "value": 1, "also": ["a"]}) == ["x", "a"]
    assert events_of({"event": "x", "value": 1, "also": 5}) == ["x"]


def test_a_head_gets_what_moved_and_what_was_deleted():
    repo = new_store()
    one, other = move(repo, (A, 1)), move(repo, (B, 1))
    assert changes(repo, {}) == {A: entry(one, 1), B: entry(other, 1)} == registry_of(repo)
    there = registry_of(repo)
    assert changes(repo, there) == {}
    gone = move(repo, (A, None))
    assert changes(repo, there) == {A: entry(gone, None)}
    assert changes(repo, registry_of(repo)) == {}
    assert changes(repo, {}) == {B: entry(other, 1)}


def test_a_ref_that_is_newer_at_the_remote_stays():
    repo = new_store()
    one = move(repo, (A, 1))
    newer = {A: {"event": "9" * 40, "value": 2}}
    with pytest.raises(Diverged, match="another value of aliases/churn/a"):
        changes(repo, newer)
    with pytest.raises(Diverged):
        changes(repo, {A: entry(one, 2) | {"also": ["9" * 40]}})
    with pytest.raises(Diverged):
        changes(repo, {A: "junk"})
    move(repo, (A, None))
    assert changes(repo, newer) == {}


def test_concurrent_moves_are_both_in_an_entry_and_the_first_one_stays():
    one = new_store()
    base = move(one, (A, 0))
    other = new_store()
    union(other, one)
    first, second = move(one, (A, 1)), move(other, (A, 2))
    union(other, one)
    assert changes(other, {A: entry(base, 0)}) == {A: entry(second, 2, first)}
    assert changes(other, {A: entry(first, 1)}) == {A: entry(first, 1, second)}
    assert changes(other, {A: entry(first, 1, second)}) == {}
    settled = other.moves.run(EventDraft("alias", data={"settles": [first.id]}), [Wanted(A, other.moves.state(A), 3)])
    assert changes(other, {A: entry(first, 1, second)}) == {A: entry(settled, 3)}


def test_a_head_confirms_what_it_names_and_what_led_there():
    repo = new_store()
    events = [move(repo, (A, 1)), move(repo, (A, 2), (B, 1)), move(repo, (A, 3))]
    late = move(repo, (A, 4))
    ids = [event.id for event in events]
    found = confirmation("origin", {A: entry(events[2], 3)}, [*events, late])
    assert (found.remote, found.confirmed, found.unconfirmed) == ("origin", set(ids), {late.id})
    assert confirmation("origin", {B: entry(events[1], 1)}, events).unconfirmed == {ids[2]}
    assert confirmation("origin", {A: {"event": "9" * 40, "value": 3, "also": [ids[0]]}}, events).confirmed == {ids[0]}
    assert confirmation("origin", {}, events).unconfirmed == set(ids)


def test_an_entry_with_another_value_than_its_event_set_confirms_nothing():
    repo = new_store()
    event = move(repo, (A, 1))
    for refs in ({A: entry(event, 2)}, {B: entry(event, 1)}, {"tags/x": entry(event, 1)}, {A: "junk"}):
        assert confirmation("origin", refs, [event]).confirmed == set()


def test_settled_events_are_confirmed_too():
    one, other = new_store(), new_store()
    base = move(one, (A, 0))
    union(other, one)
    first, second = move(one, (A, 1)), move(other, (A, 2))
    union(other, one)
    last = other.moves.run(EventDraft("alias", data={"settles": [first.id]}), [Wanted(A, other.moves.state(A), 3)])
    found = confirmation("origin", {A: entry(last, 3)}, [base, first, second, last])
    assert found.unconfirmed == set()
