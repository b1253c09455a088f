"""Refs move together with their event: both or neither, at every kill and in every race."""

from __future__ import annotations

import itertools
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from nbmodelver import open as open_store
from nbmodelver.errors import Damaged, RefMoved, StoreFull, UsageError
from nbmodelver.repo import Repo
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.moves import EVENTS, EventDraft, Wanted
from nbmodelver.repo.core.ref_states import RefState
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.refs import Refs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

STAGE, ALIAS = "stages/churn/production", "aliases/churn/champion"


class Killed(BaseException):
    """The process ends here."""


class DyingBackend(MemoryBackend):
    """A backend whose process is killed before its `left`-th change."""

    left = 10**9

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def create(self, key: str, chunks: Iterable[bytes | memoryview]) -> bool:
        self._count()
        return super().create(key, chunks)

    def swap(self, key: str, expected: bytes | None, new: bytes | None) -> bool:
        self._count()
        return super().swap(key, expected, new)


@pytest.fixture
def repo() -> Repo:
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


def move(repo: Repo, ref: str, after: object, why: str = "") -> None:
    repo.moves.run(EventDraft("promote", "models/churn", why), [Wanted(ref, repo.moves.state(ref), after)])  # type: ignore[arg-type]


def test_a_move_sets_the_ref_and_writes_who_and_why(repo: Repo):
    move(repo, STAGE, "1.3.2", "better recall")
    state = repo.moves.state(STAGE)
    (event,) = repo.moves.log.newest()
    assert state == RefState("1.3.2", event.id)
    assert (event.kind, event.why, event.subject) == ("promote", "better recall", "models/churn")
    assert event.by.login
    assert check_events(repo).problems == ()


def test_a_second_move_names_the_event_that_it_replaces(repo: Repo):
    move(repo, STAGE, "1.3.2")
    first = repo.moves.state(STAGE)
    assert first is not None
    move(repo, STAGE, "1.4.0")
    newest = next(repo.moves.log.newest())
    assert (newest.moves[0].before, newest.moves[0].since) == ("1.3.2", first.event)


def test_a_move_of_something_that_moved_meanwhile_is_refused_and_says_by_whom(repo: Repo):
    before = repo.moves.state(STAGE)
    move(repo, STAGE, "1.4.0", "hotfix")
    with pytest.raises(RefMoved, match="hotfix"):
        repo.moves.run(EventDraft("promote"), [Wanted(STAGE, before, "1.3.2")])
    assert repo.moves.log.count() == 1


