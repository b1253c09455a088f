"""Plans of rollbacks and values of versions, for a script."""

from __future__ import annotations

import pytest

from nbmodelver.errors import NeedsTrust, NotLoadable, UnknownName, UsageError
from nbmodelver.repo import CommitContext, Repo


class Place:
    """A class of a test: its instances need pickle."""


@pytest.fixture
def two(repo: Repo) -> Repo:
    repo.commit({"a": [1], "b": 2})
    repo.commit({"a": [9], "c": 3})
    return repo


def test_values_are_loaded_by_name(two: Repo) -> None:
    assert two.load("v1") == {"a": [1], "b": 2}
    assert two.load("v1", "a") == two.load("v1", ["a"]) == {"a": [1]}
    with pytest.raises(UnknownName, match="v1 has no 'c'"):
        two.load("v1", "c")


def test_a_value_that_the_current_version_lacks_is_saved_first(two: Repo) -> None:
    assert not two.plan("v1", {"a": [9], "c": 3}).saves_first
    assert two.plan("v1", {"a": [7], "c": 3}).saves_first
    assert not two.plan("v2", {"a": [9], "c": 3}).saves_first, "nothing changes"
    assert not two.plan("v1").saves_first, "nothing is live"


def test_names_that_a_rollback_endangers_are_those_that_no_version_contains(two: Repo) -> None:
    assert two.endangered(two.rollback("v1", {"a": [9], "b": 7})) == ("b",)
    assert two.endangered(two.rollback("v1", {"a": [9], "b": 2})) == (), "b does not change"
    assert two.endangered(two.rollback("v1", {"a": [5]})) == (), "the current version contains a name a"


def test_live_values_are_compared_with_the_current_version(two: Repo) -> None:
    assert not two.is_dirty({"a": [9], "c": 3})
    assert two.is_dirty({"a": [8], "c": 3})
    assert two.changed_names({"a": [8], "c": 3}) == ("a",)
    assert not Repo(two.backend).is_dirty({"a": [9]}), "a missing name is not a changed one"


def test_an_empty_store_has_nothing_to_compare_or_merge(repo: Repo) -> None:
    assert not repo.is_dirty({"a": 1})
    assert repo.changed_names({"a": 1}) == ()
    with pytest.raises(UsageError, match="needs a version to merge into"):
        repo.merge_plan("v1")


def test_a_merge_takes_what_only_the_other_side_changed(two: Repo) -> None:
    two.history.set_head(two["v1"].id)
    two.commit({"a": [1], "b": 5})
    plan = two.merge_plan("v2")
    assert (set(plan.take), plan.conflicts) == ({"a", "c"}, ("b",))
    assert two.merge_plan("v2", {"b": "ours"}).conflicts == ()


def test_a_state_that_was_requested_must_exist(repo: Repo) -> None:
    repo.commit({"a": 1}, around=CommitContext(session=False))
    with pytest.raises(NotLoadable, match="v1 has no random state"):
        repo.rollback("v1", {}, session=True)
    assert repo.rollback("v1", {}).session is not None


def test_a_version_from_elsewhere_needs_trust(repo: Repo) -> None:
    version = repo.commit({"place": Place(), "a": 1})
    repo.refs.move(f"origin/{version.id}", None, "bundle:abc")
    assert repo.load("v1", "a") == {"a": 1}
    with pytest.raises(NeedsTrust):
        repo.load("v1", "place")
    assert repo.imports_needed(version) == {}


def test_a_version_without_modules_writes_none(two: Repo) -> None:
    written = two.write_modules("v1")
    assert (written.placed, written.separate) == ((), ())


def test_secrets_that_the_user_allowed_are_known(repo: Repo) -> None:
    key = "AKIAIOSFODNN7EXAMPLE"
    repo.commit({"api_key": key, "a": 1}, allow_secrets=["api_key"])
    assert repo.secrets_in_head({"api_key": key, "a": 1}) == {"api_key"}
    assert repo.secrets_in_head({"api_key": "AKIAIOSFODNN7ANOTHER", "a": 1}) == frozenset()
