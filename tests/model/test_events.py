"""Who caused an event, and why."""

from __future__ import annotations

from nbmodelver.model.events import EVENT_KINDS, Event, EventId, Person


def event(**private: object) -> Event:
    return Event(EventId("a" * 40), "s", "w", 1, "", (), 1, "", "tag", Person("p-1"), "", private=private)  # type: ignore[arg-type]


def test_a_person_is_shown_by_name_else_by_login_else_by_pseudonym() -> None:
    assert Person("p-1", name="Ada", login="ada").shown == "Ada"
    assert Person("p-1", login="ada").shown == "ada"
    assert Person("p-1").shown == "p-1"


def test_the_reason_is_private_and_may_be_missing() -> None:
    assert event(why="best on the test set").why == "best on the test set"
    assert event().why == ""


def test_each_kind_of_event_is_listed_once() -> None:
    assert len(set(EVENT_KINDS)) == len(EVENT_KINDS)
