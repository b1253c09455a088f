"""Labels of versions in a store with a remote: whose, where, and which of two with the same number."""

from __future__ import annotations

import pytest

from nbmodelver.actions import remote_transfers as transfers
from nbmodelver.actions import remotes as acts
from nbmodelver.panels.labels import labels_of
from nbmodelver.repo import open_repo


@pytest.fixture
def repo(tmp_path):
    made = open_repo(tmp_path / "ana" / ".nbmodelver", create=True)
    made.commit({"x": 1}, "first")
    return made


def test_a_store_without_a_remote_has_no_further_labels(repo):
    found = labels_of(repo)
    assert (found.branches_of(repo["v1"].id), found.tracked_of(repo["v1"].id)) == (["main"], [])
    assert (found.twins, found.place_of(repo["v1"])) == (frozenset(), "")


def test_a_lazy_store_knows_where_values_are_and_which_numbers_are_not_unique(repo, tmp_path):
    address = str(tmp_path / "team")
    acts.add_remote(repo, acts.AddRequest("origin", address))
    transfers.push_to(repo, transfers.PushRequest())
    ben = transfers.clone_from(transfers.CloneRequest(address, tmp_path / "ben", lazy=True)).repo
    assert labels_of(ben).place_of(ben["v1"]) == "origin"
    assert labels_of(repo).place_of(repo["v1"]) == ""
    ben.commit({"x": 2}, "by ben")
    transfers.push_to(ben, transfers.PushRequest())
    repo.commit({"x": 3}, "by ana")
    transfers.fetch_from(repo, transfers.FetchRequest())
    found = labels_of(repo)
    assert found.twins == {2}
    assert found.tracked_of(ben["v2"].id) == ["origin/main"]
