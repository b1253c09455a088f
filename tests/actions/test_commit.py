"""Commits without IPython: of a session over a dictionary."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions.commit import CommitRequest, commit, commit_later, would_keep
from nbmodelver.errors import NothingToCommit
from nbmodelver.model import Version
from tests.actions.sessions import kept

if TYPE_CHECKING:
    from tests.actions.sessions import DictSession


def test_a_commit_gives_the_version_its_parent_and_its_notes(session: DictSession) -> None:
    first, second = kept(session, a=1), kept(session, a=2)
    assert (first.version.name, first.parent, list(first.notes)) == ("v1", None, ["a note"])
    assert (second.version.name, second.parent) == ("v2", first.version)
    assert session.notified == 2


def test_a_commit_of_nothing_is_refused_and_a_dry_one_stores_nothing(session: DictSession) -> None:
    with pytest.raises(NothingToCommit):
        commit(session, CommitRequest({}))
    assert would_keep(session, CommitRequest({"a": [1]})).groups == (("a",),)
    assert session.repo().log() == []


def test_a_metric_may_state_its_direction(session: DictSession) -> None:
    done = commit(session, CommitRequest({"a": 1}, metrics={"fid": (12.0, "lower"), "acc": 0.5}))
    assert dict(done.version.metrics) == {"fid": 12.0, "acc": 0.5}
    assert done.directions["fid"] == "lower"


def test_only_a_bounded_commit_leaves_large_values_out(session: DictSession) -> None:
    session.repo().settings.set("max_value_mb", "1")
    session.values.update(big=bytes(2_000_000), small=1)
    bounded = commit(session, CommitRequest(dict(session.values), bounded=True)).version
    assert (set(bounded.kept), [s.name for s in bounded.skipped]) == ({"small"}, ["big"])
    assert set(commit(session, CommitRequest(dict(session.values))).version.kept) == {"big", "small"}


def test_a_commit_in_the_background_calls_back_with_its_version(session: DictSession) -> None:
    found, ended = [], threading.Event()

    def on_done(result: Version | BaseException) -> None:
        found.append(result)
        ended.set()

    commit_later(session, CommitRequest({"a": [1]}, "later"), on_done)
    session.repo().wait_for_pending()
    assert ended.wait(60)
    (version,) = found
    assert isinstance(version, Version)
    assert (version.name, version.message) == ("v1", "later")
