"""Hooks around commits get names and labels, and a store without such hooks does nothing more than before."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import HookFailed, HookNotRun
from nbmodelver.repo import open_repo
from nbmodelver.repo.core.moves import POLICY
from tests.registry.hooked import allowed, hook, outcomes, own_folders
from tests.registry.samples import adopted

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

WRITES = "import sys; open('ran.json', 'a').write(sys.stdin.read() + chr(10))"
FAILS = "import sys; sys.exit('no commit today')"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    own_folders(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)  # In a checkout, a commit asks Git for its state.
    return open_repo(tmp_path / "project", create=True)


@pytest.mark.parametrize("policy", ["", hook("before", "promote", FAILS)])
def test_without_hooks_a_commit_reads_nothing_more_and_starts_no_process(
    empty: Repo, monkeypatch: pytest.MonkeyPatch, policy: str
):
    if policy:
        adopted(empty, policy)
    for value in range(4):  # The first commits read more, and less.
        empty.commit({"x": value})
    opened = _opened(empty, monkeypatch, 10)
    monkeypatch.setattr("nbmodelver.repo.hooks.commits.before", lambda *_: None)
    without = _opened(empty, monkeypatch, 11)
    ref = empty.refs.key_of(POLICY)
    assert [key for key in opened if key != ref] == without
    assert opened.count(ref) == (1 if policy else 0), "the ref of the policy is read once if it exists"


def _opened(repo: Repo, monkeypatch: pytest.MonkeyPatch, value: int) -> list[str]:
    """The kinds of files that a commit opened and that existed. No process may start meanwhile."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    found: list[str] = []
    read = repo.backend.read

    def watched(key: str, *arguments: int) -> bytes | memoryview:
        raw = read(key, *arguments)
        found.append(key if key.startswith("refs/") else key.partition("/")[0])
        return raw

    with monkeypatch.context() as patch:
        patch.setattr(repo.backend, "read", watched)
        patch.setattr("nbmodelver.system.port.start_group", forbidden)
        patch.setattr("nbmodelver.system.port.start_detached", forbidden)
        patch.setattr(subprocess, "Popen", forbidden)
        repo.commit({"x": value})
    return found


def test_a_hook_gets_names_and_labels_and_no_values(empty: Repo, tmp_path: Path):
    allowed(empty, hook("before", "commit", WRITES) + hook("after", "commit", WRITES))
    version = empty.commit({"x": 12345, "y": 2}, "first", metrics={"f1": 0.5}, params={"depth": 3}, tags="good")
    before, after = (json.loads(line) for line in (tmp_path / "project" / "ran.json").read_text().splitlines())
    wanted = {
        "verb": "commit", "names": ["x", "y"], "message": "first", "metrics": {"f1": 0.5}, "params": {"depth": 3},
        "tags": ["good"], "branch": "main", "from": None,
    }  # fmt: skip
    assert {k: before[k] for k in wanted} == wanted
    assert "version" not in before
    assert (after["version"], after["name"], "12345" in json.dumps(after)) == (version.id, "v1", False)
    assert outcomes(empty) == [("before", "commit", "pass"), ("after", "commit", "pass")]


def test_a_hook_that_fails_leaves_nothing_stored(empty: Repo):
    allowed(empty, hook("before", "commit", FAILS))
    files = [k for k in empty.backend.list("") if not k.startswith(("events", "refs", "locks"))]
    for commit in (empty.commit, empty.commit_later):
        with pytest.raises(HookFailed, match="no commit today"):
            commit({"x": 1})
    assert [k for k in empty.backend.list("") if not k.startswith(("events", "refs", "locks"))] == files
    assert (empty.history.head, empty.refs.get("counter")) == (None, None)


def test_a_commit_that_saves_the_state_before_a_rollback_is_stopped_by_no_hook(empty: Repo):
    allowed(empty, hook("before", "commit", FAILS))
    assert empty.commit({"x": 1}, auto="before rollback to v1").name == "v1"
    with pytest.raises(HookFailed):
        empty.commit({"x": 2}, auto="auto")
    assert empty.commit({"x": 2}, merged=empty["v1"].id).name == "v2", "a merge has hooks of its own"
    assert outcomes(empty) == [("before", "commit", "fail")]


def test_the_hooks_after_a_commit_run_only_if_there_is_a_new_version(empty: Repo):
    allowed(empty, hook("after", "commit", FAILS))
    with pytest.warns(HookNotRun, match="no commit today"):
        empty.commit({"x": 1})
    empty.commit({"x": 1}, only_if_changed=True)
    with pytest.warns(HookNotRun, match="no commit today"):
        assert empty.commit_later({"x": 2}).result().name == "v2"
    assert len(outcomes(empty)) == 2


def test_a_policy_that_cannot_be_read_costs_no_values(empty: Repo):
    allowed(empty, hook("before", "commit", FAILS))
    empty.refs.move(POLICY, empty.refs.get(POLICY), "[")
    with pytest.warns(HookNotRun, match="the ref policy is damaged"):
        assert empty.commit({"x": 1}).name == "v1"
