"""Causes: why a run ended, and why two runs of the same cells differ."""

from __future__ import annotations

import pytest

from nbmodelver.bundle.rerun import causes


@pytest.mark.parametrize(
    ("ended", "cause"),
    [
        ("cell 2 raised ModuleNotFoundError: No module named 'x'", "the package x, which the record lacks"),
        ("cell 2 raised FileNotFoundError: 'a.csv'", "the file a.csv, which the record lacks"),
        ("cell 2 raised NameError: name 'df' is not defined", "the name df, which no recorded cell makes"),
        ("cell 2 raised ImportError: cannot import name", "a package that the record does not have"),
        ("cell 2 raised Offline: no network", "the network"),
        ("the kernel ended in cell 3", "memory, or code that ends the process"),
        ("it took longer than 5 s", "the time limit"),
        ("cell 2 raised FileNotFoundError: No such file or directory (os error 2): data/t.parquet",
         "the file data/t.parquet, which the record lacks"),
        ("cell 2 raised FileNotFoundError: data/t.h5 not found.", "the file data/t.h5, which the record lacks"),
        ("cell 2 raised StdinNotImplementedError: raw_input", "the answers to input(), which a re-run cannot give"),
        ("cell 2 raised ValueError: no", ""),
    ],
)  # fmt: skip
def test_the_cause_of_an_early_end(ended: str, cause: str) -> None:
    assert causes.of_end(ended) == cause


def test_a_variable_of_the_environment_is_named_by_the_exception() -> None:
    cause = "the environment variable SIZE, which a re-run does not get"
    assert causes.of_end("cell 1 raised KeyError: 'SIZE'", ["MODE", "SIZE"]) == cause
    assert causes.of_end("cell 1 raised KeyError: 'SIZES'", ["SIZE"]) == ""


@pytest.mark.parametrize(
    ("code", "detail", "cause"),
    [
        ("x = np.random.rand(3)", "", causes.CHANCE),
        ("m = RandomForestClassifier().fit(X, y)", "", causes.CHANCE),
        ("t = time.time()", "1.0 became 2.0", causes.CLOCK),
        ("rng = np.random.default_rng(0)\nt = datetime.now()", "", causes.CLOCK),
        ("X, y = train_test_split(a, b, random_state=1)\nt = time.time()", "", causes.CLOCK),
        ("rng = default_rng()\nt = time.time()", "", causes.CHANCE),
        ("s = GridSearchCV(m, g).fit(X, y)", "['refit_time_']: 0.1 became 0.2", causes.CLOCK),
        ("s = requests.get(url).text", "", causes.NETWORK),
        ("folder = os.getcwd()", "'/tmp/a' became '/tmp/b'", causes.FOLDER),
        ("p = str(base)", "'/a' became '/tmp/nbmodelver-rerun-x/run-1'", causes.FOLDER),
        ("r = [f.result() for f in as_completed(fs)]", "", causes.ORDER),
        ("x = f(y)", "", causes.CHANCE),
    ],
)
def test_the_cause_of_two_runs_that_differ_is_in_the_code(code: str, detail: str, cause: str) -> None:
    assert causes.of_instability(code, detail) == cause
