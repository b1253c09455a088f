"""Every estimator of scikit-learn, fitted, comes back with its class, parameters, attributes and answers, bit for bit.

And the models that people build around them: pipelines with functions of the notebook, boosters, results of statistics.
"""

from __future__ import annotations

import pickle
import sys
import types
import warnings
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.comparison.agreement import agreement
from tests.fidelity.alike import alike

pytest.importorskip("sklearn")

from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
from sklearn.utils import all_estimators

from tests.fidelity.sklearn_data import answers, fitted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
ESTIMATORS: dict[str, type] = dict(all_estimators())
VIEWS = (".strides: ", ".flags.")  # Of memory that nobody holds otherwise: only what is visible comes back.
ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("FastICA", "IncrementalPCA", "SpectralEmbedding", "TruncatedSVD"), VIEWS),
    **dict.fromkeys(("PCA", "ColumnTransformer", "FeatureUnion", "Pipeline"), VIEWS),  # until scikit-learn 1.4
    **dict.fromkeys(
        ("StackingClassifier", "StackingRegressor", "VotingClassifier", "VotingRegressor"),
        ("_deprecated_key_to_warnings",),  # A Bunch leaves it out of its own pickle.
    ),
}
"""Estimator -> texts in the differences that it may have."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every fitted estimator by name, as committed in one go and as another repo object gives it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want = {name: fitted(name, cls) for name, cls in ESTIMATORS.items()}
    store = tmp_path_factory.mktemp("sklearn")
    version = mv.open(store, create=True).commit(want)
    assert version.skipped == ()
    assert {n: kept.notes for n, kept in version.kept.items() if kept.notes} == {}
    return want, mv.open(store).load(version.name)


def differences(got: Any, want: Any) -> list[str]:
    """What is not as it was."""
    return alike({"it": got}, {"it": want})


def settled(answer: Any) -> Any:
    """An answer without what tells how its memory came to be."""
    return pickle.loads(pickle.dumps(answer))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_comes_back(name: str, both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    want, got = (side[name] for side in both)
    assert type(got) is type(want) is ESTIMATORS[name]
    allowed = ALLOWED.get(name, ())
    found = differences(got.get_params(), want.get_params()) + differences(got, want)
    assert [d for d in found if not any(text in d for text in allowed)] == []
    given = dict(answers(name, want))
    for method, answer in answers(name, got):
        here, then = settled(answer), settled(given.pop(method))
        if VIEWS[0] in allowed:  # Another layout in memory can change the last bit of a product.
            assert agreement(then, here)[0] in ("bit-identical", "numerically equal"), method
        else:
            assert differences(here, then) == [], method
    assert given == {}


def test_nearly_every_estimator_is_asked_something(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    silent = [name for name, estimator in both[1].items() if not dict(answers(name, estimator))]
    assert len(silent) < 0.1 * len(ESTIMATORS), silent


PRELUDE = """
import warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
X, y = make_classification(n_samples=80, n_features=5, random_state=0)
df = pd.DataFrame(X, columns=list("abcde")).assign(kind=np.where(y, "x", "z"), target=X @ np.arange(5.0) + y)
factor = 3.0
"""
WRITTEN = """
def scaled(values):
    return values * factor

class Clip(TransformerMixin, BaseEstimator):
    def __init__(self, low=-1.0):
        self.low = low
    def fit(self, X, y=None):
        self.seen_ = X.max()
        return self
    def transform(self, X):
        return np.clip(X, self.low, self.seen_ / factor)
