"""The history of one variable, from the index and the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.errors import UnknownName
from nbmodelver.repo.inspect import change_summaries

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path / "store", create=True)


def commits(repo: Repo, *values: dict[str, object]) -> None:
    for value in values:
        repo.commit(value)


def test_versions_in_which_a_name_changed_are_listed_newest_first(repo: Repo) -> None:
    commits(repo, {"lr": 0.1, "n": 1}, {"lr": 0.1, "n": 2}, {"lr": 0.01}, {"n": 2}, {"lr": 0.1})
    found = repo.name_history("lr")
    assert [(s.version.name, s.status) for s in found.steps] == [
        ("v5", "added"), ("v4", "removed"), ("v3", "changed"), ("v1", "added"),
    ]  # fmt: skip
    assert found.changes == ("", "", "lr 0.1 → 0.01", "")
    assert found.steps[0].same_as == repo["v1"]
    assert found.more == 0


def test_a_limit_counts_the_rest_and_summarizes_no_more(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    commits(repo, *({"n": n} for n in range(5)))
    asked = []
    known = change_summaries._of_records
    monkeypatch.setattr(change_summaries, "_of_records", lambda *args: asked.append(args) or known(*args))
    found = repo.name_history("n", limit=2)
    assert ([s.version.name for s in found.steps], found.more) == (["v5", "v4"], 3)
    assert found.changes == ("n 3 → 4", "n 2 → 3")
    assert len(asked) == 2


def test_an_unknown_name_is_an_error_with_the_nearest_of_any_version(repo: Repo) -> None:
    commits(repo, {"model": 1}, {"n": 2})
    with pytest.raises(UnknownName) as caught:
        repo.name_history("modle")
    assert caught.value.hint == "did you mean 'model'?"
    with pytest.raises(UnknownName) as caught:
        repo.name_history("xyz")
    assert caught.value.hint == "list the versions: %mv_log"
