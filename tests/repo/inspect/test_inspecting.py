"""What a script asks about versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from nbmodelver.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def two(repo: Repo) -> Repo:
    frame = pd.DataFrame({"id": range(100), "age": np.arange(100.0)})
    repo.commit({"df": frame, "rate": 0.1}, metrics={"acc": 0.9})
    edited = frame.copy()
    edited.loc[3, "age"] = -1
    repo.commit({"df": edited, "rate": 0.2, "new": [1]}, metrics={"acc": 0.8})
    return repo


def test_a_diff_has_metrics_names_and_rows(two: Repo) -> None:
    found = two.diff("v1", "v2")
    assert (found.before.name, found.after.name) == ("v1", "v2")
    ids = [s.id for s in found.sections if s.differs]
    assert {"metrics", "names", "rows.df"} <= set(ids)
    assert ids.index("metrics") < ids.index("rows.df")


def test_a_diff_of_names_is_about_these_only(two: Repo) -> None:
    ids = {s.id for s in two.diff("v1", "v2", "rate").sections}
    assert not any("df" in one for one in ids)
    with pytest.raises(UnknownName, match="neither v1 nor v2 has 'nope'"):
        two.diff("v1", "v2", ["nope"])


def test_a_diff_of_a_version_with_itself_differs_in_nothing(two: Repo) -> None:
    assert not any(s.differs for s in two.diff("v2", "v2").sections)


def test_rows_are_paged_and_summarized(two: Repo) -> None:
    page = two.changed_rows("v1", "v2", "df", key="id")
    assert [(c.column, c.before, c.after) for c in page.rows[0].cells] == [("age", 3.0, -1.0)]
    assert two.rows_section("v1", "v2", "df", key="id").id == "rows.df"
    with pytest.raises(UsageError):
        two.changed_rows("v1", "v2", "rate")


@pytest.fixture
def leaking(repo: Repo) -> Repo:
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 4)))
    repo.commit({"X_train": rows.iloc[:200], "X_test": rows.iloc[200:].reset_index(drop=True)})
    more = pd.concat([rows.iloc[:200], rows.iloc[200:220]], ignore_index=True)
    repo.commit({"X_train": more, "X_test": rows.iloc[200:].reset_index(drop=True)})
    return repo


def test_findings_are_kept_until_they_are_accepted(leaking: Repo) -> None:
    assert leaking.findings().found == (), "nothing was checked"
    (alarm,) = leaking.check().of("alarm")
    assert alarm.id == "leak:X_train,X_test"
    assert leaking.findings().of("alarm") == (alarm,)
    assert leaking.alarm_of("v2") == alarm.text
    leaking.accept(alarm.id, "on purpose")
    assert leaking.findings().of("alarm") == ()
    assert leaking.alarm_of("v2") == ""


def test_a_check_against_another_version_is_not_kept(leaking: Repo) -> None:
    assert leaking.check("v2", "v2") is not None
    assert leaking.findings("v2").found == ()


def test_checks_that_did_not_fit_are_finished_later(leaking: Repo) -> None:
    assert leaking.check(limit_s=0).unchecked
    assert leaking.finish_checks(is_cancelled=lambda: True) == ()
    assert [f.id for f in leaking.finish_checks()] == ["leak:X_train,X_test"]
    assert leaking.findings().unchecked == ()