"""
MODELS: dict[str, tuple[str, str]] = {
    "a lambda in a pipeline": (
        "make_pipeline(FunctionTransformer(lambda v: v ** 2 + factor), LogisticRegression()).fit(X, y)",
        "model.predict_proba(X)",
    ),
    "a function of the notebook": (
        "make_pipeline(FunctionTransformer(scaled), StandardScaler(), LogisticRegression()).fit(X, y)",
        "model.predict_proba(X)",
    ),
    "a transformer of the notebook": (
        "make_pipeline(make_union(Clip(-0.5), StandardScaler()), DecisionTreeClassifier(random_state=0)).fit(X, y)",
        "model.predict_proba(X), model[0].transformer_list[0][1].low",
    ),
    "a tokenizer of the notebook": (
        "CountVectorizer(tokenizer=lambda t: t.split('/'), token_pattern=None).fit(['a/b', 'c d/a'])",
        "model.transform(['a/c d']).toarray(), model.get_feature_names_out()",
    ),
    "a search over a pipeline": (
        (
            "GridSearchCV(make_pipeline(FunctionTransformer(scaled), LogisticRegression()),"
            " {'logisticregression__C': [0.1, 1.0]}, cv=2, scoring=lambda m, X, y: m.score(X, y)).fit(X, y)"
        ),
        "model.predict_proba(X), model.best_params_, model.best_score_, model.cv_results_['params']",
    ),
    "columns": (
        (
            "ColumnTransformer([('n', StandardScaler(), ['a', 'b']), ('k', OneHotEncoder(), ['kind']),"
            " ('f', lambda_step, ['c'])]).fit(df)"
        ),
        "model.transform(df), model.named_transformers_['k'].categories_",
    ),
    "calibration": (
        "CalibratedClassifierCV(DecisionTreeClassifier(max_depth=2, random_state=0), method='isotonic', cv=2).fit(X, y)",
        "model.predict_proba(X)",
    ),
    "stacking": (
        (
            "StackingClassifier([('p', make_pipeline(Clip(), LogisticRegression())),"
            " ('f', RandomForestClassifier(3, random_state=0))], cv=2).fit(X, y)"
        ),
        "model.predict_proba(X), model.transform(X)",
    ),
    "voting": (
        (
            "VotingClassifier([('l', LogisticRegression()), ('f', RandomForestClassifier(3, random_state=0))],"
            " voting='soft').fit(X, y)"
        ),
        "model.predict_proba(X)",
    ),
    "xgboost classifier": ("xgboost.XGBClassifier(n_estimators=5).fit(X, y)", "model.predict_proba(X)"),
    "xgboost regressor": (
        "xgboost.XGBRegressor(n_estimators=5).fit(X, df.target)",
        "model.predict(X), model.feature_importances_, model.get_params()['n_estimators']",
    ),
    "xgboost booster": (
        "xgboost.train({'objective': 'binary:logistic'}, xgboost.DMatrix(X, y), 5)",
        "model.predict(xgboost.DMatrix(X)), model.get_dump()",
    ),
    "lightgbm classifier": ("lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(X, y)", "model.predict_proba(X)"),
    "lightgbm regressor": (
        "lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(X, df.target)",
        "model.predict(X), model.feature_importances_",
    ),
    "lightgbm booster": (
        "lightgbm.train({'verbose': -1}, lightgbm.Dataset(X, y), 5)",
        "model.predict(X), model.num_trees()",
    ),
    "catboost classifier": ("catboost.CatBoostClassifier(**quiet).fit(X, y)", "model.predict_proba(X)"),
    "catboost regressor": ("catboost.CatBoostRegressor(**quiet).fit(X, df.target)", "model.predict(X)"),
    "catboost with words": (
        "catboost.CatBoostClassifier(cat_features=['kind'], **quiet).fit(df[['a', 'kind']], y)",
        "model.predict_proba(df[['a', 'kind']]), model.get_feature_importance()",
    ),
    "least squares": ("smf.ols('target ~ a + np.exp(b)', df).fit()", "model.predict(df), model.pvalues, model.resid"),
    "a generalized linear model": (
        "sm.GLM(y, sm.add_constant(X), family=sm.families.Binomial()).fit()",
        "model.predict(), model.bse, model.deviance",
    ),
    "a logit": ("sm.Logit(y, sm.add_constant(X[:, :2])).fit(disp=0)", "model.predict(), model.llf"),
    "an ARIMA": ("tsa.ARIMA(df.target, order=(1, 0, 1)).fit()", "model.forecast(5), model.aic"),
    "a VAR": ("tsa.VAR(df[['a', 'b']]).fit(2)", "model.params, model.irf(3).irfs"),
}
"""A cell whose last line is the model, and what it answers."""
IMPORTED = {
    "xgboost": "import xgboost",
    "lightgbm": "import lightgbm",
    "catboost": "import catboost\nquiet = {'iterations': 5, 'verbose': False, 'allow_writing_files': False}",
    "sm": "import statsmodels.api as sm, statsmodels.formula.api as smf, statsmodels.tsa.api as tsa",
}


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    """Gives the namespace of a new `__main__` with the first cells run."""

    def opened() -> dict[str, Any]:
        module = types.ModuleType("__main__")
        monkeypatch.setitem(sys.modules, "__main__", module)
        exec(PRELUDE, module.__dict__)
        return module.__dict__

    return opened


def imports(build: str) -> str:
    """The import line that a cell needs, after which it is skipped when the library is not here."""
    root = {"tsa": "sm", "smf": "sm"}.get(build.partition(".")[0], build.partition(".")[0])
    if root not in IMPORTED:
        return "lambda_step = FunctionTransformer(lambda v: v * 2)"
    pytest.importorskip("statsmodels" if root == "sm" else root)
    return IMPORTED[root]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back(name: str, notebook: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    build, check = MODELS[name]
    first = notebook()
    exec(f"{WRITTEN}\n{imports(build)}\nmodel = {build}", first)
    version = mv.open(tmp_path, create=True).commit({"model": first["model"]}, namespace=first)
    assert version.skipped == ()
    want = settled(eval(check, first))
    later = notebook()
    del later["factor"]
    later |= mv.open(tmp_path).load(version.name, namespace=later)
    exec(imports(build), later)
    assert type(later["model"]) is type(first["model"])
    assert differences(settled(eval(check, later)), want) == []
