"""Cases that comparisons of tables and metrics usually get wrong, through a store, with the right answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import nbmodelver as mv
from nbmodelver import kinds
from nbmodelver.comparison.code.statements import slice_of, statements_of
from nbmodelver.views.commit import verdict

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Findings
    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path, create=True)


@pytest.fixture
def split() -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = load_diabetes(as_frame=True).frame
    train, test = train_test_split(frame, random_state=0)
    return train.reset_index(drop=True), test.reset_index(drop=True)


def rows(repo: Repo, name: str = "df") -> list[tuple[object, ...]]:
    section = next(s for s in repo.diff("v1", "v2").sections if s.id == f"rows.{name}")
    return [r.cells[:3] for r in section.rows]


def leaks(found: Findings) -> list[str]:
    return [f.text for f in found.found if f.id.startswith("leak:")]


@pytest.mark.parametrize("has_id", [False, True], ids=["index reset", "fresh id"])
def test_appended_test_rows_are_added_rows_and_a_leak(repo: Repo, split, has_id: bool) -> None:
    train, test = split
    more = pd.concat([train, test.head(53)], ignore_index=True)
    sets = [train, more]
    if has_id:
        test = test.assign(id=np.arange(len(test)) + 10_000)
        sets = [s.assign(id=np.arange(len(s))) for s in sets]
    repo.commit({"train": sets[0], "test": test})
    repo.commit({"train": sets[1], "test": test})
    assert rows(repo, "train") == [("rows added", 53, "at the end")]
    assert leaks(repo.check("v2")) == ["53 of the 53 rows that train gained since v1 stand in test"]


def test_an_oversampled_class_is_copies_and_no_leak(repo: Repo, split) -> None:
    train, test = split
    repo.commit({"train": train, "test": test})
    repo.commit({"train": pd.concat([train, train[train["sex"] > 0]], ignore_index=True), "test": test})
    count = int((train["sex"] > 0).sum())
    assert rows(repo, "train") == [("rows added", count, "copies of rows that both versions have")]
    assert leaks(repo.check("v2")) == []


def test_an_honest_split_of_iris_with_its_repeated_flower_is_silent(repo: Repo) -> None:
    iris = load_iris(as_frame=True).frame
    twins = iris.index[iris.duplicated(keep=False)]
    assert len(twins) == 2
    test = iris.loc[[twins[0], *iris.index[::5].difference(twins)]]
    repo.commit({"train": iris.drop(index=test.index), "test": test})
    assert repo.check("v1").found == ()


@pytest.mark.parametrize(("fitted", "is_alarm"), [("both", True), ("as many other rows", False)])
def test_a_scaler_is_judged_by_its_means_and_not_by_the_count_alone(repo: Repo, fitted: str, is_alarm: bool) -> None:
    rng = np.random.default_rng(0)
    train, test, other = (pd.DataFrame(rng.standard_normal((n, 5))) for n in (1_500, 500, 2_000))
    scaler = StandardScaler().fit(pd.concat([train, test]) if fitted == "both" else other)
    values = {"X_train": train, "X_test": test, "scaler": scaler}
    repo.commit(values)
    found = [f.text for f in repo.check("v1", live=values).found]
    assert found == (["scaler was fitted on X_train and X_test together (2,000 rows)"] if is_alarm else [])


def test_zeros_of_another_sign_are_equal_values_in_other_bytes(repo: Repo) -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [1.0, 2.0, 3.0]})
    repo.commit({"df": frame})
    repo.commit({"df": frame.assign(x=[-0.0, 1.0, 2.0])})
    assert repo["v1"].kept["df"].digest != repo["v2"].kept["df"].digest
    assert rows(repo) == []
    exact = repo.rows_section("v1", "v2", "df", exact=True)
    assert [r.cells[:3] for r in exact.rows] == [("column x", 1, "only the sign of zero")]


def test_a_sorted_and_reset_table_has_the_same_rows_in_another_order(repo: Repo, split) -> None:
    repo.commit({"df": split[0]})
    repo.commit({"df": split[0].sort_values("bmi").reset_index(drop=True)})
    assert [(what, how) for what, _count, how in rows(repo)] == [("rows in another order", "sorted by bmi")]


@pytest.mark.parametrize(
    ("metric", "step", "expected"),
    [("mape", 0.02, "bad"), ("map", 0.02, "good"), ("neg_mse", 1.0, "good"), ("foo", 1.0, "dim")],
)
def test_a_change_is_judged_only_in_a_known_direction(metric: str, step: float, expected: str) -> None:
    assert verdict(step, kinds.direction(metric)) == expected


def test_a_cell_that_only_shows_a_table_is_not_in_its_slice() -> None:
    program = "df = load()\nother = df\nother['x'] = 0\nprint(df.head())\nb = df.sum()"
    found = slice_of(list(statements_of(program)), ["b"], ().__contains__, ().__contains__)
    assert [s.source for s in found.statements] == ["df = load()", "other = df", "other['x'] = 0", "b = df.sum()"]
