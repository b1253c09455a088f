"""Refs follow the log after events of another store were added to it."""

from __future__ import annotations

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.repo import Repo
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.joining import followed
from nbmodelver.repo.core.moves import EVENTS, JOINING, EventDraft, Wanted
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

STAGE = "stages/churn/production"


class Killed(BaseException):
    """The process ends here."""


class DyingBackend(MemoryBackend):
    """A backend whose process is killed before its `left`-th change."""

    left = 10**9

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def create(self, key: str, chunks) -> bool:
        self._count()
        return super().create(key, chunks)

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        self._count()
        return super().swap(key, expected, new)


def store() -> Repo:
    backend = DyingBackend()
    layout.create(backend)
    return Repo(backend)


def move(repo: Repo, ref: str, after: object) -> None:
    repo.moves.run(EventDraft("promote", "models/churn"), [Wanted(ref, repo.moves.state(ref), after)])  # type: ignore[arg-type]


def events(repo: Repo) -> list[tuple[str, bytes]]:
    return [repo.moves.log.stored(id_) for id_ in repo.moves.log.keys()]  # noqa: SIM118  # no mapping


def head_store(repo: Repo) -> str:
    head = repo.moves.head()
    assert head is not None
    return head.store


def join(target: Repo, source: Repo) -> list[str]:
    return [m.ref for m in target.moves.join(events(source), head_store(source))[1]]


def copied(source: Repo) -> Repo:
    made = store()
    join(made, source)
    return made


def test_an_empty_store_becomes_part_of_the_same_history():
    one = store()
    move(one, STAGE, "1.0.0")
    other = copied(one)
    assert head_store(other) == head_store(one)
    assert other.moves.state(STAGE) == one.moves.state(STAGE)
    assert check_events(other).problems == ()


def test_a_ref_that_only_the_other_store_moved_follows():
    one = store()
    move(one, STAGE, "1.0.0")
    other = copied(one)
    move(one, STAGE, "2.0.0")
    assert join(other, one) == [STAGE]
    assert other.moves.state(STAGE) == one.moves.state(STAGE)
    move(one, STAGE, None)
    join(other, one)
    assert other.moves.state(STAGE) is None
    assert check_events(other).problems == ()


def test_a_ref_that_both_stores_moved_stays():
    one = store()
    move(one, STAGE, "1.0.0")
    other = copied(one)
    move(one, STAGE, "2.0.0")
    move(other, STAGE, "3.0.0")
    assert join(other, one) == []
    state = other.moves.state(STAGE)
    assert state is not None
    assert state.value == "3.0.0"


def test_branches_never_follow():
    one = store()
    one.commit({"x": 1})
    one.branch("side")
    other = store()
    join(other, one)
    assert other.refs.get("heads/side") is None


def test_a_tag_waits_for_its_version_and_is_no_problem_until_then():
    one = store()
    version = one.commit({"x": 1})
    one.tag("best")
    other = copied(one)
    assert other.refs.get("tags/best") is None
    assert check_events(other).problems == ()
    assert followed(other.moves.log, other.refs, ["tags/best"], lambda id_: id_ == version.id)
    assert other.refs.get("tags/best") == version.id


def test_a_tag_that_was_deleted_elsewhere_is_deleted():
    one = store()
    one.commit({"x": 1})
    one.tag("best")
    other = store()
    other.moves.has_version = lambda _id: True
    join(other, one)
    assert other.refs.get("tags/best")
    move(one, "tags/best", None)
    assert join(other, one) == ["tags/best"]
    assert other.refs.get("tags/best") is None


def test_a_ref_that_was_changed_by_hand_stays():
    one = store()
    move(one, STAGE, "1.0.0")
    other = copied(one)
    other.refs.move(STAGE, other.refs.get(STAGE), '{"value":"by hand","event":"x"}')
    move(one, STAGE, "2.0.0")
    assert join(other, one) == []


def test_a_kill_at_any_change_is_completed_by_the_next_opening():
    one = store()
    for number in range(3):
        move(one, STAGE, f"{number}.0.0")
    one.commit({"x": 1})
    one.tag("best")
    base = store()
    join(base, one)
    move(one, STAGE, "9.0.0")
    move(one, "aliases/churn/a", "v")
    for left in range(60):
        backend = DyingBackend()
        backend._objects, backend._made_at = dict(base.backend._objects), dict(base.backend._made_at)  # type: ignore[attr-defined]
        other = Repo(backend)
        backend.left = left
        try:
            join(other, one)
        except Killed:
            backend.left = 10**9
            again = Repo(backend)
            assert check_events(again).problems == (), left
            head = again.moves.head()
            assert head is not None
            assert head.coming == ""
            join(again, one)
            assert again.moves.state(STAGE) == one.moves.state(STAGE)
            assert again.moves.state("aliases/churn/a") == one.moves.state("aliases/churn/a")
            assert check_events(again).problems == ()
        else:
            assert left > 4
            return
    raise AssertionError("it never ended")


def test_a_malformed_event_adds_nothing():
    one = store()
    move(one, STAGE, "1.0.0")
    other = store()
    move(other, "aliases/churn/x", "y")
    before = dict(other.moves.log.keys())
    for bad in ([*events(one), ("x" * 32 + "-000000000001", b"junk")], [(events(one)[0][0], b"{}")]):
        with pytest.raises(Damaged):
            other.moves.join(bad, "")
        assert other.moves.log.keys() == before
        assert check_events(other).problems == ()
    assert JOINING not in (other.refs.get(EVENTS) or "") or other.moves.finish() is None
    move(other, "aliases/churn/x", "z")
    head = other.moves.head()
    assert head is not None
    assert head.coming == ""
