"""The names of the features of linear models of scikit-learn, and that no code of users runs for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from nbmodelver.comparison.models.linear_models import linear_model_of

FRAME = pd.DataFrame({"age": [20.0, 30, 40, 50, 60, 70], "city": ["a", "b", "a", "c", "b", "a"]})
TARGET = [0, 0, 1, 1, 0, 1]


class Own(TransformerMixin, BaseEstimator):
    """A transformer of the user whose method must not run."""

    def fit(self, rows, target=None):
        return self

    def transform(self, rows):
        return rows

    def get_feature_names_out(self, names=None):
        raise AssertionError("called")


def test_names_come_out_of_transformers_of_the_library():
    columns = ColumnTransformer([("n", StandardScaler(), ["age"]), ("c", OneHotEncoder(), ["city"])])
    found = linear_model_of(make_pipeline(columns, LogisticRegression()).fit(FRAME, TARGET))
    assert found.features == ("n__age", "c__city_a", "c__city_b", "c__city_c")
    assert found.is_named


def test_words_are_the_names_of_a_text_model():
    words = make_pipeline(CountVectorizer(tokenizer=str.split, token_pattern=None), LogisticRegression())
    found = linear_model_of(words.fit(["good day", "bad day"], [1, 0]))
    assert found.features == ("bad", "day", "good")


def test_a_transformer_of_the_user_is_not_called():
    found = linear_model_of(make_pipeline(Own(), LinearRegression()).fit(FRAME[["age"]].to_numpy(), TARGET))
    assert (found.features, found.is_named) == (("x0",), False)


def test_a_transformer_of_the_user_inside_of_one_of_the_library_is_not_called():
    columns = ColumnTransformer([("own", Own(), ["age"])])
    found = linear_model_of(make_pipeline(columns, LinearRegression()).fit(FRAME, TARGET))
    assert (found.features, found.is_named) == (("x0",), False)


def test_a_function_of_the_user_that_names_features_is_not_called():
    def names(transformer, given):
        raise AssertionError("called")

    step = FunctionTransformer(np.log1p, feature_names_out=names)
    found = linear_model_of(make_pipeline(step, LinearRegression()).fit(FRAME[["age"]].to_numpy(), TARGET))
    assert (found.features, found.is_named) == (("x0",), False)


def test_a_selection_names_the_features_that_are_left():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(50, 3)), columns=["a", "b", "c"])
    step = SelectFromModel(LinearRegression(), threshold=0.5)
    found = linear_model_of(make_pipeline(step, LinearRegression()).fit(frame, 3 * frame.b))
    assert found.features == ("b",)


def test_the_model_inside_of_a_search_and_of_a_transformed_target_is_read():
    frame = FRAME[["age"]]
    search = GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [1.0]}, cv=2).fit(frame, TARGET)
    found = linear_model_of(search)
    assert (found.features, found.scaler) == (("age",), "StandardScaler")
    target = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)
    assert linear_model_of(target.fit(frame, TARGET)).features == ("age",)


def test_several_targets_have_coefficients_of_their_own():
    found = linear_model_of(LinearRegression().fit(FRAME[["age"]], np.array([TARGET, TARGET]).T))
    assert (found.outputs, found.weights.shape) == (("target 0", "target 1"), (2, 1))
    assert found.intercepts.shape == (2,)
