"""The checks of a version: which are due, what they find in scalers and pipelines, and what an error does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nbmodelver as mv
from nbmodelver.actions.conditions import conditions_met
from nbmodelver.errors import UsageError
from nbmodelver.model import LeakRequest


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


@pytest.fixture
def data():
    return load_wine(as_frame=True).data


def commit(repo, **values):
    repo.commit(values)
    return repo.check(live=values)


def told(findings):
    return [(f.id, f.level, f.text) for f in findings.found]


def test_a_scaler_that_was_fitted_before_the_split_is_an_alarm(repo, data):
    train, test = train_test_split(data, random_state=0)
    honest = commit(repo, X_train=train, X_test=test, scaler=StandardScaler().fit(train))
    assert (honest.found, honest.clean) == ((), ("leak:X_train,X_test", "fitted:scaler,X_test"))
    found = commit(repo, X_train=train, X_test=test, scaler=StandardScaler().fit(data))
    text = "scaler was fitted on X_train and X_test together (178 rows)"
    assert told(found) == [("fitted:scaler,X_test", "alarm", text)]
    assert found.found[0].command == "%mv_diff v1 v2 scaler"


def test_the_sets_may_be_the_output_of_the_scaler(repo, data):
    scaler = StandardScaler()
    a, b = train_test_split(scaler.fit_transform(data), random_state=0)
    assert [i for i, _, _ in told(commit(repo, X_train=a, X_test=b, scaler=scaler))] == ["fitted:scaler,X_test"]


def test_a_scaler_of_three_sets_is_found_for_each_of_them(repo, data):
    train, rest = train_test_split(data, random_state=0)
    val, test = train_test_split(rest, random_state=0)
    found = commit(repo, X_train=train, X_val=val, X_test=test, scaler=StandardScaler().fit(data))
    text = "scaler was fitted on X_train, X_val and X_test together (178 rows)"
    assert sorted(told(found)) == [(f"fitted:scaler,{name}", "alarm", text) for name in ("X_test", "X_val")]


@pytest.mark.parametrize(("metrics", "level"), [({}, "note"), ({"acc": 0.9}, "alarm")])
def test_a_pipeline_that_was_fitted_on_everything_is_an_alarm_if_it_has_a_score(repo, data, metrics, level):
    train, test = train_test_split(data, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data, data["hue"] > 1)
    repo.commit({"X_train": train, "X_test": test, "model": model}, metrics=metrics)
    assert [(i, lv) for i, lv, _ in told(repo.check())] == [("fitted:model,X_test", level)]


def test_a_finding_about_a_scaler_stays_with_the_version_that_brought_it_in(repo, data):
    train, test = train_test_split(data, random_state=0)
    values = {"X_train": train, "X_test": test, "scaler": StandardScaler().fit(data)}
    commit(repo, **values)
    assert [f.since for f in commit(repo, **values, x=1).found] == ["v1"]
    assert told(commit(repo, **values | {"scaler": StandardScaler().fit(train)})) == []


def test_a_script_can_fail_on_it(repo, data):
    train, test = train_test_split(data, random_state=0)
    commit(repo, X_train=train, X_test=test)
    commit(repo, X_train=train, X_test=test, scaler=StandardScaler().fit(data))
    diff = repo.diff("v1", "v2")
    for condition in ("fitted", "fitted:scaler,X_test", "alarm"):
        assert conditions_met(diff, condition) == ("scaler was fitted on X_train and X_test together (178 rows)",)
    assert conditions_met(diff, "leak") == ()
    assert conditions_met(repo.diff("v2", "v1"), "fitted") == ()


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_diabetes])
def test_honest_scalers_and_scaled_sets_are_silent(repo, load):
    X, y = load(return_X_y=True, as_frame=True)
    for seed in range(3):
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed)
        scaler = StandardScaler().fit(X_train)
        model = make_pipeline(StandardScaler(), LinearRegression()).fit(X_train, y_train)
        sets = {"X_train": X_train, "X_test": X_test, "y_train": y_train, "y_test": y_test}
        scaled = {"X_train_scaled": scaler.transform(X_train), "X_test_scaled": scaler.transform(X_test)}
        assert told(commit(repo, **sets, **scaled, scaler=scaler, model=model)) == []


def test_a_model_that_cannot_be_loaded_is_not_called_clean(repo, data, monkeypatch):
    from nbmodelver.errors import NeedsTrust

    def refuse(*_args, **_more):
        raise NeedsTrust("it came from elsewhere", "")

    train, test = train_test_split(data, random_state=0)
    values = {"X_train": train, "X_test": test}
    repo.commit({**values, "scaler": StandardScaler().fit(data)})
    monkeypatch.setattr(type(repo), "loaded", refuse)
    found = repo.check(live=values)
    assert "fitted:scaler,X_test" not in found.clean
    assert "fitted:scaler,X_test" in found.not_comparable


def test_a_user_class_in_a_pipeline_is_never_asked(repo, data):
    def refuse(*_args, **_more):
        raise AssertionError("a method of a user's class was called")

    Own = type("StandardScaler", (StandardScaler,), {})
    train, test = train_test_split(data, random_state=0)
    model = make_pipeline(Own(), "passthrough").fit(data)
    values = {"X_train": train, "X_test": test, "model": model}
    repo.commit(values)
    Own.transform = Own.fit = Own.predict = Own.__len__ = Own.__eq__ = Own.__repr__ = refuse
    found = repo.check(live=values)
    assert (told(found), found.clean) == ([], ("leak:X_train,X_test",))


# -- the checks of a comparison


def table(rows, seed=0, **columns):
    rng = np.random.default_rng(seed)
    numbers = {name: rng.standard_normal(rows) for name in "abcd"}
    return pd.DataFrame({**numbers, **columns, "target": rng.integers(0, 2, rows)})


def alarms(diff):
    section = next((s for s in diff.sections if s.id == "alarms"), None)
    return [(r.cells[3], r.cells[0], r.cells[1]) for r in section.rows] if section is not None else []


def test_rounded_rows_and_rows_but_one_column_are_told_in_the_diff(repo):
    train, test = table(400), table(100, 1)
    repo.commit({"train": train, "test": test})
    rounded = test.head(30).astype("float32").astype("float64")
    repo.commit({"train": pd.concat([train, rounded, test.iloc[30:50].assign(b=0.5)]), "test": test})
    assert repo.check().found == ()
    diff = repo.diff("v1", "v2")
    how = "up to rounding (IQR/10,000)"
    assert alarms(diff) == [
        ("rounded:train,test", "alarm", f"30 of the 100 rows of test also stand in train {how}"),
        ("column:train,test", "alarm", "20 of the 100 rows of test also stand in train with another b only"),
    ]
    assert len(conditions_met(diff, "leak")) == 2
    assert len(conditions_met(diff, "rounded")) == 1
    assert conditions_met(diff, "leak:train,test") == ()


def test_what_a_diff_found_is_kept_and_can_be_accepted(repo):
    train, test = table(400), table(100, 1)
    repo.commit({"train": train, "test": test})
    repo.commit({"train": pd.concat([train, test.head(30).assign(b=0.5)]), "test": test})
    repo.diff("v1", "v2")
    assert repo.findings("v2").is_thorough
    repo.accept("column:train,test", "b is measured again")
    assert alarms(repo.diff("v1", "v2"))[0][1] == "accepted: b is measured again"
    repo.commit({"train": repo.load("v2")["train"], "test": test, "x": 1})
    assert [f.since for f in repo.check().found] == ["v2"]


def test_a_second_diff_computes_nothing_again(repo, monkeypatch):
    from nbmodelver.comparison.leaks import thorough_checks

    repo.commit({"train": table(400), "test": table(100, 1)})
    repo.commit({"train": table(401), "test": table(100, 1)})
    first = repo.diff("v1", "v2")
    monkeypatch.setattr(thorough_checks, "thorough_checks", lambda *_: 1 / 0)
    assert repo.diff("v1", "v2") == first


def test_entities_of_both_sets_are_a_note_and_with_the_option_an_alarm(repo):
    train, test = table(400, patient=np.arange(400) // 4), table(100, 1, patient=np.arange(390, 490) // 4)
    repo.commit({"train": train, "test": test})
    text = "3 of the 26 values of patient in test (10 rows) also occur in train"
    ((finding, level, found),) = alarms(repo.diff("v1", "v1"))
    assert (finding, level) == ("group:train,test", "note")
    assert found == f"{text}; if their rows belong together: --group patient"
    asked = LeakRequest(group=("patient",))
    assert alarms(repo.diff("v1", "v1", leaks=asked)) == [("group:train,test", "alarm", text)]
    apart = LeakRequest(group=("a",))
    assert alarms(repo.diff("v1", "v1", leaks=apart)) == []


def test_a_column_that_is_nowhere_is_refused_with_those_that_are_there(repo):
    repo.commit({"train": table(40), "test": table(40, 1)})
    for asked in (LeakRequest(group=("patient",)), LeakRequest(time="patient")):
        with pytest.raises(UsageError, match="both have a column 'patient'") as error:
            repo.diff("v1", "v1", leaks=asked)
        assert error.value.hint == "columns of both: a, b, c, d, target"
    repo.commit({"x": 1})
    with pytest.raises(UsageError, match="v2 has no training set with a test set"):
        repo.diff("v2", "v2", leaks=asked)


def dated(rows, start, seed=0):
    return table(rows, seed, day=pd.date_range(start, periods=rows))


def test_test_rows_of_an_earlier_time_are_told_if_asked_or_if_there_were_none(repo):
    early, late = dated(100, "2024-01-01"), dated(50, "2025-01-01", 1)
    repo.commit({"train": early, "test": late})
    assert alarms(repo.diff("v1", "v1")) == []
    assert alarms(repo.diff("v1", "v1", leaks=LeakRequest(time="day"))) == []
    both = pd.concat([early, late]).sample(150, random_state=0)
    repo.commit({"train": both.head(100), "test": both.tail(50)})
    ((finding, level, text),) = alarms(repo.diff("v1", "v2"))
    assert (finding, level) == ("time:train,test", "note")
    assert text.startswith("50 of the 50 rows of test (100%) are older than the newest row of train by day (2025-02-")
    assert text.endswith("; in v1 none was")
    repo.commit({"train": both.head(90), "test": both.tail(50)})
    assert [i for i, _, _ in alarms(repo.diff("v2", "v3"))] == []
    asked = repo.diff("v2", "v3", leaks=LeakRequest(time="day"))
    assert [(i, lv) for i, lv, _ in alarms(asked)] == [("time:train,test", "alarm")]


def test_a_column_without_an_order_is_not_called_clean(repo):
    repo.commit({"train": table(40, t=list("ab") * 20), "test": table(40, 1, t=list("ba") * 20)})
    diff = repo.diff("v1", "v1", leaks=LeakRequest(time="t"))
    assert "not comparable: time:train,test" in diff.sections[-1].note


def test_near_texts_are_compared_only_if_asked(repo):
    words = [
        "a",
        "quick",
        "brown",
        "fox",
        "and",
        "the",
        "lazy",
        "dog",
        "went",
        "to",
        "market",
        "on",
        "monday",
        "morning",
    ]
    said = [" ".join(np.random.default_rng(i).permutation(words)) for i in range(140)]
    texts = [*said[:100], f"{said[100]} again"], said[100:]
    repo.commit({name: pd.DataFrame({"said": one}) for name, one in zip(("train", "test"), texts, strict=True)})
    assert alarms(repo.diff("v1", "v1")) == []
    ((finding, level, text),) = alarms(repo.diff("v1", "v1", leaks=LeakRequest(near_text=0.8)))
    assert (finding, level) == ("text:train,test", "alarm")
    assert text == (
        "1 of the 40 texts of said of test has a near duplicate in train (Jaccard of 5-character shingles at least 0.8)"
    )


def test_a_new_column_that_tells_the_target_is_told_once(repo):
    train, test = table(400), table(100, 1)
    repo.commit({"train": train, "test": test})
    repo.commit({"train": train.assign(paid=train["target"] * 3), "test": test.assign(paid=test["target"] * 3)})
    ((finding, level, text),) = alarms(repo.diff("v1", "v2"))
    assert (finding, level) == ("target:train", "alarm")
    assert text.endswith("unlike in v1: paid has one value for each value of the target")
    repo.commit({"train": repo.load("v2")["train"].head(300), "test": test})
    assert [i for i, _, _ in alarms(repo.diff("v2", "v3"))] == []


def test_the_target_may_be_a_variable_of_its_own(repo):
    train = table(400)
    X, y = train.drop(columns="target"), train["target"]
    test = {"X_test": table(100, 1).drop(columns="target"), "y_test": table(100, 1)["target"]}
    repo.commit({"X_train": X, "y_train": y, **test})
    repo.commit({"X_train": X.assign(paid=y * 2.0 + X["a"] / 100), "y_train": y, **test})
    assert [i for i, _, _ in alarms(repo.diff("v1", "v2"))] == ["target:X_train"]


def test_the_diff_says_what_was_looked_for_and_what_was_not(repo):
    repo.commit({"train": table(400), "test": table(100, 1)})
    sections = repo.diff("v1", "v1").sections
    assert [s.id for s in sections if s.id == "alarms"] == []
    assert sections[-1].note == (
        "no more rows of test than by chance stand in train (exact, rounded, all columns but one); "
        "not looked for: --group, --time, --near-text"
    )


def test_a_large_pair_is_named_as_not_checked(repo, monkeypatch):
    from nbmodelver.comparison.leaks import checks

    monkeypatch.setattr(checks, "BYTES_PER_S", 100)
    repo.commit({"train": table(400), "test": table(100, 1)})
    note = repo.diff("v1", "v1").sections[0].note
    assert "not checked: column:train,test" in note
    assert "not checked" not in "".join(s.note for s in repo.diff("v1", "v1", "train").sections)


def test_two_names_of_one_dataset_are_reported_once_under_the_known_name(repo):
    train, test = table(400), table(100, 1)
    repo.commit({"train": train, "test": test})
    leaky = pd.concat([train, test.head(30)])
    repo.commit({"a_train": leaky, "train": leaky, "test": test})  # one object
    assert [i for i, _, _ in alarms(repo.diff("v1", "v2"))] == ["leak:train,test"]
    assert [f.id for f in repo.check("v2", live=repo.load("v2")).found] == ["leak:train,test"]
    repo.commit({"a_train": leaky.copy(), "train": leaky, "test": test})
    assert [i for i, _, _ in alarms(repo.diff("v1", "v3"))] == ["leak:train,test"]


def test_equal_training_and_test_sets_are_compared(repo):
    repo.commit({"train": table(400), "test": table(400)})
    assert [i for i, _, _ in alarms(repo.diff("v1", "v1"))] == ["leak:train,test"]


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_diabetes])
def test_honest_data_and_its_variants_are_silent_in_all_checks(repo, load):
    frame = load(as_frame=True).frame
    few = list(frame.columns[:3])
    for seed in range(2):
        train, test = train_test_split(frame, random_state=seed)
        scaler = StandardScaler().set_output(transform="pandas").fit(train)
        binned = frame.assign(**{c: pd.qcut(frame[c].rank(method="first"), 5).astype(str) for c in few})
        hot = train_test_split(pd.get_dummies(binned, columns=few), random_state=seed)
        more = pd.concat([train, train.sample(200, replace=True, random_state=seed)])
        sets = [(train, test), (scaler.transform(train), scaler.transform(test)), hot, (more, test), (train, test)]
        for a, b in sets:
            repo.commit({"train": a, "test": b, "scaler": scaler})
            before = "HEAD~1" if repo["HEAD"].parents else "HEAD"
            assert alarms(repo.diff(before, "HEAD", leaks=LeakRequest(near_text=0.8))) == []


# -- the checks that are left after a commit


def test_the_checks_that_are_left_are_finished_and_kept(repo):
    train, test = table(400), table(100, 1)
    repo.commit({"train": pd.concat([train, test.head(30)]), "test": test}, metrics={"acc": 0.5})
    assert repo.check(limit_s=0.0).unchecked == ("leak:train,test",)
    (found,) = repo.finish_checks("v1")
    assert (found.id, found.since) == ("leak:train,test", "v1")
    assert (repo.findings("v1").found, repo.findings("v1").unchecked) == ((found,), ())
    assert repo.finish_checks("v1") == ()


def test_only_the_checks_that_are_left_run_again(repo, monkeypatch):
    from nbmodelver.repo.inspect import checking

    train, test = table(400), table(100, 1)
    repo.commit({"train": train, "test": test, "X_val": table(90, 2)})
    repo.check(limit_s=0.0)
    first = repo.findings("v1")
    ran = []
    monkeypatch.setattr(checking, "_outcome", lambda one, _limit_s: ran.append(one.id) or "clean")
    repo.finish_checks("v1")
    assert sorted(ran) == sorted(first.unchecked)
    assert sorted(repo.findings("v1").clean) == sorted(first.unchecked)


def test_what_is_cancelled_stays_unchecked(repo):
    repo.commit({"train": table(400), "test": table(100, 1)})
    repo.check(limit_s=0.0)
    assert repo.finish_checks("v1", is_cancelled=lambda: True) == ()
    assert repo.findings("v1").unchecked == ("leak:train,test",)


def test_a_model_that_is_not_live_is_left_for_a_comparison(repo, data):
    train, test = train_test_split(data, random_state=0)
    sets = {"X_train": train, "X_test": test}
    repo.commit({**sets, "scaler": StandardScaler().fit(data)})
    assert repo.check(live=sets, load_models=False).unchecked == ("fitted:scaler,X_test",)
    assert repo.finish_checks("v1") == ()
    assert [i for i, _, _ in alarms(repo.diff("v1", "v1"))] == ["fitted:scaler,X_test"]


def test_a_frame_of_a_users_subclass_is_not_compared_and_the_commit_is_untouched(repo):
    def refuse(*_args):
        raise AssertionError("a method of a user's class was called")

    Frame = type("Frame", (pd.DataFrame,), dict.fromkeys(("__eq__", "__len__", "__getitem__"), refuse))
    train, test = table(400), table(100, 1)
    repo.commit({"train": train, "test": test})
    found = repo.check(live={"train": Frame(train), "test": test}, leaks=LeakRequest())
    assert (found.found, found.clean) == ((), ())
    assert "leak:train,test" in found.not_comparable


def test_a_check_after_a_change_of_one_column_hashes_the_other_columns_no_more(repo, monkeypatch):
    from nbmodelver.comparison.tables.canonical import CellHasher

    rng = np.random.default_rng(0)
    tested = pd.DataFrame(rng.standard_normal((2_000, 12)), columns=[f"c{i}" for i in range(12)])
    trained = pd.DataFrame(rng.standard_normal((20_000, 12)), columns=tested.columns)
    trained = pd.concat([trained, tested.head(53)], ignore_index=True)
    repo.commit({"train": trained, "test": tested})
    repo.check("v1")
    trained = trained.copy()
    trained.loc[:9, "c0"] += 1.0
    repo.commit({"train": trained, "test": tested})
    repo.check("v2")  # The first one against a parent: rows before and now are hashed as wholes.
    trained = trained.copy()
    trained.loc[:9, "c1"] += 1.0
    repo.commit({"train": trained, "test": tested})
    hashed: dict[str, int] = {}
    call = CellHasher.__call__

    def counted(self, rows):
        found = call(self, rows)
        if len(found) > 1_000:  # Not the samples.
            hashed[self._column.name] = hashed.get(self._column.name, 0) + len(found)
        return found

    monkeypatch.setattr(CellHasher, "__call__", counted)
    assert [f.text for f in repo.check("v3").found] == ["53 of the 2,000 rows of test also stand in train"]
    assert set(hashed) == {"c1"}
    assert hashed["c1"] <= 3 * 20_053  # To filter, and before and now for what was gained.
