"""Both versions of a model on one dataset: which data, what is refused, and that nothing live changes."""

from __future__ import annotations

import random
import threading
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import nbmodelver as mv
from nbmodelver.errors import NeedsTrust, NotPredictable, UnknownName

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(200, 2)), columns=["a", "b"])
Y = pd.Series((X.a > 0).astype(int), name="y")


class Noisy:
    """A model that writes to its input and draws random numbers."""

    classes_ = np.array([0, 1])

    def fit(self):
        return self

    def predict(self, rows):
        found = (rows["a"] + 0.1 * np.random.normal(size=len(rows)) > 0).astype(int)
        rows["a"] = -rows["a"]
        return found


class Slow:
    """A model that hangs."""

    def fit(self):
        return self

    def predict(self, rows):
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue


class Interrupted:
    """A model during which the user presses "interrupt"."""

    def fit(self):
        return self

    def predict(self, rows):
        raise KeyboardInterrupt


class Once:
    """A model that fails when it predicts again."""

    def fit(self):
        return self

    def predict(self, rows):
        if hasattr(self, "ran"):
            raise ValueError("again")
        self.ran = True
        return np.zeros(len(rows), int)


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def two(repo, **more):
    """Two versions of a model on the same data, the second one fitted on wrong labels."""
    repo.commit({"model": LogisticRegression().fit(X, Y), "X_test": X, "y_test": Y, "n": 1})
    repo.commit({"model": LogisticRegression().fit(X, 1 - Y), "X_test": X, "y_test": Y, "n": 2, **more})


def test_both_models_on_the_same_data(repo):
    two(repo)
    both = repo.predict_both("v1", "v2", "model", "X_test", "y_test")
    assert (both.on.name, both.on_former, both.two_by_two, both.notes) == ("v2", None, None, ())
    assert both.found.rows == 200
    assert both.found.turned["wrong"] > 180
    assert {m.name: m.judgement for m in both.found.metrics}["accuracy"] == "worse"
    assert both.section().note.startswith("X_test of v2: 200 rows, ")


def test_without_a_target(repo):
    two(repo)
    both = repo.predict_both("v1", "v2", "model", "X_test")
    assert (both.found.has_truth, both.found.metrics) == (False, ())


def test_data_that_differs_gives_both_models_on_both_versions(repo):
    two(repo, X_test=X.tail(50), y_test=Y.tail(50))
    both = repo.predict_both("v1", "v2", "model", "X_test", "y_test")
    assert (both.found.rows, both.on_former.rows) == (50, 200)
    assert both.two_by_two.metric == "accuracy"
    assert both.two_by_two.model_effect < -0.9
    assert both.notes == ("X_test differs: the metrics are measured on other rows than in v1",)
    assert {e.label for e in both.found.examples} <= set(X.tail(50).index)


def test_the_target_may_be_a_column_and_the_data_of_the_earlier_version(repo):
    frame = X.assign(y=Y)
    repo.commit({"model": LogisticRegression().fit(X, Y), "test": frame})
    repo.commit({"model": LogisticRegression().fit(X, 1 - Y)})
    both = repo.predict_both("v1", "v2", "model", "test", "y")
    assert (both.on.name, both.found.rows, both.found.has_truth) == ("v1", 200, True)


def test_names_that_are_not_there(repo):
    two(repo)
    for arguments, says in (
        (("modl", "X_test"), "v1 has no 'modl'"),
        (("model", "X_tst"), "neither v1 nor v2 has 'X_tst'"),
        (("model", "X_test", "z"), "v2 has no 'z', and X_test has no such column"),
    ):
        with pytest.raises(UnknownName, match=says):
            repo.predict_both("v1", "v2", *arguments)


def test_what_cannot_be_predicted_says_so_with_a_way_out(repo):
    two(repo, model=LinearRegression().fit(X.assign(c=1), Y))
    with pytest.raises(NotPredictable, match="model of v2 cannot predict X_test of v2: it was fitted on") as caught:
        repo.predict_both("v1", "v2", "model", "X_test")
    assert caught.value.hint == "load the earlier model and predict yourself: %mv_rollback v1 model --as old_"


