"""How each estimator of scikit-learn is made and fitted on small data, and what it answers."""

from __future__ import annotations

import contextlib
import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import is_regressor
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB

if TYPE_CHECKING:
    from collections.abc import Iterator

X, CLASSES = make_classification(n_samples=60, n_features=6, n_informative=4, n_redundant=0, random_state=0)
POSITIVE = np.abs(X)
NUMBERS = X @ np.arange(1.0, 7.0) + CLASSES
TWO = np.column_stack([NUMBERS, NUMBERS[::-1]])
TEXTS = ["to be or not", "not to be", "or else", "be else"]
WORDS = [{"a": 1.0, "b": 2.0}, {"a": 3.0}, {"c": 0.5}]
PAIRS = [[("a", 1.0), ("b", 2.0)], [("a", 3.0)], [("c", 0.5)]]

CONSTRUCTED: dict[str, Any] = {
    "ClassifierChain": lambda c: c(LogisticRegression()),
    "ColumnTransformer": lambda c: c([("pca", PCA(1), [0, 1]), ("rest", "passthrough", [2])]),
    "FeatureUnion": lambda c: c([("pca", PCA(1)), ("two", PCA(2))]),
    "FixedThresholdClassifier": lambda c: c(LogisticRegression()),
    "FrozenEstimator": lambda c: c(LogisticRegression().fit(X, CLASSES)),
    "GridSearchCV": lambda c: c(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2),
    "HalvingGridSearchCV": lambda c: c(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2),
    "HalvingRandomSearchCV": lambda c: c(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2),
    "MultiOutputClassifier": lambda c: c(LogisticRegression()),
    "MultiOutputRegressor": lambda c: c(LinearRegression()),
    "OneVsOneClassifier": lambda c: c(LogisticRegression()),
    "OneVsRestClassifier": lambda c: c(LogisticRegression()),
    "OutputCodeClassifier": lambda c: c(LogisticRegression(), random_state=0),
    "Pipeline": lambda c: c([("pca", PCA(2)), ("model", LogisticRegression())]),
    "RFE": lambda c: c(LinearRegression()),
    "RFECV": lambda c: c(LinearRegression(), cv=2),
    "RandomizedSearchCV": lambda c: c(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2, n_iter=2),
    "RegressorChain": lambda c: c(LinearRegression()),
    "SelectFromModel": lambda c: c(LinearRegression()),
    "SelfTrainingClassifier": lambda c: c(LogisticRegression()),
    "SequentialFeatureSelector": lambda c: c(LinearRegression(), cv=2),
    "SparseCoder": lambda c: c(np.eye(6)),
    "StackingClassifier": lambda c: c([("a", LogisticRegression()), ("b", GaussianNB())], cv=2),
    "StackingRegressor": lambda c: c([("a", LinearRegression())], cv=2),
    "TunedThresholdClassifierCV": lambda c: c(LogisticRegression(), cv=2),
    "VotingClassifier": lambda c: c([("a", LogisticRegression()), ("b", GaussianNB())]),
    "VotingRegressor": lambda c: c([("a", LinearRegression())]),
}
"""Estimators whose constructor asks for something."""

FITTED: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("CountVectorizer", "HashingVectorizer", "TfidfVectorizer"), (TEXTS,)),
    "DictVectorizer": (WORDS,),
    "FeatureHasher": (WORDS,),
    "TfidfTransformer": (POSITIVE,),
    **dict.fromkeys(("CategoricalNB", "ComplementNB", "MultinomialNB"), (POSITIVE.astype(int), CLASSES)),
    **dict.fromkeys(("NMF", "MiniBatchNMF", "AdditiveChi2Sampler", "LatentDirichletAllocation"), (POSITIVE,)),
    "SelectFdr": (POSITIVE, CLASSES),
    "IsotonicRegression": (X[:, 0], NUMBERS),
    "GammaRegressor": (X, np.abs(NUMBERS) + 1),
    "PoissonRegressor": (X, np.abs(NUMBERS)),
    "BoxCox": (POSITIVE,),
    **dict.fromkeys(("CCA", "PLSCanonical", "PLSRegression", "PLSSVD"), (X, TWO)),
    **dict.fromkeys(("MultiTaskElasticNet", "MultiTaskElasticNetCV", "MultiTaskLasso", "MultiTaskLassoCV"), (X, TWO)),
    **dict.fromkeys(("MultiOutputRegressor", "RegressorChain"), (X, TWO)),
    **dict.fromkeys(("MultiOutputClassifier", "ClassifierChain"), (X, TWO > 0)),
    **dict.fromkeys(("LabelBinarizer", "LabelEncoder"), (CLASSES,)),
    "MultiLabelBinarizer": ([("a", "b"), ("c",)],),
    **dict.fromkeys(("KernelCenterer",), (X @ X.T,)),
    "BernoulliRBM": (POSITIVE / POSITIVE.max(),),
}
"""What `fit` is given, where it is not the usual."""

SMALL = {"random_state": 0, "n_estimators": 5, "max_iter": 20, "n_init": 1, "n_jobs": 1, "n_components": 2}
PARAMS: dict[str, dict[str, Any]] = {
    "LinearDiscriminantAnalysis": {"n_components": 1},
    "OrthogonalMatchingPursuitCV": {"max_iter": None},
    "SpectralBiclustering": {"n_components": None},
    "TSNE": {"max_iter": 250, "perplexity": 5.0},
    "GaussianRandomProjection": {"n_components": 3},
    "SparseRandomProjection": {"n_components": 3},
}
"""Parameters, None for those that stay as they are."""

ANSWERS = (
    *("predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples", "apply"),
    *("kneighbors", "inverse_transform", "get_feature_names_out", "get_support", "mahalanobis"),
)


def made(name: str, cls: type) -> Any:
    """An estimator, seeded where it can be, with few trees and steps."""
    estimator = CONSTRUCTED[name](cls) if name in CONSTRUCTED else cls()
    known = estimator.get_params(deep=False)
    taken = {p: v for p, v in (SMALL | PARAMS.get(name, {})).items() if p in known and v is not None}
    return estimator.set_params(**taken) if taken else estimator


def fitted(name: str, cls: type) -> Any:
    """The estimator after `fit`."""
    estimator = made(name, cls)
    if name in FITTED:
        return estimator.fit(*copy.deepcopy(FITTED[name]))
    return estimator.fit(X.copy(), (NUMBERS if is_regressor(estimator) else CLASSES).copy())


def asked_with(name: str, method: str, estimator: Any) -> tuple[Any, ...]:
    """The arguments of one of the `ANSWERS`."""
    if method in ("get_feature_names_out", "get_support"):
        return ()
    if method == "inverse_transform":
        return (estimator.transform(FITTED.get(name, (X,))[0]),)
    return (FITTED.get(name, (X,))[0],)


def answers(name: str, estimator: Any) -> Iterator[tuple[str, Any]]:
    """Method -> what it gives, for every method that this estimator has and that answers."""
    for method in ANSWERS:
        if not hasattr(estimator, method):
            continue
        with contextlib.suppress(Exception):
            yield method, getattr(estimator, method)(*asked_with(name, method, estimator))