def test_of_two_threads_that_move_a_stage_one_wins(repo: Repo):
    lost: list[str] = []

    def promote(number: int) -> None:
        try:
            repo.moves.run(EventDraft("promote"), [Wanted(STAGE, None, f"1.{number}.0")])
        except RefMoved as error:
            lost.append(error.message)

    threads = [threading.Thread(target=promote, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(lost), repo.moves.log.count()) == (3, 1)
    assert check_events(repo).problems == ()


def killed_at(left: int, act: Callable[[Repo], None], prepare: Callable[[Repo], None]) -> tuple[DyingBackend, bool]:
    """A store after a kill at the `left`-th change of `act`, and whether the kill happened."""
    backend = DyingBackend()
    layout.create(backend)
    repo = Repo(backend)
    prepare(repo)
    backend.left = left
    try:
        act(repo)
    except Killed:
        backend.left = 10**9
        return backend, True
    backend.left = 10**9
    return backend, False


def prepare(repo: Repo) -> None:
    move(repo, STAGE, "1.3.2")
    move(repo, ALIAS, "1.3.2")


def both(repo: Repo) -> None:
    wanted = [Wanted(ref, repo.moves.state(ref), "1.4.0") for ref in (STAGE, ALIAS)]
    repo.moves.run(EventDraft("promote", "models/churn"), wanted)


def test_a_kill_at_every_call_leaves_the_state_before_or_after():
    seen = set()
    for left in itertools.count():
        backend, was_killed = killed_at(left, both, prepare)
        read_only = Repo(backend)
        values = {read_only.moves.state(ref).value for ref in (STAGE, ALIAS)}  # type: ignore[union-attr]
        assert len(values) == 1, left
        assert check_events(read_only).problems == (), left
        seen |= values
        both(Repo(backend))  # The next move needs no repair.
        assert check_events(Repo(backend)).problems == (), left
        if not was_killed:
            break
    assert seen == {"1.3.2", "1.4.0"}


def test_a_kill_during_the_recovery_of_a_kill_leaves_the_state_before_or_after():
    for first, second in itertools.product(range(6), range(6)):
        backend, _ = killed_at(first, both, prepare)
        backend.left = second
        with suppress(Killed):
            Repo(backend).moves.finish()
        backend.left = 10**9
        repo = Repo(backend)
        assert len({repo.moves.state(ref).value for ref in (STAGE, ALIAS)}) == 1  # type: ignore[union-attr]
        assert check_events(repo).problems == ()


def test_a_reader_of_a_full_disk_sees_what_a_killed_process_had_decided(monkeypatch: pytest.MonkeyPatch):
    backend, _ = killed_at(2, both, prepare)  # `events` and the event are written, the refs are not.
    before = backend.read(Refs(backend).key_of(STAGE))

    def refuse(*_args: object) -> bool:
        raise StoreFull("cannot write: no space left on device")

    monkeypatch.setattr(backend, "swap", refuse)
    repo = Repo(backend)
    assert repo.moves.state(STAGE).value == "1.4.0"  # type: ignore[union-attr]
    assert {s.value for s in repo.moves.states("stages/").values()} == {"1.4.0"}
    assert backend.read(Refs(backend).key_of(STAGE)) == before


def test_a_store_of_an_older_format_moves_tags_without_events(tmp_path: Path):
    repo = open_store(tmp_path, create=True)
    version = repo.commit({"a": 1})
    form = tmp_path / ".nbmodelver" / "format"
    form.write_text('{"format": 2, "readable_by": 2}')
    older = open_store(tmp_path)
    older.tag("first", version)
    assert older.moves.head() is None
    with pytest.raises(UsageError, match="upgrade it: %mv_gc --upgrade"):
        older.moves.require_events()
    assert older.upgrade()
    newer = open_store(tmp_path)
    newer.tag("second", version)
    kinds = [e.kind for e in newer.moves.log.newest()]
    assert kinds == ["tag", "upgrade"]
    assert check_events(newer).problems == ()


@pytest.mark.parametrize("act", ["tag", "move", "delete", "branch", "delete branch", "forget", "purge"])
def test_every_verb_that_moves_a_branch_or_tag_writes_an_event(repo: Repo, act: str):
    for number in range(3):
        repo.commit({"a": number, "b": number})
    repo.tag("t", "v1")
    repo.branch("other")
    before, refs = repo.moves.log.count(), repo.refs.all()
    actions: dict[str, Callable[[], object]] = {
        "tag": lambda: repo.tag("u", "v2"),
        "move": lambda: repo.tag("t", "v2", move=True),
        "delete": lambda: repo.history.delete_tag("t"),
        "branch": lambda: repo.branch("third"),
        "delete branch": lambda: repo.history.delete_branch("other"),
        "forget": lambda: repo.forget(["v1"], force=True),
        "purge": lambda: repo.purge("b"),
    }
    actions[act]()
    changed = {r for r in {**refs, **repo.refs.all()} if refs.get(r) != repo.refs.all().get(r)}
    moved = {m.ref for e in list(repo.moves.log.newest())[: repo.moves.log.count() - before] for m in e.moves}
    assert {r for r in changed if r.startswith(("tags/", "heads/"))} == moved
    assert moved
    assert check_events(repo).problems == ()


def test_a_commit_moves_its_branch_without_an_event_and_its_tag_with_one(repo: Repo):
    repo.commit({"a": 1})
    assert repo.moves.log.count() == 0
    repo.commit({"a": 2}, tags="good")
    assert [m.ref for e in repo.moves.log.newest() for m in e.moves] == ["tags/good"]


def test_a_missing_ref_of_events_stops_moves_but_not_reading(repo: Repo):
    move(repo, STAGE, "1.3.2")
    repo.refs.delete(EVENTS)
    assert repo.moves.state(STAGE).value == "1.3.2"  # type: ignore[union-attr]
    with pytest.raises(Damaged, match="the ref 'events' is missing"):
        move(repo, STAGE, "1.4.0")
    assert repo.moves.log.count() == 1


def test_a_long_log_is_folded_by_moves(repo: Repo):
    for number in range(140):
        repo.moves.note(EventDraft("access", "models/churn", data={"number": number}))
    assert len(list(repo.backend.list("eventlogs/"))) == 1
    assert repo.moves.log.count() == 140
    assert check_events(repo).problems == ()


def test_a_secret_in_a_reason_is_replaced(repo: Repo):
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    move(repo, STAGE, "1.3.2", f"deployed with {token}")
    event = next(repo.moves.log.newest())
    assert token not in event.why
    assert event.why.startswith("deployed with ")


def test_threads_of_one_process_lose_no_event(repo: Repo):
    failed: list[BaseException] = []

    def act(number: int) -> None:
        try:
            for step in range(30):
                repo.moves.note(EventDraft("access", "models/churn", data={"number": f"{number}.{step}"}))
                move(repo, f"stages/m{number}/production", f"1.{step}.0")
        except BaseException as error:  # Shown by the assertion below.
            failed.append(error)

    threads = [threading.Thread(target=act, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found = check_events(repo)
    assert (found.events, found.writers, found.problems) == (360, 1, ())
