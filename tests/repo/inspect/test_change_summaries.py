"""What changed in a variable from version to version, in a line: an inspector's first answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

import nbmodelver as mv
from nbmodelver.comparison import summarize
from nbmodelver.model import Row
from nbmodelver.repo.inspect import change_summaries as telling
from nbmodelver.repo.inspect import profiles
from nbmodelver.repo.inspect.timeline import Timeline

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path / "store", create=True)


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "FOR_S", 1000.0)


def told(repo: Repo, name: str = "x") -> list[str]:
    return telling.summarize_steps(repo, name, Timeline(repo).steps(name))


def commit(repo: Repo, *values: Any) -> None:
    for value in values:
        repo.commit({"x": value})


def test_a_frame_says_rows_and_columns(repo: Repo) -> None:
    df = pd.DataFrame({"age": np.arange(442.0), "bmi": np.arange(442) % 7, "sex": 0})
    more = df.assign(log_bmi=np.log(df.bmi + 1))
    commit(repo, df, more, more[:441].reset_index(drop=True), more.drop(columns="sex")[:441].assign(age=1.0))
    newest, fewer, wider, first = told(repo)
    assert first == ""
    assert wider == "+ log_bmi"
    assert fewer.startswith("rows 442 → 441, age")
    assert newest == "age, - sex"


def test_settings_of_models_and_entries_of_dicts_come_from_the_records(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
    monkeypatch.setattr(profiles, "profile", None)
    commit(repo, Ridge(alpha=1.0).fit(x, y), Ridge(alpha=0.1).fit(x, y), Ridge(alpha=0.1).fit(x, y + 1))
    assert told(repo) == ["", "alpha 1 → 0.1", ""]
    for params in ({"lr": 0.1, "layers": [1], "old": 1}, {"lr": 0.01, "layers": [1, 2], "a": 1, "b": 2, "c": None}):
        repo.commit({"p": params})
    assert told(repo, "p") == ["lr 0.1 → 0.01, layers, - old, 3 more", ""]
    for number in (3, 5):
        repo.commit({"n": number})
    assert told(repo, "n") == ["n 3 → 5", ""]


def test_an_array_says_its_statistics(repo: Repo) -> None:
    commit(repo, np.arange(4.0), np.arange(4.0) + 1)
    assert told(repo)[0] == "min 0 → 1, max 3 → 4, mean 1.5 → 2.5, 1 more"


def test_what_costs_too_much_is_not_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values that are large, and those that would run their own code to be there; but what was asked for is known."""
    commit(repo, *(pd.DataFrame({"a": np.arange(1000) + n}) for n in range(3)))
    asked = []
    profile = profiles.profile
    monkeypatch.setattr(profiles, "profile", lambda *args: asked.append(args) or profile(*args))
    monkeypatch.setattr(telling, "MOST_BYTES", 100)
    assert told(repo) == ["", "", ""]
    monkeypatch.setattr(telling, "MOST_BYTES", 10**6)
    monkeypatch.setattr(telling, "FOR_S", -1.0)
    assert told(repo) == ["", "", ""]
    assert asked == []
    profile(repo, repo["v1"], "x")
    profile(repo, repo["v2"], "x")
    assert [bool(words) for words in told(repo)] == [False, True, False]
    monkeypatch.setattr(telling, "FOR_S", 1000.0)
    assert [bool(words) for words in told(repo)] == [True, True, False]
    assert len(asked) == 1
    monkeypatch.setattr(telling, "MOST_STEPS", 1)
    assert [bool(words) for words in told(repo)] == [True, False, False]


def test_words_are_few_and_short() -> None:
    rows = [
        Row(("a" * 50, 1, 2, None), "changed"),
        Row(("same", 1, 1, None), "same"),
        Row(("nan", float("nan"), float("nan"), None), "changed"),
        Row(("type", "A", "B", None), "changed"),
        Row(("note", "x" * 30, "y", None), "changed"),
        Row(("0 · max", 1, 2, None), "changed"),
        Row(("0 · min", 1, 2, None), "changed"),
        Row(("gone", 1, None, None), "removed"),
    ]
    assert summarize(rows) == f"{'a' * 23}… 1 → 2, note, column 0, 1 more"
    assert summarize(rows[1:4]) == ""