def test_a_target_of_another_length_is_refused(repo):
    two(repo, y_test=Y.head(3))
    with pytest.raises(
        NotPredictable, match=r"X_test and y_test of v2 cannot be compared: .*different lengths: 3, 200"
    ):
        repo.predict_both("v1", "v2", "model", "X_test", "y_test")


def test_nothing_live_changes_and_both_models_see_the_same_data_and_random_numbers(repo):
    repo.commit({"model": Noisy(), "X_test": X, "y_test": Y})
    repo.commit({"model": Noisy(), "X_test": X, "y_test": Y, "n": 1})
    states = random.getstate(), np.random.get_state()[1].tolist()
    both = repo.predict_both("v1", "v2", "model", "X_test", "y_test")
    assert both.found.equal == 200
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states
    assert repo.load("v1", "X_test")["X_test"].equals(X)


def test_a_version_from_elsewhere_does_not_run(repo):
    two(repo)
    repo.refs.move(f"origin/{repo['v1'].id}", None, "bundle:abc")
    with pytest.raises(NeedsTrust, match="v1 came from elsewhere"):
        repo.predict_both("v1", "v2", "model", "X_test")


def test_a_model_that_hangs_is_stopped_after_the_limit(repo):
    repo.commit({"model": Slow(), "X_test": X})
    repo.commit({"model": Slow(), "X_test": X, "n": 1})
    with pytest.raises(NotPredictable, match=r"model of v1 cannot predict X_test of v2: it took more than 0\.2 s") as e:
        repo.predict_both("v1", "v2", "model", "X_test", limit_s=0.2)
    assert e.value.hint == "allow more: --limit 2"


def test_a_comparison_that_is_cancelled_stops_a_model_that_hangs(repo):
    repo.commit({"model": Slow(), "X_test": X})
    repo.commit({"model": Slow(), "X_test": X, "n": 1})
    began, state = time.monotonic(), random.getstate()
    with pytest.raises(KeyboardInterrupt):
        repo.predict_both("v1", "v2", "model", "X_test", is_cancelled=lambda: time.monotonic() > began + 0.1)
    assert random.getstate() == state
    with pytest.raises(KeyboardInterrupt):
        repo.predict_both("v1", "v2", "model", "X_test", is_cancelled=lambda: True)


def test_an_interrupt_of_the_user_ends_the_comparison_and_restores_the_random_state(repo):
    repo.commit({"model": Interrupted(), "X_test": X})
    repo.commit({"model": Interrupted(), "X_test": X, "n": 1})
    state = random.getstate()
    with pytest.raises(KeyboardInterrupt):
        repo.predict_both("v1", "v2", "model", "X_test")
    assert random.getstate() == state


def test_a_model_that_writes_to_its_input_and_draws_random_numbers_is_named(repo):
    repo.commit({"model": LogisticRegression().fit(X, Y), "X_test": X, "y_test": Y})
    repo.commit({"model": Noisy(), "X_test": X, "y_test": Y})
    notes = repo.predict_both("v1", "v2", "model", "X_test", "y_test").notes
    assert notes[0].startswith("model of v2 changed its input (a[0]); the data of the version and live variables stay")
    assert notes[1].startswith("model of v2 is random: ")
    assert notes[1].endswith("of 200 rows differ in a second run; the first run is compared")
    assert len(notes) == 2


def test_a_model_that_predicts_only_once_is_named(repo):
    repo.commit({"model": Once(), "X_test": X})
    repo.commit({"model": LogisticRegression().fit(X, Y), "X_test": X})
    assert repo.predict_both("v1", "v2", "model", "X_test").notes == (
        "model of v1 predicts only once: ValueError: again",
    )


def test_outside_of_the_main_thread_models_run_without_a_limit(repo):
    two(repo)
    found = []
    thread = threading.Thread(target=lambda: found.append(repo.predict_both("v1", "v2", "model", "X_test")))
    thread.start()
    thread.join()
    assert found[0].found.rows == 200
