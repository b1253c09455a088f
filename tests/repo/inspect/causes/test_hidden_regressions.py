"""Ten notebooks whose metric got worse, each for another hidden reason, with harmless changes beside it.

`explain` must name the hidden cause first.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.repo.core import environment
from nbmodelver.repo.inspect.causes.why import ExplainRequest, explain

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Explanation
    from tests.shells import Shell

pytest.importorskip("sklearn")

CANCER = """\
import numpy as np, pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
data = load_breast_cancer(as_frame=True).frame.iloc[:, [0, 1, 4, 20, 21, 24, 30]]
features = list(data.columns[:-1])
train, test = train_test_split(data, random_state=1, test_size=0.4)
"""
FIT = """\
params = {"C": 1.0, "max_iter": 500}
def fit(rows):
    return make_pipeline(StandardScaler(), LogisticRegression(**params)).fit(rows[features], rows.target)
model = fit(train)
loss = log_loss(test.target, model.predict_proba(test[features])[:, 1])
"""
AGAIN = """\
model = fit(train)
loss = log_loss(test.target, model.predict_proba(test[features])[:, 1])
"""
COMMIT = "%mv_commit --metric loss=loss"


@dataclass(frozen=True)
class Case:
    """first, then: the cells before and after the change. kind, names, says: of the first cause; a part of its text."""

    first: str
    then: str
    kind: str
    names: tuple[str, ...]
    says: str
    metric: str = "loss"


CASES = {
    "the unit of one column": Case(
        FIT,
        'test = test.sample(frac=1, random_state=0)\nparams["max_iter"] = 600\n'
        'train = train.copy(); train.loc[train.index[:300], "worst texture"] *= 25.4\n' + AGAIN,
        "data", ("train",), "worst texture",
    ),
    "a label map that is shifted by one": Case(
        FIT.replace("rows.target", "rows.target.map(labels)").replace(
            "params =", "labels = {0: 0, 1: 1}\nparams ="),
        'labels = {0: 1, 1: 0}\nparams["max_iter"] = 600\ntrain = train.sample(frac=1, random_state=0)\n' + AGAIN,
        "parameters", ("labels",), "0 0 → 1",
    ),
    "a scaler that is fitted on other data": Case(
        "scaler = StandardScaler().fit(train[features])\n"
        "model = LogisticRegression(max_iter=500).fit(scaler.transform(train[features]), train.target)\n"
        "loss = log_loss(test.target, model.predict_proba(scaler.transform(test[features]))[:, 1])",
        "train = train.sample(frac=1, random_state=0)\n"
        "scaler = StandardScaler().fit(test.tail(3)[features])\n"
        "model = LogisticRegression(max_iter=600).fit(scaler.transform(train[features]), train.target)\n"
        "loss = log_loss(test.target, model.predict_proba(scaler.transform(test[features]))[:, 1])",
        "model", ("scaler",), "test.tail(3)",
    ),
    "a hyperparameter": Case(
        FIT,
        'params = {"C": 0.0005, "max_iter": 600}\ntrain = train.sample(frac=1, random_state=0)\n' + AGAIN,
        "parameters", ("params",), "C 1.0 → 0.0005",
    ),
    "an argument in the code": Case(
        "forest = RandomForestClassifier(40, max_depth=8, random_state=0)\n"
        "model = forest.fit(train[features], train.target)\n"
        "loss = log_loss(test.target, model.predict_proba(test[features])[:, 1])",
        "train = train.sample(frac=1, random_state=0)\n"
        "forest = RandomForestClassifier(41, max_depth=1, random_state=0)\n"
        "model = forest.fit(train[features], train.target)\n"
        "loss = log_loss(test.target, model.predict_proba(test[features])[:, 1])",
        "parameters", ("forest",), "max_depth 8 → 1",
    ),
    "a feature that is dropped in a function": Case(
        FIT.replace("def fit(rows):", "def used(rows):\n    return rows[features]\ndef fit(rows):").replace(
            "rows[features]", "used(rows)").replace("return used(rows)\n", "return rows[features]\n").replace(
            "test[features]", "used(test)"),
        "train = train.sample(frac=1, random_state=0)\n"
        "def used(rows):\n    return rows[features[:1]]\n" + AGAIN.replace("test[features]", "used(test)"),
        "code", ("used",), "features[:1]",
    ),
    "the seed": Case(
        "SEED = 0\nsmall = train.sample(14, random_state=SEED)\n" + FIT.replace("fit(train)", "fit(small)"),
        "SEED = 11\nparams = {'C': 1.0, 'max_iter': 600}\nsmall = train.sample(14, random_state=SEED)\n"
        + AGAIN.replace("fit(train)", "fit(small)"),
        "random state", ("SEED",), "0 → 11",
    ),
    "other rows in the test set": Case(
        FIT,
        'params["max_iter"] = 600\ntrain = train.sample(frac=1, random_state=0)\n'
        "test = test[(model.predict_proba(test[features])[:, 1] - 0.5).__abs__() < 0.45]\n" + AGAIN,
        "data", ("test",), "removed",
    ),
    "missing values that become zeros": Case(
        "raw = train.mask(np.random.default_rng(0).random(train.shape) < 0.2).assign(target=train.target)\n"
        "train = raw.fillna(raw.median())\n" + FIT,
        "train = raw.fillna(0)\nparams['max_iter'] = 600\ntest = test.sample(frac=1, random_state=0)\n" + AGAIN,
        "data", ("train",), "fillna(0)",
    ),
}  # fmt: skip


def explained(shell: Shell, case: Case, tmp_path: Path) -> Explanation:
    for cell in (CANCER, case.first, COMMIT, case.then, COMMIT):
        shell.run(cell)
    repo = mv.open(tmp_path)
    return explain(repo, ExplainRequest(case.metric, repo["v1"], repo["v2"]))


@pytest.mark.parametrize("name", CASES)
def test_the_hidden_cause_is_named_first(shell: Shell, name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = explained(shell, case, tmp_path)
    assert found.change > 0.005, "the regression of the test itself"
    assert len(found.causes) > 1, "there are harmless changes too"
    first = found.causes[0]
    assert (first.kind, first.names) == (case.kind, case.names), found.causes
    assert case.says in " ".join(first.what)
    share = found.share(first)
    assert share is not None
    assert share > 0.8


def test_a_new_release_of_a_package_is_named_first(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same code gives another model, and only a package differs. It cannot be tested in one environment."""
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    _release(tmp_path, "1.0", "rows[features]")
    code = (
        "from featkit import features_of\ndef fit(rows):\n"
        "    return LogisticRegression(max_iter=500).fit(features_of(rows, features), rows.target)\n"
    )
    fit = "model = fit(train)\nloss = log_loss(test.target, model.predict_proba(test[features] * 1.0)[:, 1])"
    for cell in (CANCER, code, fit, COMMIT):
        shell.run(cell)
    _release(tmp_path, "2.0", "rows[features] / 1000")
    monkeypatch.delitem(sys.modules, "featkit")
    shell.run(code)
    shell.run(fit)
    shell.run("train = train.sample(frac=1, random_state=0)")
    shell.run(COMMIT)
    repo = mv.open(tmp_path)
    found = explain(repo, ExplainRequest("loss", repo["v1"], repo["v2"]))
    assert found.causes[0].kind == "environment", found.causes
    assert "featkit 1.0 → 2.0" in found.causes[0].what


def _release(folder: Path, release: str, expression: str) -> None:
    """Install a package of one module in another release."""
    environment.environment.cache_clear()
    site = folder / "site"
    for old in site.glob("*.dist-info"):
        old.rename(site / f"featkit-{release}.dist-info")
    (site / f"featkit-{release}.dist-info").mkdir(parents=True, exist_ok=True)
    (site / "featkit.py").write_text(f"def features_of(rows, features):\n    return {expression}\n")
    sys.path_importer_cache.clear()
