"""Checks of a version after it is durable: what is found, reported once, carried on, accepted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import nbmodelver as mv
from nbmodelver.errors import UsageError
from nbmodelver.repo.inspect import findings as inspecting


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


@pytest.fixture
def split():
    return train_test_split(load_breast_cancer(as_frame=True).frame, random_state=0)


def commit(repo, train, test, **more):
    repo.commit({"train": train, "test": test}, **more)
    return repo.check(live={"train": train, "test": test})


def told(findings, level="alarm"):
    return [(f.text, f.since) for f in findings.of(level)]


LEAK = "53 of the 53 rows that train gained since v1 stand in test"


def test_an_honest_split_has_no_finding_and_says_what_was_checked(repo, split):
    found = commit(repo, *split)
    assert (found.found, found.clean, found.unchecked) == ((), ("leak:train,test",), ())


def test_a_leak_is_judged_against_the_version_before(repo, split):
    train, test = split
    commit(repo, train, test)
    found = commit(repo, pd.concat([train, test.head(53)]), test)
    assert told(found) == [(LEAK, "v2")]
    assert found.found[0].command == "%mv_diff v1 v2 train"
    assert repo.findings("v2") == found
    assert repo.findings("v1").found == ()


def test_a_leak_in_the_first_version_is_told_by_its_count(repo, split):
    train, test = split
    found = commit(repo, pd.concat([train, test.head(53)]), test)
    assert told(found) == [("53 of the 143 rows of test also stand in train", "v1")]


def test_a_leak_that_stays_keeps_the_version_that_brought_it_in(repo, split):
    train, test = split
    leaking = pd.concat([train, test.head(53)])
    commit(repo, train, test)
    commit(repo, leaking, test)
    repo.commit({"train": leaking, "test": test, "x": 1})
    assert told(repo.check()) == [(LEAK, "v2")]
    more = pd.concat([leaking, train.head(3) + 0.25])
    assert told(commit(repo, more, test)) == [("53 of the 143 rows of test also stand in train", "v2")]
    assert told(commit(repo, train, test)) == []


def test_roles_come_from_the_commit_and_stay(repo, split):
    train, test = split
    repo.commit({"a": train, "b": test}, roles={"a": "train", "b": "test"})
    repo.commit({"a": pd.concat([train, test.head(7)]), "b": test})
    version = repo["v2"]
    assert (version.roles, version.given_roles) == ({"a": ("train",), "b": ("test",)}, ("a", "b"))
    assert told(repo.check()) == [("7 of the 7 rows that a gained since v1 stand in b", "v2")]
    with pytest.raises(UsageError, match="cannot have the role 'tset'"):
        repo.commit({"a": train}, roles={"a": "tset"})


def test_a_role_that_the_user_stated_is_not_replaced(repo, split):
    train, _ = split
    repo.commit({"a": train}, roles={"a": "validation"})
    repo.commit({"a": train.head(9)})
    assert repo["v2"].roles == {"a": ("validation",)}
    repo.commit({"a": train}, roles={"a": "train"})
    assert repo["v3"].roles == {"a": ("train",)}


def test_without_time_a_check_is_named_and_done_later(repo, split):
    train, test = split
    repo.commit({"train": pd.concat([train, test.head(53)]), "test": test})
    assert repo.check(limit_s=0.0).unchecked == ("leak:train,test",)
    assert repo.findings().unchecked == ("leak:train,test",)
    assert len(repo.check().found) == 1
    assert repo.findings().unchecked == ()


def test_a_check_that_fails_leaves_the_version_and_is_named(repo, split, monkeypatch):
    from nbmodelver.comparison.leaks import checks

    monkeypatch.setattr(checks, "shared_rows", lambda *_: 1 / 0)
    found = commit(repo, *split)
    assert found.unchecked == ("leak:train,test",)


def test_an_accepted_finding_is_no_alarm_any_more(repo, split):
    train, test = split
    commit(repo, pd.concat([train, test.head(53)]), test)
    with pytest.raises(UsageError, match="needs a reason"):
        repo.accept("leak:train,test", " ")
    with pytest.raises(UsageError, match="no finding 'leak:x,y'"):
        repo.accept("leak:x,y", "known")
    repo.commit({"x": 1})
    repo.accept("leak:train,test", "the test set is a sample of the training set on purpose")
    assert told(repo.findings("v1")) == []
    assert repo.findings("v1").found[0].accepted.startswith("the test set")
    rows = {s.id: s for s in repo.diff("v2", "v1").sections}["alarms"].rows
    assert str(rows[0].cells[0]).startswith("accepted: ")


def test_the_targets_beside_the_features_are_compared(repo, split):
    train, test = split
    leaked = test.head(20).copy()
    leaked.iloc[:2, -1] = 1 - leaked.iloc[:2, -1]
    both = pd.concat([train, leaked])
    values = {"X_train": both.drop(columns="target"), "y_train": both["target"],
              "X_test": test.drop(columns="target"), "y_test": test["target"]}  # fmt: skip
    repo.commit(values)
    ((text, _),) = told(repo.check())
    assert text == "20 of the 143 rows of X_test also stand in X_train (18 with the same target)"


@pytest.mark.parametrize(("before", "after", "level"), [(0.90, 0.70, "alarm"), (0.90, 0.89, None), (0.7, 0.9, None)])
def test_a_metric_that_is_worse_beyond_noise_is_told(repo, split, before, after, level):
    train, test = split
    commit(repo, train, test, metrics={"acc": before})
    found = commit(repo, train, test, metrics={"acc": after})
    assert [f.level for f in found.found] == ([level] if level else [])


def test_a_worse_metric_after_another_parameter_is_a_note(repo, split):
    train, test = split
    commit(repo, train, test, metrics={"acc": 0.9}, params={"depth": 9})
    found = commit(repo, train, test, metrics={"acc": 0.7}, params={"depth": 1})
    assert [(f.id, f.level) for f in found.found] == [("metric:acc", "note")]
    assert "parameters or code changed too" in found.found[0].text


def test_data_that_was_fitted_and_scored_is_a_note(repo, split):
    from nbmodelver.model import Cell
    from nbmodelver.repo import CommitContext

    cells = [Cell("m.fit(train)\nacc = m.score(train)"), Cell("m.score(test)", ok=False)]
    repo.commit({"train": split[0]}, around=CommitContext(cells=cells))
    assert [f.id for f in repo.check().found] == ["scored:train"]
    assert repo["v1"].roles == {"train": ("train", "test")}


def test_damaged_findings_are_computed_again(repo, split):
    commit(repo, *split)
    key = f"findings/{repo['v1'].id}"
    for data in (b"{", b"[]", b'{"found": 1, "unchecked": [], "clean": [], "not_comparable": []}'):
        repo.backend.delete(key)
        repo.backend.create(key, [data])
        assert inspecting.known_findings(repo, repo["v1"]) is None
    assert repo.check().clean


def test_a_purge_removes_the_findings_that_name_the_variable(repo, split):
    train, test = split
    commit(repo, pd.concat([train, test.head(53)]), test)
    repo.purge("train")
    assert list(repo.backend.list("findings/")) == []


def test_the_diff_has_the_alarms_first_and_those_of_the_names_asked_for(repo, split):
    train, test = split
    commit(repo, train, test)
    commit(repo, pd.concat([train, test.head(53)]), test)
    assert repo.diff("v1", "v2").sections[0].rows[0].cells == ("alarm", LEAK, "v2", "leak:train,test")
    assert repo.diff("v1", "v2", "train").sections[0].rows
    checks = repo.diff("v2", "v1").sections[-1]
    assert (checks.id, checks.rows) == ("checks", ())
    note = checks.note
    assert note.startswith("no more rows of test than by chance stand in train (exact, rounded, all columns but one); ")
    assert note.endswith("; not looked for: --group, --time, --near-text")


def test_a_version_without_training_and_test_data_writes_nothing(repo):
    repo.commit({"x": 1})
    repo.check()
    assert list(repo.backend.list("findings/")) == []
    assert repo.findings().found == ()


@pytest.mark.parametrize(
    "values",
    [
        {"train": {f"k{i}": i for i in range(100)}, "test": pd.DataFrame({"a": [1.0], "b": [2.0]})},
        {"train": list(range(100)), "test": list(range(50, 120))},
        {"train": pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 3.0]}), "test": pd.DataFrame({"c": [1.0], "d": [2.0]})},
    ],
)
def test_what_could_not_be_compared_is_never_called_clean(repo, values):
    repo.commit(values)
    found = repo.check()
    assert (found.clean, found.not_comparable) == ((), ("leak:train,test",))
    section = inspecting.checks_section(found)
    assert section is not None
    assert section.note == "not comparable: train with test"
    assert inspecting.checks_section(found, ["other"]) is None


def test_data_that_needs_trust_is_never_called_clean(repo, split, monkeypatch):
    from nbmodelver.errors import NeedsTrust

    def refuse(*_args, **_more):
        raise NeedsTrust("'train' came from elsewhere", "")

    repo.commit({"train": split[0], "test": split[1]})
    monkeypatch.setattr(type(repo), "loaded", refuse)
    assert repo.check().not_comparable == ("leak:train,test",)


def test_edited_rows_are_not_called_gained(repo, split):
    train, test = split
    commit(repo, train, test)
    edited = pd.concat([train, test.head(9)], ignore_index=True)
    edited.loc[:99, "mean radius"] += 0.5
    assert told(commit(repo, edited, test)) == [
        ("9 of the 109 rows that are new or changed in train since v1 stand in test", "v2")
    ]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (100, "1 of the 100 rows of test also stands in train"),
        (1000, "the one row that train gained since v1 stands in test"),
    ],
)
def test_one_row_is_reported_in_the_singular(repo, rows, text):
    rng = np.random.default_rng(0)
    train, test = (pd.DataFrame(rng.standard_normal((n, 4))) for n in (3000, rows))
    commit(repo, train, test)
    assert told(commit(repo, pd.concat([train, test.head(1)]), test)) == [(text, "v2")]


def test_the_checks_of_the_first_version_are_finished_by_its_comparison_with_itself(repo, split):
    train, test = split
    repo.commit({"train": pd.concat([train, test.head(53)]), "test": test})
    repo.check(limit_s=0.0)
    assert repo.diff("v1", "v1").sections[0].rows[0].cells[1] == "53 of the 143 rows of test also stand in train"
    assert repo.findings("v1").unchecked == ()
