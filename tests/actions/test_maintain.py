"""Purge, forget, verify, gc and settings as actions: defaults, rules and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions import maintain
from nbmodelver.actions.maintain import ForgetRequest, GcRequest, PurgeRequest, VerifyRequest
from nbmodelver.errors import UsageError
from nbmodelver.repo import Retention

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def commits(repo: Repo, count: int) -> None:
    for number in range(count):
        repo.commit({"a": [number], "b": 0}, metrics={"acc": float(number)})


def test_a_purge_needs_names_and_changes_nothing_before_it_is_confirmed(repo: Repo) -> None:
    commits(repo, 2)
    with pytest.raises(UsageError, match="needs the variables"):
        maintain.purge(repo, PurgeRequest(()))
    assert maintain.purge(repo, PurgeRequest(["a"])).versions == ("v1", "v2")
    assert repo["v2"].names == ("a", "b")
    maintain.purge(repo, PurgeRequest(["a"], confirmed=True))
    assert [v.names for v in repo.log()] == [("b",), ("b",)]


def test_rules_are_read_from_texts_and_counts() -> None:
    request = ForgetRequest(keep={"last": 2, "daily": None}, best={"acc": "3"}, tagged=True, within="2 kB")
    assert maintain.retention(request) == Retention(last=2, best={"acc": 3}, tagged=True, within_bytes=2000)
    assert not maintain.retention(ForgetRequest(["v1"])).given


@pytest.mark.parametrize("count", ["three", "-1", "1.5", "", "1" * 10])
def test_a_number_of_the_best_must_be_whole(count: str) -> None:
    with pytest.raises(UsageError) as caught:
        maintain.retention(ForgetRequest(best={"acc": count}))
    assert caught.value.hint == "for example: --best acc=3"


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("10000", 10_000), ("500 MB", 500_000_000), ("1.5GB", 1_500_000_000), ("2GiB", 2 << 30), ("7b", 7), ("1k", 1000)],
)
def test_sizes_are_read_in_decimal_and_binary_units(text: str, size_bytes: int) -> None:
    assert maintain.parsed_size(text) == size_bytes


@pytest.mark.parametrize("text", ["", "many", "-1 MB", "1 XB", "1,5 GB", "nan"])
def test_what_is_not_a_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a size"):
        maintain.retention(ForgetRequest(within=text))


def test_versions_are_forgotten_by_name_and_by_rule(repo: Repo) -> None:
    commits(repo, 4)
    tried = maintain.forget(repo, ForgetRequest(["v2"], dry_run=True))
    assert ([v.name for v in tried.versions], len(repo.log())) == (["v2"], 4)
    maintain.forget(repo, ForgetRequest(["v2"]))
    maintain.forget(repo, ForgetRequest(best={"acc": "2"}))
    assert [v.name for v in repo.log()] == ["v4", "v3"]


def test_a_check_counts_the_versions_and_names_the_problems(repo: Repo) -> None:
    commits(repo, 2)
    done = maintain.verify(repo, VerifyRequest(full=True))
    assert (done.versions, list(done.problems), done.request.full) == (2, [], True)
    with pytest.raises(UsageError):
        maintain.verify(repo, VerifyRequest(sample=101))


def test_recent_data_is_removed_only_when_that_is_asked_for(repo: Repo) -> None:
    commits(repo, 3)
    maintain.forget(repo, ForgetRequest(["v1"]))
    before = repo.size_bytes()
    maintain.gc(repo, GcRequest())
    assert repo.take_back(["v1"])[0].name == "v1"
    maintain.forget(repo, ForgetRequest(["v1"]))
    maintain.gc(repo, GcRequest(now=True, dry_run=True))
    assert repo.size_bytes() >= before
    maintain.gc(repo, GcRequest(now=True))
    assert repo.size_bytes() < before


def test_a_dry_run_does_not_upgrade_the_store(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrades: list[bool] = []
    monkeypatch.setattr(type(repo), "upgrade", lambda _repo: bool(upgrades.append(True)))
    maintain.gc(repo, GcRequest(upgrade=True, dry_run=True))
    assert upgrades == []
    maintain.gc(repo, GcRequest(upgrade=True))
    assert upgrades == [True]


@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [("try_load", False, False), ("try_load", "on", True), ("undo_memory_mb", 7, 7), ("ignore", "a b", "a b")],
)
def test_a_setting_takes_values_and_texts(repo: Repo, key: str, value: object, stored: object) -> None:
    maintain.set_setting(repo, key, value)
    assert maintain.settings(repo, key) == {key: stored}
    assert maintain.settings(repo)[key] == stored


def test_a_setting_refuses_other_types_and_unknown_keys(repo: Repo) -> None:
    with pytest.raises(UsageError, match="cannot be \\[1\\]"):
        maintain.set_setting(repo, "author", [1])
    with pytest.raises(UsageError, match="no setting 'colour'"):
        maintain.set_setting(repo, "colour", "red")
    with pytest.raises(UsageError, match="no setting 'colour'"):
        maintain.settings(repo, "colour")
