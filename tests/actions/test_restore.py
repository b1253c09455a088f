"""Rollback, undo and merge without IPython: a session over a dictionary."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.actions.commit import CommitRequest, Committed, commit, would_keep
from nbmodelver.actions.restore import AlreadyMerged, Restores, RollbackRequest
from nbmodelver.errors import NothingToCommit, UnknownName, UnknownVersion, UsageError
from nbmodelver.repo import CommitContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from nbmodelver.repo import Repo


class DictSession:
    """A notebook that is a dictionary."""

    def __init__(self, repo: Repo) -> None:
        self.values: dict[str, Any] = {}
        self.told = 0
        self._repo = repo

    def repo(self, *, create: bool = False) -> Repo:
        return self._repo

    def names(self) -> list[str]:
        return [*self.values]

    def pick(self, names: Sequence[str]) -> dict[str, Any]:
        for name in names:
            if name not in self.values:
                raise UnknownName(f"no variable '{name}'")
        return {name: self.values[name] for name in names}

    def put_back(self, values: Mapping[str, Any], vanish: Iterable[str] = ()) -> None:
        self.values.update(values)
        for name in list(vanish):
            self.values.pop(name, None)

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        yield

    def around(
        self, values: Iterable[str], session: bool | None = None, outputs: str = "", source: str | None = None
    ) -> CommitContext:
        kept = frozenset(values)
        return CommitContext(others=[n for n in self.values if n not in kept], session=bool(session))

    def committed(self) -> None:
        pass

    def notes(self) -> list[str]:
        return ["a note"]

    def progress(self) -> Any:
        return nullcontext(lambda *_: None)

    def tell(self) -> None:
        self.told += 1


@pytest.fixture
def session(tmp_path: Path) -> DictSession:
    return DictSession(mv.open(tmp_path, create=True))


def kept(session: DictSession, **values: Any) -> Committed:
    """Bind some values and commit all of them."""
    session.values.update(values)
    return commit(session, CommitRequest(dict(session.values)))


def test_a_commit_gives_the_version_its_parent_and_its_notes(session: DictSession) -> None:
    first, second = kept(session, a=1), kept(session, a=2)
    assert (first.version.name, first.parent, list(first.notes)) == ("v1", None, ["a note"])
    assert (second.version.name, second.parent) == ("v2", first.version)
    assert session.told == 2


def test_a_commit_of_nothing_is_refused_and_a_dry_one_stores_nothing(session: DictSession) -> None:
    with pytest.raises(NothingToCommit):
        commit(session, CommitRequest({}))
    assert would_keep(session, CommitRequest({"a": [1]})).groups == (("a",),)
    assert session.repo().log() == []


def test_a_plan_changes_nothing_and_a_rollback_brings_the_values_back(session: DictSession) -> None:
    kept(session, a=[1], b=2)
    session.values["a"] = [5]
    restores = Restores(session)
    planned = restores.plan(RollbackRequest("v1"))
    assert planned.plan.named("changes") == ("a",)
    assert session.values["a"] == [5]
    done = restores.rollback(planned)
    assert session.values == {"a": [1], "b": 2}
    assert done.saves_first


def test_undo_and_redo_go_back_and_forth(session: DictSession) -> None:
    kept(session, a=1)
    kept(session, a=2)
    restores = Restores(session)
    restores.rollback(restores.plan(RollbackRequest("v1")))
    assert session.values == {"a": 1}
    restores.undo()
    assert session.values == {"a": 2}
    restores.redo()
    assert session.values == {"a": 1}
    with pytest.raises(UsageError):
        restores.redo()


def test_a_prefix_leaves_everything_as_it_is(session: DictSession) -> None:
    kept(session, a=1)
    session.values["a"] = 2
    restores = Restores(session)
    restores.rollback(restores.plan(RollbackRequest("v1", prefix="old_")))
    assert session.values == {"a": 2, "old_a": 1}


def test_a_merge_takes_what_the_other_branch_changed(session: DictSession) -> None:
    kept(session, a=1, b=1)
    session.repo().branch("other")
    kept(session, a=2)
    restores = Restores(session)
    restores.switch("other")
    assert session.values == {"a": 1, "b": 1}
    kept(session, b=5)
    done = restores.merge("main")
    assert isinstance(done, Committed)
    assert session.values == {"a": 2, "b": 5}
    assert isinstance(restores.merge("v1"), AlreadyMerged)


def test_a_branch_that_does_not_exist_is_named(session: DictSession) -> None:
    kept(session, a=1)
    with pytest.raises(UnknownVersion, match="no branch 'x'"):
        Restores(session).switch("x")
